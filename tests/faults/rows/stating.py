"""REL-17: any sequence of PUT, PATCH, repetitions, lost answers and kills ends where a plain model ends."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from hub.clock import Tasks, monotonic_s, new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from hub.wire.party import Party
from tests import words
from tests.faults.applying import PERIODS, ApplyingPartner, applied, exact
from tests.faults.examples import examples_of
from tests.faults.hubs import HUB, HubProcess
from tests.faults.owner import until
from tests.faults.partner import FastPartner
from tests.faults.proxy import NO_HARM, Cut, Harm, Proxy
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, world
from tests.faults.wire import Said, Wire
from tests.hub.delivery.test_lane_order import STEPS, play
from tests.whole.broadcasts import instant

RECEIVER = Party.of("DE", "APP")
_WORKERS = 8
_TRIES_MAX = 300
_FIELDS = ("name", "address", "city", "postal_code")


async def rel_17(stage: Stage) -> Row:
    """Locations that are kept here, Sessions that are carried, and the lane alone."""
    examples, kills = stage.size(300, 10_000), stage.size(2, 20)
    async with (  # never OFFLINE: most Sessions would be refused while answers get lost
        world(stage, receivers=0, HUB_FAILURES_BEFORE_OFFLINE="1000000") as played,
        ApplyingPartner(RECEIVER) as receiver,
    ):
        async with Proxy("127.0.0.1", receiver.port) as proxy:
            receiver.public_port = proxy.port
            await played.hub.join(receiver)
            sender = _Sender(played.owner.partner, played.hub.wire, stage.seed)
            async with _answers_lost(proxy), _killed(played.hub, kills) as killed:
                await sender.send_all([_Example("locations", n, stage.seed) for n in range(examples - examples // 3)])
                await until(lambda: len(killed) == kills, 60)
            async with _answers_lost(proxy):
                await sender.send_all([_Example("sessions", n, stage.seed) for n in range(examples // 3)])
            agreed_s = await _agreed(sender, receiver, stage.size(30, 300))
            await asyncio.sleep(0.5)  # what comes twice would come now
        diverging = sender.diverging(receiver)
        periods = [one.get(PERIODS, []) for one in receiver.objects.values()]
        twice = sum(len(some) - len({str(period) for period in some}) for some in periods)
    lanes, lanes_diverging = _lanes(examples, stage.seed)
    return Row(
        "REL-17",
        f"{examples - examples // 3} Locations that are pushed to the hub, which is killed {kills} times, and {examples // 3} "
        "Sessions that are carried to their receiver: each a PUT and up to six PATCHes, while the receiver's answers get lost "
        "now and then. Of a Location a third is sent once more as it was, and whatever is not answered again and again; a PATCH "
        f"with a charging period is sent once. And {lanes:,} sequences of 30 to 80 steps of a lane alone "
        "(tests/hub/delivery/test_lane_order.py).",
        [
            Figure("kills of the hub", len(killed), least=kills),
            Figure("requests that were sent again", sender.repetitions, least=1),
            Figure("charging periods of which the sender was told nothing good", sender.unheard, least=1),
            Figure("objects", len(sender.model), least=examples),
            Figure("of them other than the model at their receiver", len(diverging), most=0),
            Figure("all as in the model after the last answer", agreed_s, "s"),
            Figure("charging periods that came twice", twice, most=0),
            Figure("sequences of steps of a lane", lanes, least=examples),
            Figure("of them with another end than the model's", lanes_diverging, most=0),
        ],
        note=f"Other than the model: {', '.join(diverging[:5])}." if diverging else "",
    )


@dataclass(frozen=True, slots=True)
class _Example:
    """What happens to one object."""

    module: str
    number: int
    seed: int

    @property
    def path(self) -> str:
        """Of the object, at the hub and at its receiver."""
        return f"/{self.module}/NL/CPO/{self.module[0].upper()}{self.number}"

    def pushes(self) -> Iterator[tuple[str, words.Words]]:
        """Method and body of each, in order."""
        chance = random.Random(f"{self.seed} {self.path}")
        object_id = self.path.rpartition("/")[2]
        owner = {"country_code": "NL", "party_id": "CPO", "id": object_id}
        if self.module == "locations":
            yield "PUT", words.location(**owner, last_updated=instant(0))
        else:
            yield "PUT", words.session(**owner, last_updated=instant(0), charging_periods=[_period(0)])
        for step in range(1, chance.randrange(7) + 1):
            if self.module == "sessions":
                change: words.Words = {"kwh": words.number(f"{step}.50"), PERIODS: [_period(step)]}
            elif chance.random() < 0.2:
                yield "PUT", words.location(**owner, last_updated=instant(step), name=str(chance.random()))
                continue
            else:
                names = chance.sample(_FIELDS, chance.randrange(1, len(_FIELDS)))
                change = {name: f"{chance.randrange(10**6)}" for name in names}
            yield "PATCH", change | {"last_updated": instant(step)}


class _Sender:
    """Sends what an owner sends, and keeps the model: the last state of each object."""

    def __init__(self, owner: FastPartner, wire: Wire, seed: int) -> None:
        self.wire = wire
        self.model: dict[str, dict[str, Any]] = {}
        self.repetitions = 0
        self.unheard = 0
        self._owner = owner
        self._chance = random.Random(seed)

    async def send_all(self, examples: Sequence[_Example]) -> None:
        """Several at once, of each object one after the other."""
        waiting = iter(examples)

        async def work() -> None:
            for example in waiting:
                for method, value in example.pushes():
                    await self._send(example, method, words.body(value))

        await asyncio.gather(*(work() for _ in range(_WORKERS)))

    def diverging(self, receiver: ApplyingPartner, paths: Iterable[str] | None = None) -> list[str]:
        """Paths, of these or of all objects, of those that the receiver has otherwise, or not at all."""
        paths = self.model if paths is None else paths
        return [path for path in paths if not _agrees(self.model[path], receiver.objects.get(path, {}))]

    async def _send(self, example: _Example, method: str, body: bytes) -> None:
        to = HUB if example.module == "locations" else RECEIVER
        headers = self._owner.headers(to) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}

        async def ask() -> Said:
            return await self.wire.ask(method, f"/ocpi/2.2.1/receiver{example.path}", headers, body)

        if PERIODS.encode() in body and method == "PATCH":
            if (await ask()).ocpi_status != 1000:
                self.unheard += 1
                return
        else:
            await self._until_heard(ask)
            if self._chance.random() < 1 / 3:
                self.repetitions += 1
                await self._until_heard(ask)
        self.model[example.path] = applied(method, self.model.get(example.path, {}), exact(body))

    async def _until_heard(self, ask: Callable[[], Awaitable[Said]]) -> None:
        """Send the same until it is answered with 1000; raises RuntimeError when it is refused, or never answered."""
        for tried in range(_TRIES_MAX):
            self.repetitions += bool(tried)
            try:
                said = await ask()
            except (OSError, TimeoutError):
                await asyncio.sleep(0.1)
                continue
            if said.ocpi_status == 1000:
                return
            if 2000 <= said.ocpi_status < 3000:
                raise RuntimeError(f"refused: {said.body!r}")
            await asyncio.sleep(0.1)
        raise RuntimeError("the hub did not answer")


async def _agreed(sender: _Sender, receiver: ApplyingPartner, timeout_s: float) -> float:
    """How long it took until every object was seen as in the model: what was missed comes at HUB_CATCH_UP_PER_S."""
    began_s, left = monotonic_s(), sender.diverging(receiver)

    def none_is_left() -> bool:
        left[:] = sender.diverging(receiver, left)
        return not left

    await until(none_is_left, timeout_s)
    return monotonic_s() - began_s


@asynccontextmanager
async def _answers_lost(proxy: Proxy) -> AsyncIterator[None]:
    """Ten times a second answers are lost for a moment; at the end none are."""

    async def lose() -> None:
        while True:
            proxy.harm = Harm(cut=Cut.AFTER_REQUEST)
            await asyncio.sleep(0.02)
            proxy.harm = NO_HARM
            await asyncio.sleep(0.08)

    tasks = Tasks()
    tasks.spawn(lose(), "answers get lost")
    try:
        yield
    finally:
        await tasks.close()
        proxy.harm = NO_HARM


@asynccontextmanager
async def _killed(hub: HubProcess, times: int) -> AsyncIterator[list[int]]:
    """kill -9 of the hub now and then; gives the processes that were."""
    killed: list[int] = []

    async def kill() -> None:
        for _ in range(times):
            await asyncio.sleep(1)
            pid = hub.pid
            await hub.kill()
            hub.start()
            await hub.ready()
            killed.append(pid)

    tasks = Tasks()
    tasks.spawn(kill(), "kills of the hub")
    try:
        yield killed
    finally:
        await tasks.close()


def _agrees(model: dict[str, Any], has: dict[str, Any]) -> bool:
    """The same object; of charging periods those that were acknowledged, in order, with or without the others."""
    if PERIODS not in model:
        return model == has
    others = [period for period in has.get(PERIODS, []) if period not in model[PERIODS]]
    rest = {PERIODS, "kwh", "last_updated"}
    return [period for period in has.get(PERIODS, []) if period not in others] == model[PERIODS] and all(
        has.get(name) == value for name, value in model.items() if name not in rest
    )


def _period(number: int) -> words.Words:
    energy = {"type": "ENERGY", "volume": words.number(f"{number}.10")}
    return {"start_date_time": instant(number), "dimensions": [energy]}


def _lanes(count: int, seed: int) -> tuple[int, int]:
    """How many sequences were tried, and how many ended otherwise than the model."""
    sequences = examples_of(st.lists(STEPS, min_size=30, max_size=80), count, seed)
    diverging = 0
    for steps in sequences:
        try:
            play(steps)
        except AssertionError:
            diverging += 1
    return len(sequences), diverging
