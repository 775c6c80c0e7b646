"""Messages at random times, beside whatever a row does, until it stops them."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from hub.clock import Tasks
from tests.faults.open_loop import due_times_s, open_loop
from tests.faults.owner import Owner, mixed_objects

HOT = 40
_LONGEST_S = 3600.0


class UntilStopped:
    """Sends begin at random times, `rate_per_s` of them on the average, whether or not earlier ones have ended."""

    def __init__(self, rate_per_s: float, seed: int, send: Callable[[int, float], Awaitable[None]]) -> None:
        """`send(number, began_s)`, as of tests.faults.open_loop."""
        self._send = send
        self._stopped = False
        self._under_way = 0
        self._tasks = Tasks()
        self._tasks.spawn(open_loop(due_times_s(rate_per_s, _LONGEST_S, seed), self._begin), "until stopped")

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._stopped = True
        while self._under_way:  # noqa: ASYNC110 - sends end one by one, and are seldom waited for
            await asyncio.sleep(0.05)
        await self._tasks.close()

    async def _begin(self, number: int, began_s: float) -> None:
        if self._stopped:
            return
        self._under_way += 1
        try:
            await self._send(number, began_s)
        finally:
            self._under_way -= 1


class Load(UntilStopped):
    """A share of the pushes are of new objects, the others are states of HOT that change all the time."""

    def __init__(
        self, owner: Owner, rate_per_s: float, seed: int, *, again: bool = False, share_new: float = 0.5
    ) -> None:
        """`again`: a push whose connection broke is sent once more, as it was."""
        self._owner = owner
        self._again = again
        self._name = mixed_objects(random.Random(seed), hot=HOT, share_new=share_new)
        super().__init__(rate_per_s, seed, self._push)

    async def _push(self, number: int, began_s: float) -> None:
        await self._owner.push(self._name(number), began_s, again=self._again)
