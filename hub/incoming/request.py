"""One request: its head is whole, its body may still be on its way."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from multidict import CIMultiDict

from hub.wire.errors import BodyTooLarge, ClientError

BROKEN_BODY = "the body's transfer or content coding is broken"


class Request:
    """Made by the reader of a connection, which adds what comes of the body."""

    __slots__ = (
        "_parts",
        "_timeout_s",
        "_waiter",
        "_wanted",
        "broken",
        "complete",
        "continues",
        "headers",
        "keep_alive",
        "length",
        "method",
        "old",
        "path",
        "query",
        "size",
    )

    def __init__(
        self,
        *,
        method: str,
        target: str,
        headers: CIMultiDict[str],
        keep_alive: bool,
        old: bool,
        length: int,
        timeout_s: float,
        wanted: Callable[[], None],
    ) -> None:
        """`old`: HTTP/1.0; `length` as announced, 0 when it is not; `wanted` is called when somebody waits for the body."""
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.headers = headers
        self.keep_alive = keep_alive
        self.old = old
        self.length = length
        self.continues = headers.get("Expect", "").lower() == "100-continue"
        """Its sender waits to hear that the body is wanted."""
        self.size = 0
        """Bytes of the body that came."""
        self.complete = self.broken = False
        self._parts: list[bytes] = []
        self._timeout_s = timeout_s
        self._wanted = wanted
        self._waiter: asyncio.Future[None] | None = None

    def add(self, part: bytes) -> None:
        """A part of the body came."""
        self._parts.append(part)
        self.size += len(part)
        self._wake()

    def finish(self, *, broken: bool = False) -> None:
        """The body is whole, or cannot become that any more."""
        self.complete, self.broken = True, broken
        self._wake()

    async def read(self, limit_bytes: int) -> bytes:
        """The body, to whoever wants it; raises BodyTooLarge, or ClientError with HTTP 408 or 400."""
        if self.length > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        if not self.complete:
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._arrived(limit_bytes)
            except TimeoutError:
                raise ClientError(f"the body did not arrive within {self._timeout_s:g} s", http_status=408) from None
        if self.size > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        if self.broken:
            raise ClientError(BROKEN_BODY, http_status=400)
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)

    async def skip(self, timeout_s: float) -> None:
        """Let the rest go by, for so long: who is answered before the end may only look when all is sent."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self.complete:
                    self._parts.clear()
                    await self._more()

    async def _arrived(self, limit_bytes: int) -> None:
        while not self.complete and self.size <= limit_bytes:
            await self._more()

    async def _more(self) -> None:
        self._wanted()
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
