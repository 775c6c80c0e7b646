"""The apps' API over HTTP: searches at a fixed rate among half a million EVSEs, and changes at a thousand open streams."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import orjson
from aiohttp import ClientSession, TCPConnector
from pymongo import UpdateOne

from benchmarks.running import HUBCTL, FastPlatform, HubProcess, hub_process, joined, pin, processor_s, until_idle
from benchmarks.scaled_stations import Spot, scaled, store_all
from hub.store.driver import close_client, open_client
from hub.store.embedded import private_mongod
from hub.store.indexes import OBJECTS
from hub.wire.interface import fold
from hub.wire.party import PartyRole, Role

EVSES = 500_000
SEARCHES_PER_S = 200
SECONDS = 10.0
CONNECTIONS = 16
WANTED_SEARCH_P99_MS = 15.0
WANTED_CLUSTERS_MS = 50.0
CLUSTERED_EVSES = 100_000
SUBSCRIBERS = 1_000
UPDATES_PER_S = 1_000
WANTED_CHANGE_P99_MS = 250.0
_BOX_DEGREES = 0.1
_TICK_S = 0.02
_DATABASE = "bench"
_BUILD_S = 120.0


@dataclass(frozen=True, slots=True)
class Timed:
    """Latencies in milliseconds, sorted."""

    latencies_ms: tuple[float, ...]
    failed: int = 0
    cpu_ms: float = 0.0
    """Of the hub, for each; a busy machine makes latencies longer, and leaves this."""

    def percentile_ms(self, percent: float) -> float:
        """What `percent` of them did not exceed."""
        if not self.latencies_ms:
            return 0.0
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(len(self.latencies_ms) * percent / 100))]


@dataclass(frozen=True, slots=True)
class Found:
    """What one run measured."""

    evses: int
    locations: int
    memory_mib: float
    plain: Timed
    gzipped: Timed
    clusters: Timed
    clustered_evses: int
    changes: Timed
    updates_per_s: float
    events: int
    missed: int


async def measure(folder: Path, processor: int | None, rest: int | None) -> Found:
    """One hub on a database that is filled beforehand."""
    spots = scaled(EVSES)
    evses = sum(len(spot.location["evses"]) for spot in spots)
    async with private_mongod(folder / "mongod") as url:
        await store_all(url, _DATABASE, spots)
        settings = {
            "HUB_MONGODB_URL": url,
            "HUB_MONGODB_DATABASE": _DATABASE,
            "HUB_APPS_REQUESTS_PER_S": "100000",
            "HUB_APPS_STREAMS_PER_APP_MAX": str(SUBSCRIBERS),
            "HUB_APPS_STREAMS_MAX": str(SUBSCRIBERS),
        }
        with hub_process(folder, processor, rest, **settings) as hub:
            pin(hub.pid, processor)
            operators = [PartyRole(party=party, role=Role.CPO) for party in sorted({spot.key.owner for spot in spots})]
            async with (
                joined(hub, FastPlatform("operators", operators, {})),
                joined(hub, FastPlatform("provider", [PartyRole.parse("DE/EMA/EMSP")], {})),
            ):
                return await _measure(hub, url, spots, evses)


async def _measure(hub: HubProcess, url: str, spots: list[Spot], evses: int) -> Found:
    token = await _token(hub)
    async with ClientSession(
        base_url=f"http://127.0.0.1:{hub.port}/apps/v1/",
        headers={"Authorization": f"Bearer {token}"},
        connector=TCPConnector(limit=CONNECTIONS),
        auto_decompress=False,
    ) as http:
        await _until_fresh(http)
        await until_idle(hub.pid)  # all these locations are new: it reads them once more, for apps that come back
        chance = random.Random(7)
        await _at_rate(lambda: _search(http, chance, spots, "identity"), SEARCHES_PER_S, 2.0, hub.pid)
        plain = await _at_rate(lambda: _search(http, chance, spots, "identity"), SEARCHES_PER_S, SECONDS, hub.pid)
        gzipped = await _at_rate(lambda: _search(http, chance, spots, "gzip"), SEARCHES_PER_S, SECONDS, hub.pid)
        box, held = _box_of(spots, CLUSTERED_EVSES)
        clusters = await _at_rate(lambda: _get(http, f"clusters?bbox={box}&zoom=8", "identity"), 5, 4.0, hub.pid)
    changes, events, missed, rate = await _changes(hub, url, token, spots)
    return Found(
        evses=evses,
        locations=len(spots),
        memory_mib=hub.memory_mib(),
        plain=plain,
        gzipped=gzipped,
        clusters=clusters,
        clustered_evses=held,
        changes=changes,
        updates_per_s=rate,
        events=events,
        missed=missed,
    )


async def _token(hub: HubProcess) -> str:
    process = await asyncio.create_subprocess_exec(
        *(*HUBCTL, "apps", "create", "bench", "--emsp", "DE/EMA", "--json"),
        env=hub.environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return str(json.loads(said)["token"])


async def _until_fresh(http: ClientSession) -> None:
    until_s = time.perf_counter() + _BUILD_S
    while time.perf_counter() < until_s:
        async with http.get("locations?near=48.85,2.35&limit=1", headers={"Accept-Encoding": "identity"}) as answer:
            if answer.status == 200 and json.loads(await answer.read())["locations"]:
                return
        await asyncio.sleep(0.2)
    raise RuntimeError("the index was not built in time")


async def _at_rate(ask: Callable[[], Awaitable[bool]], per_s: float, seconds: float, pid: int) -> Timed:
    """Ask at even distances, whether or not earlier questions are answered; time counts from when each was due."""
    latencies: list[float] = []
    failed = 0

    async def one(due_s: float) -> None:
        nonlocal failed
        failed += not await ask()
        latencies.append((time.perf_counter() - due_s) * 1000)

    began_s, used_s = time.perf_counter(), processor_s(pid)
    async with asyncio.TaskGroup() as tasks:
        for number in range(int(per_s * seconds)):
            due_s = began_s + number / per_s
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            tasks.create_task(one(due_s))
    return Timed(tuple(sorted(latencies)), failed, (processor_s(pid) - used_s) * 1000 / len(latencies))


async def _search(http: ClientSession, chance: random.Random, spots: list[Spot], encoding: str) -> bool:
    """The nearest 50 with a free EVSE of 22 kW or more within 10 km of somewhere people live."""
    spot = chance.choice(spots)
    place = f"{spot.latitude + chance.gauss(0, 0.01):.5f},{spot.longitude + chance.gauss(0, 0.01):.5f}"
    return await _get(http, f"locations?near={place}&radius_m=10000&free=true&min_kw=22&limit=50", encoding)


async def _get(http: ClientSession, path: str, encoding: str) -> bool:
    async with http.get(path, headers={"Accept-Encoding": encoding}) as answer:
        await answer.read()
        return answer.status == 200


def _box_of(spots: list[Spot], evses: int) -> tuple[str, int]:
    """A box around Paris with about so many EVSEs, and how many it holds."""
    reach = 0.05
    while True:
        held = sum(
            len(spot.location["evses"])
            for spot in spots
            if abs(spot.latitude - 48.86) <= reach and abs(spot.longitude - 2.35) <= 1.5 * reach
        )
        if held >= evses or reach > 20:
            return f"{2.35 - 1.5 * reach},{48.86 - reach},{2.35 + 1.5 * reach},{48.86 + reach}", held
        reach *= 1.2


class _Reader(asyncio.Protocol):
    """One open stream: notes how old each change is when it arrives."""

    def __init__(self, request: bytes, ages_ms: list[float]) -> None:
        self._request = request
        self._ages_ms = ages_ms
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        whole, _, self._rest = (self._rest + data).rpartition(b"\n\n")
        if not self.opened.done() and b"event: open" in whole:
            self.opened.set_result(None)
        data, now_s = whole, time.time()
        at = data.find(b'"received_at":"')
        while at >= 0:
            written = data[at + 15 : data.index(b'"', at + 15)].decode()
            self._ages_ms.append((now_s - datetime.fromisoformat(written).timestamp()) * 1000)
            at = data.find(b'"received_at":"', at + 15)

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("the stream was refused"))


async def _changes(hub: HubProcess, url: str, token: str, spots: list[Spot]) -> tuple[Timed, int, int, float]:
    """Readers each follow a box; statuses are written as another process of the hub would write pushes."""
    chance, ages_ms = random.Random(11), list[float]()
    centres = [chance.choice(spots) for _ in range(SUBSCRIBERS)]
    readers: list[_Reader] = []
    for spot in centres:
        reader = await _open(hub, token, spot, ages_ms)
        readers.append(reader)
    client = open_client(url)
    expected, written, began_s, used_s = 0, 0, time.perf_counter(), processor_s(hub.pid)
    cells = _Boxes(centres)
    try:
        objects = client[_DATABASE][OBJECTS]
        while (elapsed_s := time.perf_counter() - began_s) < SECONDS:
            updates = []
            while written < elapsed_s * UPDATES_PER_S:
                spot = spots[written * 7919 % len(spots)]
                updates.append(_update(spot, written))
                expected += cells.holding(spot)
                written += 1
            if updates:
                await objects.bulk_write(updates, ordered=False)
            await asyncio.sleep(_TICK_S)
        rate = written / (time.perf_counter() - began_s)
    finally:
        await close_client(client)
    await _until_quiet(ages_ms)
    lost = sum(reader.lost for reader in readers)
    for reader in readers:
        reader.transport.close()
    spent_ms = (processor_s(hub.pid) - used_s) * 1000 / written
    return Timed(tuple(sorted(ages_ms)), lost, spent_ms), len(ages_ms), expected - len(ages_ms), rate


async def _open(hub: HubProcess, token: str, spot: Spot, ages_ms: list[float]) -> _Reader:
    box = ",".join(f"{value:.5f}" for value in _box(spot))
    lines = (f"GET /apps/v1/stream?bbox={box} HTTP/1.1", "Host: hub", f"Authorization: Bearer {token}", "", "")
    request = "\r\n".join(lines).encode()
    loop = asyncio.get_running_loop()
    _, reader = await loop.create_connection(lambda: _Reader(request, ages_ms), "127.0.0.1", hub.port)
    await reader.opened
    return reader


def _box(spot: Spot) -> tuple[float, float, float, float]:
    half = _BOX_DEGREES / 2
    west, south, east, north = (
        *(spot.longitude - half, spot.latitude - half),
        *(spot.longitude + half, spot.latitude + half),
    )
    return round(west, 5), round(south, 5), round(east, 5), round(north, 5)


class _Boxes:
    """Counts in how many readers' boxes a place is."""

    def __init__(self, centres: list[Spot]) -> None:
        self._boxes = [_box(spot) for spot in centres]

    def holding(self, spot: Spot) -> int:
        """Readers who must hear of it."""
        latitude, longitude = (
            float(spot.location["coordinates"]["latitude"]),
            float(spot.location["coordinates"]["longitude"]),
        )
        return sum(west <= longitude <= east and south <= latitude <= north for west, south, east, north in self._boxes)


def _update(spot: Spot, number: int) -> UpdateOne:
    """One EVSE gets another status than it has."""
    evse = spot.location["evses"][0]
    evse["status"] = "CHARGING" if evse["status"] == "AVAILABLE" else "AVAILABLE"
    now = datetime.now(UTC)
    change = {
        "body": orjson.dumps(spot.location),
        "revision": number + 2,
        "received_at": now,
        "part": fold(evse["uid"]),
    }
    return UpdateOne({"_id": str(spot.key)}, {"$set": change})


async def _until_quiet(ages_ms: list[float]) -> None:
    before = -1
    while before != len(ages_ms):
        before = len(ages_ms)
        await asyncio.sleep(1.0)
