"""A small, fast load generator over raw sockets: a fixed number of connections, each sending its next request at once."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Result:
    """What one run measured. A refusal is quick: it counts for no rate and no latency."""

    seconds: float
    failed: int
    latencies_ms: tuple[float, ...]
    """Of the requests that succeeded, sorted."""

    @property
    def requests(self) -> int:
        """All of them."""
        return len(self.latencies_ms) + self.failed

    @property
    def per_s(self) -> float:
        """Requests a second that succeeded."""
        return len(self.latencies_ms) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Latency that `percent` of the requests did not exceed."""
        if not self.latencies_ms:
            return 0.0
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(len(self.latencies_ms) * percent / 100))]


class _Client(asyncio.Protocol):
    """One keep-alive connection that sends until the time is over."""

    def __init__(self, request: Callable[[int], bytes], until_s: float, succeeded: bytes) -> None:
        self._request = request
        self._until_s = until_s
        self._succeeded = succeeded
        self._buffer = b""
        self._sent = 0
        self._sent_at_s = 0.0
        self.latencies_ms: list[float] = []
        self.failed = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        self._next()

    def _next(self) -> None:
        now_s = time.perf_counter()
        if now_s >= self._until_s:
            self._finish()
            return
        self._sent_at_s = now_s
        self._transport.write(self._request(self._sent))
        self._sent += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(_LENGTH)
        length = int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self._buffer = b""
        if self._succeeded in body:
            self.latencies_ms.append((time.perf_counter() - self._sent_at_s) * 1000)
        else:
            self.failed += 1
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.failed += 1
            self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self._transport.close()


async def load(
    host: str,
    port: int,
    request: Callable[[int], bytes],
    *,
    connections: int,
    seconds: float,
    succeeded: bytes = b'"status_code":1000',
) -> Result:
    """Send `request(n)` over `connections` connections for `seconds`; an answer without `succeeded` counts as failed."""
    loop = asyncio.get_running_loop()
    started_s = time.perf_counter()
    clients: list[_Client] = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Client(request, started_s + seconds, succeeded), host, port)
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    latencies = sorted(latency for client in clients for latency in client.latencies_ms)
    return Result(
        seconds=time.perf_counter() - started_s,
        failed=sum(client.failed for client in clients),
        latencies_ms=tuple(latencies),
    )


def http_request(method: str, path: str, host: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
