"""A queue that is bounded in number and in bytes: what there is no room for is refused at once."""

import asyncio
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


class Waiting(Generic[_Item]):
    """First in, first out."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._items: asyncio.Queue[tuple[_Item, int]] = asyncio.Queue(most)
        self._most_bytes = most_bytes
        self.held_bytes = 0
        """Of those that wait."""

    def put(self, item: _Item, size_bytes: int) -> bool:
        """Take it, or say False when there is no room; returns at once."""
        if self.held_bytes + size_bytes > self._most_bytes or self._items.full():
            return False
        self._items.put_nowait((item, size_bytes))
        self.held_bytes += size_bytes
        return True

    async def get(self) -> _Item:
        """The oldest one; `done` has to follow."""
        item, size_bytes = await self._items.get()
        self.held_bytes -= size_bytes
        return item

    def done(self) -> None:
        """One that was got is dealt with."""
        self._items.task_done()

    async def join(self) -> None:
        """Wait until everything that was taken so far is dealt with."""
        await self._items.join()
