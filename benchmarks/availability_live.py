"""What the index costs beside its own work: two processes' worth of feeds on one database, lasting instants, MongoDB's search."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from benchmarks.availability import Built, fill_geo, geo_ms
from benchmarks.availability_sites import bodies
from hub.apps.changes import Event
from hub.apps.feed import Feed
from hub.clock import Tasks, now_utc
from hub.store.driver import close_client, open_client
from hub.store.embedded import private_mongod
from hub.store.mongo import open_store
from hub.store.object_changes import MongoObjectFeed
from hub.store.observing import EvseTimes
from hub.store.protocols import ObjectKey, Store, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.party import Party

LOCATIONS = ModuleId("locations")
SITES = 500
UPDATES = 1_000
UPDATES_PER_S = 200
WANTED_AGREE_MS = 250.0
WANTED_PERSISTED_PER_S = 15_000.0
_DATABASE = "bench"


@dataclass(frozen=True, slots=True)
class Live:
    """Figures of one run."""

    geo_ms: list[float]
    agree_ms: list[float]
    """From the acknowledged write to the event in the later of two feeds."""
    updates_per_s: float
    persisted_per_s: float
    """EVSEs whose instants were written."""


async def measure(built: Built, evses: int) -> Live:
    """On a private mongod of its own."""
    with tempfile.TemporaryDirectory(prefix="ocpi-hub-bench-") as folder:
        async with private_mongod(Path(folder)) as url:
            client = open_client(url, tz_aware=True)
            await fill_geo(built, client[_DATABASE])
            searched = await geo_ms(client[_DATABASE])
            await client[_DATABASE]["sites"].drop()
            async with open_store(url, database=_DATABASE) as store:
                persisted_per_s = await _persist(built, store, evses)
                agree_ms, updates_per_s = await _agree(
                    store, [MongoObjectFeed(client[_DATABASE], LOCATIONS) for _ in "12"]
                )
            await close_client(client)
    return Live(searched, agree_ms, updates_per_s, persisted_per_s)


async def _persist(built: Built, store: Store, evses: int) -> float:
    """Every EVSE's instants once, in batches as they are written when everything was touched."""
    keys = [built.index.site(row).key for row in range(len(built.index.sites))]
    started_s = time.perf_counter()
    for start in range(0, len(keys), 5_000):
        some = keys[start : start + 5_000]
        rows = ((key, built.index.row(key)) for key in some)
        await store.evse_times.put(
            {
                key: [EvseTimes(uid, *kept) for uid, kept in built.index.kept(row).items()]
                for key, row in rows
                if row is not None
            }
        )
    return evses / (time.perf_counter() - started_s)


class _Clock:
    """Notes when an event was told."""

    def __init__(self) -> None:
        self.at_s: dict[tuple[str, int], float] = {}

    def tell(self, event: Event) -> None:
        """Of each site, which change it was."""
        at_s = time.perf_counter()
        for change in event.changes:
            self.at_s[event.key, change.at_ms] = at_s


async def _agree(store: Store, objects: Sequence[MongoObjectFeed]) -> tuple[list[float], float]:
    stored = [await store.objects.save(one) for one in _objects()]
    clocks, tasks = [_Clock() for _ in objects], Tasks()
    feeds = [Feed(one, clock, lambda *_: None) for one, clock in zip(objects, clocks, strict=True)]
    for feed in feeds:
        tasks.spawn(feed.run(), "feed")
        await feed.ready.wait()
    written: dict[tuple[str, int], float] = {}
    started_s = time.perf_counter()

    async def update(number: int) -> None:
        await asyncio.sleep(max(0.0, started_s + number / UPDATES_PER_S - time.perf_counter()))
        place = number % SITES
        before = stored[place]
        location = orjson.loads(before.body)
        evse = location["evses"][0]
        evse["status"] = "CHARGING" if evse["status"] == "AVAILABLE" else "AVAILABLE"
        now = now_utc()
        saved = await store.objects.save(
            replace(before, body=orjson.dumps(location), part=evse["uid"].lower(), received_at=now)
        )
        written[str(before.key), int(now.timestamp() * 1000)] = time.perf_counter()
        stored[place] = saved

    for first in range(0, UPDATES, SITES):
        await asyncio.gather(*(update(number) for number in range(first, first + SITES)))
    took_s = time.perf_counter() - started_s
    async with asyncio.timeout(60):
        while any(len(clock.at_s.keys() & written.keys()) < len(written) for clock in clocks):  # noqa: ASYNC110 - feeds tell clocks alone
            await asyncio.sleep(0.01)
    await tasks.close()
    late_ms = [(max(clock.at_s[key] for clock in clocks) - at_s) * 1000 for key, at_s in written.items()]
    return [max(0.0, ms) for ms in late_ms], UPDATES / took_s


def _objects() -> list[StoredObject]:
    now, made = now_utc(), []
    for key, owner, body in bodies(SITES * 8):
        location = orjson.loads(body)
        location["evses"] = location["evses"][:5]
        made.append(
            StoredObject(
                key=ObjectKey(module=LOCATIONS, owner=Party.parse(owner), object_id=key.rpartition("/")[2]),
                body=orjson.dumps(location),
                last_updated=now,
                received_at=now,
                changed_at=now,
            )
        )
        if len(made) == SITES:
            break
    return made
