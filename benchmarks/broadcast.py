"""Broadcasts a second that the hub accepts durably, and deliveries a second to 20 receivers."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from benchmarks.forward import LOCATION
from benchmarks.load import Result, http_request, load
from benchmarks.running import FastPlatform, HubProcess, joined
from benchmarks.servers import start_receiver
from hub.simulate.platform import Platform
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import format_datetime

RECEIVERS = 20
CONNECTIONS = 16
SECONDS = 10.0
QUIET_S = 5.0
CPO = Party.parse("NL-CPC")
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spread:
    """What `measure` found."""

    accepted: Result
    deliveries: int
    deliveries_per_s: float
    """From the first push until every receiver had its last one."""


async def measure(hub: HubProcess) -> Spread:
    """Push Locations with TO = hub as fast as they are accepted, then wait until all deliveries came."""
    arrived = 0

    def received() -> None:
        nonlocal arrived
        arrived += 1

    async with AsyncExitStack() as stack:
        receiver = await start_receiver(received=received)
        stack.callback(receiver.close)
        base = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}"
        cpo = await stack.enter_async_context(
            joined(hub, Platform("Bench broadcasting CPO", [PartyRole(party=CPO, role=Role.CPO)]))
        )
        for number in range(RECEIVERS):
            roles = [PartyRole(party=Party.of("FR", f"E{number:02}"), role=Role.EMSP)]
            offered = {("locations", Interface.RECEIVER): f"{base}/{number}/receiver/locations"}
            await stack.enter_async_context(joined(hub, FastPlatform(f"Bench eMSP {number}", roles, offered)))
        started_s = time.perf_counter()
        accepted = await load("127.0.0.1", hub.port, _Pushes(cpo), connections=CONNECTIONS, seconds=SECONDS)
        wanted = (accepted.requests - accepted.failed) * RECEIVERS
        ended_s = await _settled(lambda: arrived, wanted)
        return Spread(accepted, arrived, arrived / (ended_s - started_s))


async def _settled(arrived: Callable[[], int], wanted: int) -> float:
    """Wait for the deliveries; returns when the last one came, or gives up when none came for a while."""
    last, last_s = -1, time.perf_counter()
    while arrived() < wanted and time.perf_counter() - last_s < QUIET_S:
        if arrived() != last:
            last, last_s = arrived(), time.perf_counter()
        await asyncio.sleep(0.01)
    return last_s if arrived() == last else time.perf_counter()


class _Pushes:
    """Each push is another Location, or a newer state of it."""

    def __init__(self, cpo: Platform) -> None:
        peer, token = cpo.registered()
        self._path = urlsplit(peer.endpoint("locations", Interface.RECEIVER)).path
        routing = RoutingHeaders(to=peer.party, sender=CPO)
        self._headers = {"Authorization": write_authorization(token)} | routing.write()
        self._pushed = 0

    def __call__(self, _: int) -> bytes:
        self._pushed += 1
        location, at = f"LOC{self._pushed % 500}", format_datetime(_START + timedelta(seconds=self._pushed))
        body = LOCATION.replace(
            b'"NL","party_id":"CPA","id":"LOC1"', f'"NL","party_id":"CPC","id":"{location}"'.encode()
        )
        body = body.replace(b'"last_updated":"2015-06-29T20:39:09Z"}', f'"last_updated":"{at}"}}'.encode())
        return http_request("PUT", f"{self._path}/NL/CPC/{location}", "127.0.0.1", self._headers, body)
