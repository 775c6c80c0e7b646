"""Every kind of message at one, some and many connections: through a bare forwarder, nginx (the limit) and the hub, in turn."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from benchmarks.forward import CPO, LOCATION, RequestMaker, forwarder
from benchmarks.load import Result, load
from benchmarks.running import FastPlatform, HubProcess, joined, pin, processor_s
from benchmarks.servers import PAGE, start_receiver
from hub.simulate.platform import Platform
from hub.store.embedded import free_port
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role

CONNECTIONS = (1, 32, 256)
SECONDS = 2.0
EMSP = Party.parse("DE-MTX")
_OPERATOR = Party.parse("NL-MTX")
_STARTS_WITHIN_S = 10.0
_EVSES_OF_30_KB = 68
_NGINX = """
master_process off; daemon off; pid nginx.pid; error_log /dev/null;
events {{ worker_connections 2048; }}
http {{
    access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    client_body_buffer_size 128k; proxy_buffers 16 32k; keepalive_requests 1000000;
    upstream receiver {{ server {target}; keepalive 256; keepalive_requests 1000000; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://receiver; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Cell:
    """One load on one forwarder."""

    through: str
    message: str
    connections: int
    result: Result
    processor_us: float
    """Of the forwarder, for each request."""


async def measure(hub: HubProcess, measured: int | None) -> list[Cell]:
    """Each forwarder on processor `measured`; the load and the receiver share the other one."""
    async with AsyncExitStack() as stack:
        receiver = await start_receiver()
        stack.callback(receiver.close)
        at = f"127.0.0.1:{receiver.sockets[0].getsockname()[1]}"
        operator = Platform("Matrix CPO", [PartyRole(party=_OPERATOR, role=Role.CPO)])
        cpo = await stack.enter_async_context(joined(hub, operator))
        offered = {
            ("locations", Interface.RECEIVER): f"http://{at}/ocpi/2.2.1/receiver/locations",
            ("tokens", Interface.SENDER): f"http://{at}/ocpi/2.2.1/sender/tokens",
        }
        provider = FastPlatform("Matrix eMSP", [PartyRole(party=EMSP, role=Role.EMSP)], offered)
        await stack.enter_async_context(joined(hub, provider))
        bare = stack.enter_context(forwarder(f"http://{at}", measured))
        nginx = stack.enter_context(_nginx(at, measured))
        forwarders = {"bare": bare} | ({"nginx": nginx} if nginx else {}) | {"hub": (hub.port, hub.pid)}
        messages = _messages(cpo)
        cells = []
        for message, request in messages.items():
            for connections in CONNECTIONS:
                for name, (port, pid) in forwarders.items():
                    used_s = processor_s(pid)
                    result = await load("127.0.0.1", port, request, connections=connections, seconds=SECONDS)
                    processor_us = (processor_s(pid) - used_s) * 1e6 / max(result.requests, 1)
                    cells.append(Cell(name, message, connections, result, processor_us))
        return cells


def _messages(cpo: Platform) -> Mapping[str, RequestMaker]:
    _, token = cpo.registered()
    headers = {"Authorization": write_authorization(token)} | RoutingHeaders(to=EMSP, sender=_OPERATOR).write()
    location = orjson.loads(LOCATION.replace(str(CPO.party_id).encode(), b"MTX"))
    large = location | {"evses": [location["evses"][0] | {"uid": f"{number}"} for number in range(_EVSES_OF_30_KB)]}
    patch = b'{"status":"CHARGING","last_updated":"2026-01-01T00:00:00Z","physical_reference":"left of the entrance, on a wall"}'
    locations, tokens = "/ocpi/2.2.1/receiver/locations/NL/MTX/LOC1", "/ocpi/2.2.1/sender/tokens"
    plain = RequestMaker(locations, headers, b"")
    return {
        "PATCH 120 B": replace(plain, path=f"{locations}/3256", body=patch, method="PATCH"),
        "PUT 1 KB": replace(plain, body=orjson.dumps(location)),
        "PUT 30 KB": replace(plain, body=orjson.dumps(large)),
        f"GET {PAGE} Tokens": replace(plain, path=f"{tokens}?limit={PAGE}", method="GET"),
        "authorize": replace(plain, path=f"{tokens}/012345678/authorize", body=b"{}", method="POST"),
    }


@contextmanager
def _nginx(target: str, measured: int | None) -> Iterator[tuple[int, int] | None]:
    """One process of nginx that passes everything on; its port and process, None where there is none."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ocpi-hub-nginx-") as folder:
        written = Path(folder) / "nginx.conf"
        written.write_text(_NGINX.format(target=target, port=port))
        with subprocess.Popen([program, "-p", folder, "-c", str(written)], stderr=subprocess.DEVNULL) as process:
            try:
                _wait(port, process)
                pin(process.pid, measured)
                yield port, process.pid
            finally:
                process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(int(_STARTS_WITHIN_S / 0.1)):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError("nginx did not start")
