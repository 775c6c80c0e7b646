"""Where a row plays: a hub or two on a database, an operator who pushes, receivers, and the history of them all."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from hub.clock import monotonic_s
from hub.store.driver import close_client, open_client
from hub.wire.party import Party
from tests.faults.history import Arrival, Heard, History, Verdict, check
from tests.faults.hubs import HubProcess, end, new_secret_key
from tests.faults.owner import OWNER, Owner, until
from tests.faults.partner import FastPartner
from tests.faults.report import Figure

_TOLD_WITHIN_S = 10.0
_JOINING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every row is given."""

    folder: Path
    mongodb_url: str
    """A replica set of one that nobody harms."""
    seed: int
    full: bool

    def size(self, quick: int, full: int) -> int:
        """How much, in a quick and in a full run."""
        return full if self.full else quick


@dataclass(slots=True, kw_only=True)
class World:
    """Everybody in a row."""

    hubs: list[HubProcess]
    owner: Owner
    receivers: list[FastPartner]
    history: History
    mongodb_url: str
    database: str
    latest: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def hub(self) -> HubProcess:
        """The first one."""
        return self.hubs[0]

    def arrived(self, arrival: Arrival) -> None:
        """A receiver took a state."""
        self.history.arrivals.append(arrival)
        self.latest[arrival.receiver, arrival.object_id] = arrival.number

    def refusals(self) -> str:
        """What the owner was told instead of 1000, for a note."""
        told = sorted(self.owner.refusals.items())
        return "Told instead of 1000: " + (", ".join(f"{count} × {said}" for said, count in told) or "nothing") + "."

    async def all_have_all(self, timeout_s: float) -> float:
        """Wait until every receiver has the newest acknowledged state of every object; seconds, or -1 when it never came."""
        began_s = monotonic_s()
        newest: dict[str, int] = {}
        for push in self.history.pushes:
            if push.heard is Heard.OK:
                newest[push.object_id] = max(push.number, newest.get(push.object_id, 0))
        owed = {(one.name, object_id): number for one in self.receivers for object_id, number in newest.items()}

        def settled() -> bool:
            for where in [where for where, number in owed.items() if self.latest.get(where, 0) >= number]:
                del owed[where]
            return not owed

        return monotonic_s() - began_s if await until(settled, timeout_s) else -1.0

    async def owed_in_store(self) -> int:
        """Objects that some receiver lacks, as the database says; a hub tells it a moment after the answer came."""
        client = open_client(self.mongodb_url)
        until_s = monotonic_s() + _TOLD_WITHIN_S
        try:
            while True:
                owed = await client[self.database]["objects"].count_documents({"behind.0": {"$exists": True}})
                if not owed or monotonic_s() > until_s:
                    return int(owed)
                await asyncio.sleep(0.1)
        finally:
            await close_client(client)

    def verdict(self) -> Verdict:
        """The checker's."""
        return check(self.history, [one.name for one in self.receivers])

    def promises(self) -> list[Figure]:
        """P1 to P3 over this history."""
        verdict = self.verdict()
        return [
            Figure("pushes acknowledged", self.history.heard(Heard.OK), least=1),
            Figure("acknowledged and lost", len(verdict.lost), most=0),
            Figure("reordered within an object", len(verdict.reordered), most=0),
            Figure("repeated with another id or body", len(verdict.changed), most=0),
            Figure("delivered though refused or never pushed", len(verdict.invented), most=0),
            Figure("deliveries that came again", verdict.repeated),
        ]


async def join_all(hub: HubProcess, partners: Iterable[FastPartner]) -> None:
    """Invite and register them, some at once."""
    waiting = iter(partners)

    async def join() -> None:
        for one in waiting:
            await hub.join(one)

    await asyncio.gather(*(join() for _ in range(_JOINING)))


def receiver_party(number: int) -> Party:
    """DE*000, DE*001, …"""
    return Party.of("DE", f"{number:03}")


@asynccontextmanager
async def world(
    stage: Stage, *, receivers: int, hubs: int = 1, mongodb_url: str = "", **changes: str
) -> AsyncIterator[World]:
    """`hubs` processes on one database of their own, an owner and receivers that are registered."""
    url = mongodb_url or stage.mongodb_url
    database = f"proof_{uuid4().hex[:10]}"
    key = changes.get("HUB_SECRET_KEY", new_secret_key())
    settings = {"HUB_MONGODB_DATABASE": database, **changes}
    folder = stage.folder / database
    history = History()
    async with AsyncExitStack() as stack:
        made = [HubProcess(folder / str(number), url, key, settings) for number in range(hubs)]
        for hub in made:
            stack.callback(end, hub)
            hub.start()
        for hub in made:
            await hub.ready()
        owning = await stack.enter_async_context(FastPartner(OWNER, "CPO"))
        owner = Owner(owning, lambda: [hub.wire for hub in made], history)
        played = World(hubs=made, owner=owner, receivers=[], history=history, mongodb_url=url, database=database)
        await made[0].join(owning)
        for number in range(receivers):
            partner = FastPartner(receiver_party(number), "EMSP", played.arrived)
            played.receivers.append(await stack.enter_async_context(partner))
        await join_all(made[0], played.receivers)
        try:
            yield played
        finally:
            client = open_client(stage.mongodb_url)
            if url == stage.mongodb_url:
                await client.drop_database(database)
            await close_client(client)
