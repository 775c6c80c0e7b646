"""A TCP proxy that does harm: between the hub and a partner, the hub and its database, or a sender and the hub.

What it does is a Harm; `harm` may be changed at any time and holds for connections that are open too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import Self

from hub.clock import Tasks

_CHUNK = 64 * 1024


class Cut(Enum):
    """Where a connection is cut, with a reset."""

    NEVER = "never"
    AT_ONCE = "at once"
    """As soon as it is made."""
    BEFORE_REQUEST = "before the request"
    """The first bytes of the client come, and go nowhere."""
    AFTER_REQUEST = "after the request"
    """The server gets the request and answers; the client never sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """What is done to every connection; the default does none."""

    delay_s: float = 0.0
    """Before each piece, in both directions."""
    cut: Cut = Cut.NEVER
    black_hole: bool = False
    """Connections are made, and nothing ever comes through."""
    trickle_bytes_per_s: float = 0.0
    """Answers come at this rate, byte by byte; 0 is full speed."""
    half_close: bool = False
    """After the request the client's side is told that the server said all, before it did."""


NO_HARM = Harm()


class Proxy:
    """Listens on loopback; use it as `async with Proxy(host, port) as proxy`."""

    def __init__(self, host: str, port: int, harm: Harm = NO_HARM) -> None:
        self.target = (host, port)
        self.harm = harm
        self.connections = 0
        """How many were made to it so far."""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks = Tasks()
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.reset()
        await self._tasks.close()

    def reset(self) -> None:
        """Cut every connection that is open."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with suppress(
                OSError, RuntimeError
            ):  # RuntimeError: what uvloop says of a connection that was cut meanwhile
                await self._serve(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.harm.cut is Cut.AT_ONCE:
            return
        if self.harm.black_hole:
            while await reader.read(_CHUNK):
                pass
            return
        theirs, ours = await asyncio.open_connection(*self.target)
        self._open.add(ours)
        try:
            there = self._tasks.spawn(self._carry(reader, ours, self._harm_request), "proxy: requests")
            await self._carry(theirs, writer, self._harm_answer)
            there.cancel()
        finally:
            self._open.discard(ours)
            ours.transport.abort()

    async def _carry(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        harm: Callable[[bytes, asyncio.StreamWriter], Awaitable[bool]],
    ) -> None:
        with suppress(OSError, RuntimeError):
            while data := await source.read(_CHUNK):
                if self.harm.delay_s:
                    await asyncio.sleep(self.harm.delay_s)
                if not await harm(data, sink):
                    self._end(sink)
                    return
                await sink.drain()
            sink.write_eof()

    async def _harm_request(self, data: bytes, sink: asyncio.StreamWriter) -> bool:
        if self.harm.black_hole:
            return True
        if self.harm.cut is Cut.BEFORE_REQUEST:
            return False
        sink.write(data)
        return True

    async def _harm_answer(self, data: bytes, sink: asyncio.StreamWriter) -> bool:
        if self.harm.black_hole:
            return True
        if self.harm.cut is Cut.AFTER_REQUEST:
            return False
        if self.harm.half_close:
            sink.write(data[:1])
            sink.write_eof()
            await asyncio.sleep(1)
            return False
        if self.harm.trickle_bytes_per_s:
            for byte in data:
                sink.write(bytes([byte]))
                await asyncio.sleep(1 / self.harm.trickle_bytes_per_s)
            return True
        sink.write(data)
        return True

    def _end(self, sink: asyncio.StreamWriter) -> None:
        sink.transport.abort()
