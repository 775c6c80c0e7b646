"""REL-25: everything at once, for long: what leaks, creeps or breaks now and then shows only here."""

import asyncio
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.clock import Tasks, monotonic_s, new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests import words
from tests.faults.hubs import HUB
from tests.faults.load import Load
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.owner import until
from tests.faults.partner import ZOO, Manner
from tests.faults.report import Figure, Row
from tests.faults.rows.isolation import directed
from tests.faults.stage import Stage, World, world

RECEIVERS = 24
HARMED = RECEIVERS // 2
PUSHES_PER_S, DIRECTED_PER_S, ASKED_PER_S = 20.0, 60.0, 15.0
_STILL_S = 0.5
_SAMPLE_EVERY_S = 0.5
_AT_REST_WITHIN_S = 10.0


async def rel_25(stage: Stage) -> Row:
    """Broadcasts, directed messages, authorizations and lists, with a fault every few seconds."""
    seconds, warm_up_s = float(stage.size(40, 1_800)), float(stage.size(10, 600))
    fault_every_s = stage.size(4, 60)
    asked = Timing()
    async with world(stage, receivers=RECEIVERS, HUB_FORWARD_TIMEOUT_OTHER_S="3") as played:
        well, harmed = played.receivers[HARMED:], played.receivers[:HARMED]
        gauge = _Gauge(played)
        at_rest = played.hub.descriptors()
        load = Load(played.owner, PUSHES_PER_S, stage.seed, again=True, share_new=0.0)
        beside = Tasks()
        beside.spawn(gauge.read(), "gauge")
        faults = _Faults(played, stage.seed)
        beside.spawn(faults.cause(fault_every_s), "faults")
        _, carried = await asyncio.gather(
            _ask(played, asked, seconds, stage.seed),
            directed(played, well, harmed, seconds=seconds, seed=stage.seed, rate_per_s=DIRECTED_PER_S),
        )
        await beside.close()
        await faults.heal()
        await load.stop()
        drained_s = await played.all_have_all(60)
        played.hub.wire.close()
        await until(lambda: played.hub.descriptors() <= at_rest, _AT_REST_WITHIN_S)
        figures = [
            *played.promises(),
            Figure("faults", faults.caused, least=seconds // fault_every_s - 2),
            Figure("directed messages to partners that are well", len(carried.latencies_ms), least=1),
            Figure("of them failed", carried.failed + carried.shed, most=0),
            Figure("authorizations and lists", len(asked.latencies_ms), least=1),
            Figure("of them failed", asked.failed + asked.shed, most=0),
            Figure("memory of the hub at the end", played.hub.memory_mib(), "MiB"),
            Figure(
                "slope of the hub's memory after warm-up",
                _slope(gauge.after(warm_up_s)) * 3600,
                "MiB/h",
                most=1.0 if stage.full else None,
            ),
            Figure("most open file descriptors", max(count for _, _, count in gauge.samples)),
            Figure("growth of those that are open at rest", played.hub.descriptors() - at_rest, most=8),
            Figure("exceptions in the hub's log", played.hub.tracebacks(), most=0),
            Figure("all delivered after the last push", drained_s, "s", least=0),
            Figure("objects still owed in the database", await played.owed_in_store(), most=0),
        ]
    return Row(
        "REL-25",
        f"{seconds:.0f} s of {PUSHES_PER_S:.0f} pushes/s to {RECEIVERS} receivers, {DIRECTED_PER_S:.0f} directed messages/s and "
        f"{ASKED_PER_S:.0f} authorizations and lists/s. Every {fault_every_s} s one of {HARMED} partners misbehaves for half "
        f"that time in one of {len(ZOO)} ways, or the hub stands still for {_STILL_S} s. Warm-up is {warm_up_s:.0f} s.",
        figures,
        note=""
        if stage.full
        else "The slope has no target in so short a run: memories that are bounded are still being filled.",
    )


@dataclass(slots=True)
class _Gauge:
    """Memory and descriptors of the hub, over time."""

    played: World
    began_s: float = field(default_factory=monotonic_s)
    samples: list[tuple[float, float, int]] = field(default_factory=list)
    """Seconds since the beginning, MiB, open descriptors."""

    async def read(self) -> None:
        """Until cancelled."""
        while True:
            hub = self.played.hub
            self.samples.append((monotonic_s() - self.began_s, hub.memory_mib(), hub.descriptors()))
            await asyncio.sleep(_SAMPLE_EVERY_S)

    def after(self, warm_up_s: float) -> list[tuple[float, float]]:
        """Time and memory."""
        return [(at_s, memory_mib) for at_s, memory_mib, _ in self.samples if at_s > warm_up_s]


class _Faults:
    """One after the other."""

    def __init__(self, played: World, seed: int) -> None:
        self.caused = 0
        self._played = played
        self._chance = random.Random(seed)

    async def cause(self, every_s: float) -> None:
        """Until cancelled."""
        while True:
            self.caused += 1
            if self.caused % 5 == 0:
                await self._stand_still()
                await asyncio.sleep(every_s - _STILL_S)
                continue
            one = self._chance.choice(self._played.receivers[:HARMED])
            await one.behave(ZOO[self.caused % len(ZOO)])
            await asyncio.sleep(every_s / 2)
            await one.behave(Manner.GOOD)
            await asyncio.sleep(every_s / 2)

    async def heal(self) -> None:
        """End every fault."""
        self._played.hub.send(signal.SIGCONT)
        for one in self._played.receivers:
            await one.behave(Manner.GOOD)

    async def _stand_still(self) -> None:
        self._played.hub.send(signal.SIGSTOP)
        await asyncio.sleep(_STILL_S)
        self._played.hub.send(signal.SIGCONT)


async def _ask(played: World, timing: Timing, seconds: float, seed: int) -> None:
    """Authorizations by the operator, and every fifth time a page of a list by a receiver."""
    operator, provider, hub = played.owner.partner, played.receivers[-1], played.hub.wire

    async def send(number: int, began_s: float) -> None:
        ids = {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        if number % 5:
            body = words.body(words.location_references())
            path = "/ocpi/2.2.1/sender/tokens/012345678/authorize"
            said = await hub.ask("POST", path, operator.headers(provider.party) | ids, body)
        else:
            said = await hub.ask("GET", "/ocpi/2.2.1/sender/locations?limit=20", provider.headers(HUB) | ids)
        timing.add(began_s, good=said.ocpi_status == 1000)

    timing.shed += await open_loop(due_times_s(ASKED_PER_S, seconds, seed), send)


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the line that fits these best, by least squares."""
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    above = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return above / sum((x - middle_x) ** 2 for x, _ in points)
