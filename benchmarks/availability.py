"""The index of charging points: how soon it is built, how large it is, how fast it answers and changes; beside MongoDB's own.

What happens in this process is measured by processor time, so that what else runs on the machine does not count. MongoDB works
in a process of its own and is measured by the clock on the wall; `near_wall_ms` is what to hold it against.
"""

import gc
import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.availability_sites import SEED, bodies, places, routes
from hub.apps import codes
from hub.apps.geometry import Point, distances_m
from hub.apps.index import Arrival, Index
from hub.apps.search import Along, Near, Where, nearest_first, search
from hub.apps.sites import PUBLISHED, Site, read_site
from hub.apps.wanted import Sight, Wanted
from hub.store.driver import Database

EVSES = 500_000
SEARCHES = 1_000
ROUTES = 100
UPDATES = 200_000
RADIUS_M = 10_000.0
BUFFER_M = 3_000.0
LIMIT = 50
FREE_22_KW = Wanted(free=True, min_watts=22_000)
FREE_50_KW = Wanted(free=True, min_watts=50_000)
WANTED_BUILD_S, WANTED_MIB = 10.0, 1024.0
WANTED_NEAR_P50_MS, WANTED_NEAR_P99_MS, WANTED_ROUTE_P99_MS = 0.5, 3.0, 40.0
WANTED_UPDATES_PER_S = 100_000.0
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Built:
    """An index from the bytes of its Locations, as the hub reads them from the store."""

    index: Index
    sight: Sight
    seconds: float
    mib: float
    """Resident memory that it took, the bytes of the Locations included."""


def build(evses: int = EVSES) -> Built:
    """From stored bytes; making them up is not counted."""
    waiting, stored = Index(), list(bodies(evses))
    before_mib = _resident_mib() - sum(len(body) for _, _, body in stored) / 2**20
    started_s = time.process_time()
    for start in range(0, len(stored), _AT_ONCE):
        arrivals = []
        for place in range(start, min(start + _AT_ONCE, len(stored))):
            site = read_site(*stored[place])
            if site is not None:
                arrivals.append(Arrival(site, 1_000))
        waiting.load(arrivals, sort=False)
    waiting.sort()
    gc.freeze()
    seconds = time.process_time() - started_s
    stored.clear()
    return Built(waiting, Sight(owners=frozenset(waiting.owners)), seconds, _resident_mib() - before_mib)


def search_ms(built: Built, wheres: Iterable[Where], wanted: Wanted) -> list[float]:
    """Milliseconds of each search for the nearest LIMIT."""
    return [_timed_ms(lambda: search(built.index, where, wanted, built.sight, limit=LIMIT)) for where in wheres]  # noqa: B023 - used at once


def near_ms(built: Built) -> list[float]:
    """The nearest free of at least 22 kW within 10 km."""
    return search_ms(built, [Near(place, RADIUS_M) for place in places(SEARCHES)], FREE_22_KW)


def near_wall_ms(built: Built) -> list[float]:
    """The same by the clock on the wall."""
    took = []
    for place in places(SEARCHES):
        started_s = time.perf_counter()
        search(built.index, Near(place, RADIUS_M), FREE_22_KW, built.sight, limit=LIMIT)
        took.append((time.perf_counter() - started_s) * 1000)
    return took


def route_ms(built: Built) -> list[float]:
    """All free of at least 50 kW within 3 km of a route of 500 km."""
    return [
        _timed_ms(lambda: list(nearest_first(built.index, Along(path, BUFFER_M), FREE_50_KW, built.sight)))  # noqa: B023 - used at once
        for path in routes(ROUTES)
    ]


def differing(built: Built) -> int:
    """How many of the searches answer otherwise than brute force over every EVSE."""
    columns = built.index.points, built.index.plugs, built.index.sites
    points, plugs, sites = columns
    strong = np.zeros(len(points), np.bool_)
    strong[plugs["point"][plugs["watts"] >= FREE_22_KW.min_watts]] = True
    fits = np.zeros(len(sites), np.bool_)
    fits[points["site"][strong & (points["status"] == codes.FREE)]] = True
    fits &= (sites["flags"] & PUBLISHED) != 0
    rows = np.flatnonzero(fits)
    latitudes, longitudes = sites["latitude"][rows], sites["longitude"][rows]
    return sum(not _same(built, place, rows, distances_m(place, latitudes, longitudes)) for place in places(SEARCHES))


def _same(built: Built, place: Point, rows: Any, away: Any) -> bool:
    within = away <= RADIUS_M
    nearest = sorted(
        (float(m), built.index.site(int(row)).key) for m, row in zip(away[within], rows[within], strict=True)
    )
    found = search(built.index, Near(place, RADIUS_M), FREE_22_KW, built.sight, limit=LIMIT)
    return [key for _, key in nearest[:LIMIT]] == [built.index.site(hit.row).key for hit in found]


def updates_per_s(built: Built) -> tuple[float, float]:
    """Statuses of one EVSE each, applied a second: from Sites that were read before, and from stored bytes."""
    chance = random.Random(SEED + 3)
    rows = [
        row
        for row in (chance.randrange(len(built.index.sites)) for _ in range(UPDATES))
        if built.index.site(row).points
    ]
    changed = [_changed(built.index.site(row), chance) for row in rows]
    started_s = time.process_time()
    for site, uid in changed:
        built.index.put(site, 2_000, part=uid)
    read_s = time.process_time() - started_s
    some = changed[: UPDATES // 10]
    started_s = time.process_time()
    for site, uid in some:
        again = read_site(site.key, site.owner, site.body)
        assert again is not None
        built.index.put(again, 3_000, part=uid)
    return len(changed) / read_s, len(some) / (time.process_time() - started_s)


def _changed(site: Site, chance: random.Random) -> tuple[Site, str]:
    at = chance.randrange(len(site.points))
    one = site.points[at]
    status = codes.FREE if one.status != codes.FREE else codes.status_code("CHARGING")
    points = (*site.points[:at], one._replace(status=status), *site.points[at + 1 :])
    return replace(site, points=points), one.uid


def compact_ms(built: Built) -> float:
    """Milliseconds that everyone waits while a compact index is made."""
    return _timed_ms(built.index.compacted)


async def fill_geo(built: Built, database: Database) -> None:
    """The same sites as documents with a 2dsphere index, statuses and power in it."""
    collection, waiting = database["sites"], []
    for row in range(len(built.index.sites)):
        site = built.index.site(row)
        evses = [
            {"status": one.status, "watts": max((plug.watts for plug in one.plugs), default=0)} for one in site.points
        ]
        waiting.append({"_id": site.key, "place": [site.longitude, site.latitude], "evses": evses})
        if len(waiting) >= _AT_ONCE:
            await collection.insert_many(waiting, ordered=False)
            waiting = []
    if waiting:
        await collection.insert_many(waiting, ordered=False)
    await collection.create_index([("place", "2dsphere")])


async def geo_ms(database: Database) -> list[float]:
    """The same searches asked of MongoDB."""
    fits = {"evses": {"$elemMatch": {"status": codes.FREE, "watts": {"$gte": FREE_22_KW.min_watts}}}}
    took: list[float] = []
    for place in places(SEARCHES):
        near = {
            "near": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
            "maxDistance": RADIUS_M,
            "distanceField": "away_m",
            "query": fits,
        }
        started_s = time.perf_counter()
        cursor = await database["sites"].aggregate([{"$geoNear": near}, {"$limit": LIMIT}])
        await cursor.to_list(None)
        took.append((time.perf_counter() - started_s) * 1000)
    return took


def percentile(values: Sequence[float], percent: int) -> float:
    """By rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _timed_ms(work: Callable[[], object]) -> float:
    started_s = time.process_time()
    work()
    return (time.process_time() - started_s) * 1000


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
