"""Pushes at random times, beside whatever a row does, until it stops them."""

import asyncio
import random
from collections.abc import Sequence

from hub.clock import Tasks
from tests.faults.open_loop import due_times_s, open_loop
from tests.faults.owner import Owner, mixed_objects

HOT = 40
_LONGEST_S = 3600.0


class Load:
    """A share of the pushes are of new objects, the others are states of HOT that change all the time."""

    def __init__(
        self, owner: Owner, rate_per_s: float, seed: int, *, again: bool = False, share_new: float = 0.5
    ) -> None:
        """`again`: a push whose connection broke is sent once more, as it was."""
        self._owner = owner
        self._again = again
        self._name = mixed_objects(random.Random(seed), hot=HOT, share_new=share_new)
        self._stopped = False
        self._under_way = 0
        self._tasks = Tasks()
        self._tasks.spawn(self._run(due_times_s(rate_per_s, _LONGEST_S, seed)), "load")

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._stopped = True
        while self._under_way:  # noqa: ASYNC110 - sends end one by one, and are seldom waited for
            await asyncio.sleep(0.05)
        await self._tasks.close()

    async def _run(self, times_s: Sequence[float]) -> None:
        await open_loop(times_s, self._send)

    async def _send(self, number: int, began_s: float) -> None:
        if self._stopped:
            return
        self._under_way += 1
        try:
            await self._owner.push(self._name(number), began_s, again=self._again)
        finally:
            self._under_way -= 1
