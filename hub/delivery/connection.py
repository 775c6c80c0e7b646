"""One kept connection to a partner: one request at a time out, one answer back."""

import asyncio
from typing import cast

from hub.delivery.allowance import Allowance
from hub.delivery.answer import Failure, PostFailed
from hub.delivery.reading import Reader


class Disconnected(PostFailed):
    """The connection ended before the answer was whole: whether the partner acted is unknown."""

    def __init__(self) -> None:
        super().__init__(Failure.BROKEN, "the connection broke before the answer came")


class Connection(asyncio.Protocol):
    """Made by the event loop; `idle_since_s` is the pool's note."""

    __slots__ = ("_closed", "_loop", "_reader", "_transport", "_waiter", "idle_since_s")

    def __init__(self, loop: asyncio.AbstractEventLoop, allowance: Allowance) -> None:
        self._loop = loop
        self._reader = Reader(allowance)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Reader] | None = None
        self._closed = False
        self.idle_since_s = 0.0

    def send(self, request: bytes) -> asyncio.Future[Reader]:
        """Write a request; the future gives the reader of its whole answer, or raises PostFailed or TimeoutError."""
        assert self._transport is not None
        self._reader.begin()
        self._waiter = self._loop.create_future()
        self._transport.write(request)
        return self._waiter

    @property
    def open(self) -> bool:
        """Neither side has ended it, as far as is known here."""
        return not self._closed and self._transport is not None and not self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        """Another request may follow."""
        return self._waiter is None and self._reader.reusable and self.open

    def expire(self) -> None:
        """The time for the answer is over."""
        self._end(TimeoutError())

    def close(self) -> None:
        """End it at once; who waits for an answer gets none."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()

    def drop(self) -> None:
        """End it at once, and what came of an answer with it."""
        self.close()
        self._reader.let_go()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop has connected it."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type

    def data_received(self, data: bytes) -> None:
        """What the partner sends; unasked, it ends the connection."""
        if self._waiter is None:
            self.close()
            return
        try:
            whole = self._reader.feed(data)
        except PostFailed as failed:
            self._end(failed)
            return
        if whole:
            self._settle()

    def connection_lost(self, _: Exception | None) -> None:
        """It ended, which may be the end of the answer."""
        self._closed = True
        if self._waiter is None:
            return
        if self._reader.ends_here():
            self._settle()
        else:
            self._end(Disconnected())

    def _settle(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(self._reader)

    def _end(self, error: Exception) -> None:
        waiter, self._waiter = self._waiter, None
        self.drop()
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)
