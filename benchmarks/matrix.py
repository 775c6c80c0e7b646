"""What goes through a hub, by kind and number of connections: bare aiohttp forwarder, nginx and hub in turn on one processor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.forward import CPO, EMSP, LOCATION, RequestMaker, forwarder
from benchmarks.load import Result, load
from benchmarks.nginx import nginx
from benchmarks.running import FastPlatform, HubProcess, Served, joined, processor_s
from benchmarks.servers import start_receiver
from hub.simulate.platform import Platform
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import Interface
from hub.wire.party import PartyRole, Role

CONNECTIONS = (1, 32, 256)
SECONDS = 2.0
SETTINGS = {"HUB_FORWARDS_PER_PLATFORM_MAX": str(2 * max(CONNECTIONS))}
"""All the load goes to one platform: its bound must not be what is measured."""
_SETTLE_S = 1.0
"""For the hub to write its last traces: they must not cost who comes next on the same processor."""
_PAGE = 100
_LARGE = 30_000
_PATCH = b'{"status":"CHARGING","last_updated":"2026-01-01T10:00:00Z","capabilities":["RESERVABLE","REMOTE_START_STOP_CAPABLE"]}'
_LISTED = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":[' + b",".join([LOCATION] * _PAGE) + b"]}"


class Cell(NamedTuple):
    """One run: what was asked, of whom, over how many connections, and what came of it."""

    kind: str
    connections: int
    server: str
    result: Result
    cpu_us: float
    """Processor time of the measured process for each request that succeeded."""


async def measure(hub: HubProcess, folder: Path, measured: int | None) -> AsyncIterator[Cell]:
    """Every kind and number of connections, by each of the three in turn; nginx where there is one."""
    async with AsyncExitStack() as stack:
        receiver = await start_receiver(listed=_LISTED)
        stack.callback(receiver.close)
        target = f"127.0.0.1:{receiver.sockets[0].getsockname()[1]}"
        kinds = await stack.enter_async_context(_kinds(hub, f"http://{target}"))
        servers: dict[str, Served] = {"bare": stack.enter_context(forwarder(f"http://{target}", measured))}
        if (limit := stack.enter_context(nginx(folder, target, measured))) is not None:
            servers["nginx"] = limit
        servers["hub"] = Served(hub.pid, hub.port)
        for kind, request in kinds.items():
            for connections in CONNECTIONS:
                for name, server in servers.items():
                    yield await _cell(kind, connections, name, server, request)
                await asyncio.sleep(_SETTLE_S)


async def _cell(kind: str, connections: int, name: str, server: Served, request: RequestMaker) -> Cell:
    before_s = processor_s(server.pid)
    result = await load("127.0.0.1", server.port, request, connections=connections, seconds=SECONDS)
    used_s = processor_s(server.pid) - before_s
    return Cell(kind, connections, name, result, used_s * 1e6 / max(1, result.requests - result.failed))


@asynccontextmanager
async def _kinds(hub: HubProcess, target: str) -> AsyncIterator[dict[str, RequestMaker]]:
    """Two platforms whose modules are the fast receiver, and a request of each kind between them."""
    both = {(module, side): f"{target}/{side}/{module}" for module in ("locations", "tokens") for side in Interface}
    cpo = FastPlatform("Matrix CPO", [PartyRole(party=CPO, role=Role.CPO)], both)
    emsp = FastPlatform("Matrix eMSP", [PartyRole(party=EMSP, role=Role.EMSP)], both)
    async with joined(hub, cpo), joined(hub, emsp):
        ours, to_cpo = _headers(cpo, RoutingHeaders(to=EMSP, sender=CPO)), RoutingHeaders(to=CPO, sender=EMSP)
        location = _path(cpo, "locations", Interface.RECEIVER) + "/NL/CPA/LOC1"
        authorize = _path(cpo, "tokens", Interface.SENDER) + "/012345678/authorize"
        page = f"{_path(emsp, 'locations', Interface.SENDER)}?offset=0&limit={_PAGE}"
        large = LOCATION[:-1] + b',"x_notes":"' + b"n" * (_LARGE - len(LOCATION) - 13) + b'"}'
        yield {
            f"PATCH {len(_PATCH)} B": RequestMaker(f"{location}/3256", ours, _PATCH, "PATCH", ids="patch"),
            "PUT 1 KB": RequestMaker(location, ours, LOCATION, ids="put"),
            "PUT 30 KB": RequestMaker(location, ours, large, ids="large"),
            f"GET list of {_PAGE}": RequestMaker(page, _headers(emsp, to_cpo), b"", "GET", ids="list"),
            "authorize": RequestMaker(authorize, ours, b'{"location_id":"LOC1"}', "POST", ids="authorize"),
        }


def _path(platform: Platform, module: str, interface: Interface) -> str:
    peer, _ = platform.registered()
    return urlsplit(peer.endpoint(module, interface)).path


def _headers(platform: Platform, routing: RoutingHeaders) -> dict[str, str]:
    _, token = platform.registered()
    return {"Authorization": write_authorization(token), **routing.write()}
