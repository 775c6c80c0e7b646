"""Group commit: what comes while one round trip to the database is under way shares the next one.

Nobody waits for others on purpose: a call that comes alone goes at once, alone. The more come at the same time, the more share
one journaled write, so that the disk's pace bounds the delay and no longer the number.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from hub.clock import Tasks

_Asked = TypeVar("_Asked")
_Done = TypeVar("_Done")


class Grouped(Generic[_Asked, _Done]):
    """Calls of one kind; `do` carries out several at once and says of each what came of it, in their order."""

    def __init__(
        self,
        do: Callable[[Sequence[_Asked]], Awaitable[Sequence[_Done | Exception]]],
        tasks: Tasks,
        *,
        most: int,
        at_once: int = 1,
    ) -> None:
        """At most `most` calls in one round trip, at most `at_once` round trips side by side; `tasks` owns them."""
        self._do = do
        self._tasks = tasks
        self._most = most
        self._free = at_once
        self._waiting: list[tuple[_Asked, asyncio.Future[_Done]]] = []

    async def __call__(self, asked: _Asked) -> _Done:
        """Carry out one call. Who stops waiting before it is sent takes it back; the others are not disturbed."""
        future: asyncio.Future[_Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._free:
            self._free -= 1
            self._tasks.spawn(self._run(), "round trips")
        return await future

    async def _run(self) -> None:
        """Round trips until nobody waits: each takes who came during the one before."""
        try:
            while some := self._next():
                await self._carry_out(some)
        finally:
            self._free += 1

    def _next(self) -> list[tuple[_Asked, "asyncio.Future[_Done]"]]:
        self._waiting = [one for one in self._waiting if not one[1].done()]
        some = self._waiting[: self._most]
        del self._waiting[: self._most]
        return some

    async def _carry_out(self, some: Sequence[tuple[_Asked, "asyncio.Future[_Done]"]]) -> None:
        outcomes: Sequence[_Done | Exception]
        try:
            outcomes = await self._do([asked for asked, _ in some])
        except Exception as error:  # noqa: BLE001 - each of those who wait hears it
            outcomes = [error] * len(some)
        except asyncio.CancelledError:
            for _, future in some:
                future.cancel()
            raise
        for (_, future), outcome in zip(some, outcomes, strict=True):
            if future.done():  # it waits no more
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
