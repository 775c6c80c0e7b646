"""Numbers that only grow, shared by all hub processes: one round trip for a block of them."""

import asyncio
from typing import Any

from pymongo import ReturnDocument

from hub.clock import monotonic_s
from hub.store.driver import Collection, Database
from hub.store.indexes import COUNTERS

BLOCK = 128
BLOCK_LIFE_S = 1.0
"""A process that inserts seldom lets go of its block, so that numbers of two processes are at most this far out of order."""


class Numbering:
    """Gives out the numbers of one named counter; what a process does not use of a block is a gap."""

    def __init__(self, database: Database, name: str) -> None:
        self._counters: Collection = database[COUNTERS]
        self._name = name
        self._free = range(0)
        self._until_s = 0.0
        self._taking = asyncio.Lock()

    async def next(self) -> int:
        """One number, larger than every one that this process was given before."""
        async with self._taking:
            if not self._free or monotonic_s() > self._until_s:
                self._free = await self.take(BLOCK)
                self._until_s = monotonic_s() + BLOCK_LIFE_S
            number, self._free = self._free[0], self._free[1:]
            return number

    async def take(self, count: int) -> range:
        """Exactly `count` numbers in a row that nobody else gets; the first one ever is 1."""
        counter: Any = await self._counters.find_one_and_update(
            {"_id": self._name}, {"$inc": {"last": count}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        last: int = counter["last"]
        return range(last - count + 1, last + 1)
