"""The two yardsticks: a receiver that answers at once, and a bare aiohttp forwarder without any logic."""

import argparse
import asyncio
from collections.abc import Callable
from typing import cast

import uvloop
from aiohttp import ClientSession, TCPConnector, web

_BODY = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
_LENGTH = b"content-length:"


def _http(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    return head + str(len(body)).encode() + b"\r\n\r\n" + body


_ANSWER = _http(_BODY)


class Receiver(asyncio.Protocol):
    """Answers every request with a fixed OCPI success, a GET with `listed` if that is given; `received` is told of each."""

    def __init__(self, received: Callable[[], None] = lambda: None, listed: bytes = b"") -> None:
        self._received = received
        self._listed = _http(listed) if listed else _ANSWER
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            at = head.find(_LENGTH)
            length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            self._received()
            self._transport.write(self._listed if head.startswith(b"get ") else _ANSWER)


async def start_receiver(
    port: int = 0, received: Callable[[], None] = lambda: None, listed: bytes = b""
) -> asyncio.Server:
    """Listen on loopback; port 0 takes a free one."""
    return await asyncio.get_running_loop().create_server(lambda: Receiver(received, listed), "127.0.0.1", port)


def run_forwarder(port: int, target: str) -> None:
    """Pass every request's method, path and body on to `target`, and its answer back: what no aiohttp hub can beat."""

    async def main() -> None:
        async with ClientSession(connector=TCPConnector(limit=0), auto_decompress=False) as session:

            async def forward(request: web.Request) -> web.Response:
                body = await request.read()
                headers = {
                    "Content-Type": "application/json",
                    "Authorization": request.headers.get("Authorization", ""),
                }
                async with session.request(
                    request.method, target + request.raw_path, data=body, headers=headers
                ) as answer:
                    return web.Response(body=await answer.read(), status=answer.status, content_type="application/json")

            app = web.Application()
            app.router.add_route("*", "/{path:.*}", forward)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            print("ready", flush=True)
            await asyncio.Event().wait()

    uvloop.run(main())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--target", required=True)
    arguments = parser.parse_args()
    run_forwarder(arguments.port, arguments.target)
