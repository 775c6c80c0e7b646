"""Requests a second of a directed PUT of a 1 KB Location through one hub process, beside a bare aiohttp forwarder."""

import asyncio
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.load import Result, http_request, load
from benchmarks.running import FastPlatform, HubProcess, Served, joined, pin
from benchmarks.servers import start_receiver
from hub.simulate.platform import Platform
from hub.store.embedded import free_port
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import CORRELATION_ID, REQUEST_ID, RoutingHeaders
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role

CONNECTIONS = 32
ROUNDS = 5
SECONDS = 4.0
WANTED_RATIO = 0.70
_SETTLE_S = 1.0
"""For the hub to write its last traces: they must not cost the bare forwarder, which has the same processor."""
CPO = Party.parse("NL-CPA")
EMSP = Party.parse("DE-EMA")
_LOCATION = """{"country_code":"NL","party_id":"CPA","id":"LOC1","publish":true,"name":"Gent Zuid","address":"F.Rooseveltlaan 3A",
"city":"Gent","postal_code":"9000","country":"BEL","coordinates":{"latitude":"51.047599","longitude":"3.729944"},
"parking_type":"ON_STREET","evses":[{"uid":"3256","evse_id":"BE*BEC*E041503001","status":"AVAILABLE",
"capabilities":["RESERVABLE"],"connectors":[{"id":"1","standard":"IEC_62196_T2","format":"CABLE","power_type":"AC_3_PHASE",
"max_voltage":220,"max_amperage":16,"tariff_ids":["11"],"last_updated":"2015-03-16T10:10:02Z"}],
"physical_reference":"1","floor_level":"-1","last_updated":"2015-06-28T08:12:01Z"}],"operator":{"name":"BeCharged"},
"time_zone":"Europe/Brussels","directions":[{"language":"en","text":"Left of the main entrance, behind the barrier"}],
"opening_times":{"twentyfourseven":true},"charging_when_closed":true,"last_updated":"2015-06-29T20:39:09Z"}"""
LOCATION = _LOCATION.replace("\n", "").encode()


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What `measure` found; rates are the medians of the rounds."""

    hub: Result
    bare: Result
    ratio: float
    """Median of the rounds' ratios, hub by bare."""


async def measure(hub: HubProcess, measured: int | None) -> Forwarded:
    """Run both in turn, each on processor `measured`, everything else on the other one."""
    async with partners(hub) as (cpo, target):
        return await _rounds(hub, measured, cpo, target)


@asynccontextmanager
async def partners(hub: HubProcess) -> AsyncIterator[tuple[Platform, str]]:
    """An operator, and an eMSP whose Locations go to a fast receiver; yields the operator, and where the receiver is."""
    async with AsyncExitStack() as stack:
        receiver = await start_receiver()
        stack.callback(receiver.close)
        target = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}"
        cpo = await stack.enter_async_context(joined(hub, Platform("Bench CPO", [PartyRole(party=CPO, role=Role.CPO)])))
        offered = {("locations", Interface.RECEIVER): f"{target}/ocpi/2.2.1/receiver/locations"}
        emsp = FastPlatform("Bench eMSP", [PartyRole(party=EMSP, role=Role.EMSP)], offered)
        await stack.enter_async_context(joined(hub, emsp))
        yield cpo, target


@contextmanager
def forwarder(target: str, measured: int | None) -> Iterator[Served]:
    """The bare forwarder in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.servers", "--port", str(port), "--target", target]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        pin(process.pid, measured)
        try:
            yield Served(process.pid, port)
        finally:
            process.terminate()


async def _rounds(hub: HubProcess, measured: int | None, cpo: Platform, target: str) -> Forwarded:
    pairs = []
    with forwarder(target, measured) as plain:
        for _ in range(ROUNDS):
            bare = await load("127.0.0.1", plain.port, location_put(cpo), connections=CONNECTIONS, seconds=SECONDS)
            through = await load("127.0.0.1", hub.port, location_put(cpo), connections=CONNECTIONS, seconds=SECONDS)
            pairs.append((through, bare))
            await asyncio.sleep(_SETTLE_S)
    middle = sorted(pairs, key=lambda pair: pair[0].per_s / pair[1].per_s)[len(pairs) // 2]
    return Forwarded(*middle, statistics.median(through.per_s / bare.per_s for through, bare in pairs))


def location_put(cpo: Platform) -> "RequestMaker":
    """A PUT of one Location to the eMSP."""
    peer, token = cpo.registered()
    url = urlsplit(peer.endpoint("locations", Interface.RECEIVER))
    routing = RoutingHeaders(to=EMSP, sender=CPO).write()
    return RequestMaker(f"{url.path}/NL/CPA/LOC1", {"Authorization": write_authorization(token), **routing}, LOCATION)


@dataclass(frozen=True, slots=True)
class RequestMaker:
    """Makes the n-th request, each with ids of its own."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "PUT"
    ids: str = "bench"
    """Begins every id: the hub refuses an id that comes again with another body."""

    def __call__(self, n: int) -> bytes:
        ids = {REQUEST_ID: f"{self.ids}-r-{n}", CORRELATION_ID: f"{self.ids}-c-{n}"}
        return http_request(self.method, self.path, "127.0.0.1", self.headers | ids, self.body)
