"""A platform as raw sockets, for answers that no server library would write."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


Respond = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawPartner:
    """What came in so far, and where it came in."""

    url: str
    connections: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def versions_url(self) -> str:
        """Where the runner begins."""
        return f"{self.url}/versions"


@asynccontextmanager
async def raw_partner(respond: Respond, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawPartner]:
    """Answer each request by `respond`, until the test ends."""
    conversations: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        partner.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                asked = await _read(reader)
                partner.asked.append(asked)
                await respond(asked, writer)
                await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    partner = RawPartner(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield partner
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, target, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method=method, target=target, headers=headers, body=body)


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer; `headers` are lines."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def envelope(data: Any = None) -> bytes:
    """`data` as OCPI answers it."""
    return json.dumps({"data": data, "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}).encode()
