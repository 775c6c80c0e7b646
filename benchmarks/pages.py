"""GET All over a million Locations at the hub: the first page, every page by its link, and the thousandth by offset alone."""

import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession

from benchmarks.forward import LOCATION
from benchmarks.running import FastPlatform, HubProcess, hub_process, joined, until_idle
from hub.store.driver import Document, close_client, open_client
from hub.store.embedded import private_mongod
from hub.store.indexes import OBJECTS, indexes
from hub.store.protocols import ObjectKey, StoredObject
from hub.store.records import write
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import Interface, ModuleId
from hub.wire.paging import read_link
from hub.wire.party import Party, PartyRole, Role

LOCATIONS = 1_000_000
PAGE = 1_000
WANTED_TIMES = 3.0
WANTED_P99_MS = 100.0
WANTED_GROWTH_MIB = 50.0
_OWNERS = [Party.of("NL", f"P{number:02}") for number in range(10)]
_EMSP = Party.parse("DE-EMA")
_AGAIN = 15
"""How often one page is asked for."""
_AT_ONCE = 5_000
_DATABASE = "pages"
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Pages(NamedTuple):
    """Latencies in milliseconds, sorted."""

    first: list[float]
    every: list[float]
    """All pages of one walk by the hub's links."""
    last: list[float]
    """The thousandth page, by its link."""
    by_offset: list[float]
    """All pages of one walk by a client that counts offsets by itself, and looks at no link."""
    jump_ms: float
    """The thousandth page by offset, when nobody has walked there."""
    objects: int
    total: int
    """X-Total-Count of the first page."""
    growth_mib: float
    memory_mib: float
    stored_bytes: float
    """On the database's disk for each Location, compressed, with its indexes."""


async def measure(folder: Path, processor: int | None, rest: int | None) -> Pages:
    """One hub on a database that is filled beforehand."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(private_mongod(folder / "mongod"))
        stored_bytes = await _fill(url)
        settings = {"HUB_MONGODB_URL": url, "HUB_MONGODB_DATABASE": _DATABASE, "HUB_PAGE_SIZE_MAX": str(PAGE)}
        hub = stack.enter_context(hub_process(folder, processor, rest, **settings))
        operators = FastPlatform("operators", [PartyRole(party=one, role=Role.CPO) for one in _OWNERS], {})
        await stack.enter_async_context(joined(hub, operators))
        emsp = FastPlatform("provider", [PartyRole(party=_EMSP, role=Role.EMSP)], {})
        await stack.enter_async_context(joined(hub, emsp))
        await until_idle(hub.pid)  # the index of charging points reads everything first
        peer, token = emsp.registered()
        headers = {"Authorization": write_authorization(token)}
        headers |= RoutingHeaders(to=peer.party, sender=_EMSP).write()
        http = await stack.enter_async_context(ClientSession(headers=headers, auto_decompress=False))
        return await _walk(hub, http, peer.endpoint("locations", Interface.SENDER), stored_bytes)


async def _walk(hub: HubProcess, http: ClientSession, url: str, stored_bytes: float) -> Pages:
    first_url, deep_url = f"{url}?limit={PAGE}", f"{url}?offset={LOCATIONS - PAGE}&limit={PAGE}"
    first = [await _page(http, first_url) for _ in range(_AGAIN)]
    before_mib = hub.memory_mib()
    every, following, last_url, objects = [], first_url, first_url, 0
    while following:
        page = await _page(http, following)
        every.append(page.took_ms)
        objects += page.objects
        last_url, following = following, page.following
    last = [(await _page(http, last_url)).took_ms for _ in range(_AGAIN)]
    jump = await _page(http, deep_url)
    by_offset = [(await _page(http, f"{url}?offset={at}&limit={PAGE}")).took_ms for at in range(0, LOCATIONS, PAGE)]
    return Pages(
        first=sorted(page.took_ms for page in first),
        every=sorted(every),
        last=sorted(last),
        by_offset=sorted(by_offset),
        jump_ms=jump.took_ms,
        objects=objects,
        total=first[0].total,
        growth_mib=hub.memory_mib() - before_mib,
        memory_mib=hub.memory_mib(),
        stored_bytes=stored_bytes,
    )


class _Page(NamedTuple):
    took_ms: float
    objects: int
    total: int
    following: str


async def _page(http: ClientSession, url: str) -> _Page:
    began_s = time.perf_counter()
    async with http.get(url) as answer:
        body = await answer.read()
        took_ms = (time.perf_counter() - began_s) * 1000
        if answer.status != 200:
            raise RuntimeError(f"a page was refused: HTTP {answer.status} {body[:200]!r}")
        total, link = int(answer.headers["X-Total-Count"]), answer.headers.get("Link", "")
        return _Page(took_ms, body.count(b'"time_zone":'), total, read_link(link) or "")


async def _fill(url: str) -> float:
    """Put them into an empty database, as if they had been pushed long ago and everyone had them; returns the bytes of each.

    They come under another name, which is changed then: what is new in the last minutes, a hub that starts reads once more.
    """
    client = open_client(url)
    try:
        filling = client[_DATABASE]["filling"]
        await filling.create_indexes(indexes(30)[OBJECTS])
        for batch in _batches():
            await filling.insert_many(batch, ordered=False)
        await filling.rename(OBJECTS)
        await client.admin.command("fsync")
        stats = await client[_DATABASE].command("collStats", OBJECTS)
        return (float(stats["storageSize"]) + float(stats["totalIndexSize"])) / LOCATIONS
    finally:
        await close_client(client)


def _batches() -> Iterator[list[Document]]:
    for start in range(0, LOCATIONS, _AT_ONCE):
        yield [_document(number) for number in range(start, start + _AT_ONCE)]


def _document(number: int) -> Document:
    owner, at = _OWNERS[number % len(_OWNERS)], _BEGAN + timedelta(seconds=number)
    key = ObjectKey(module=ModuleId("locations"), owner=owner, object_id=f"loc{number}")
    body = LOCATION.replace(b'"CPA","id":"LOC1"', f'"{owner.party_id}","id":"loc{number}"'.encode(), 1)
    stored = StoredObject(
        key=key, body=body, last_updated=at, seq=number + 1, revision=1, received_at=at, changed_at=at
    )
    return {"_id": str(key), **write(stored)}
