"""Searches in MongoDB: one document for each hour, cell and filter, raised in bulk."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import DEMAND
from hub.store.observing import Searches
from hub.store.records import read

_AT_ONCE = 1_000


class MongoDemand:
    """The DemandStore."""

    def __init__(self, database: Database) -> None:
        self._demand: Collection = database[DEMAND]

    @answering()
    async def add(self, searches: Sequence[Searches]) -> None:
        """Raise what is there, insert what is not."""
        for start in range(0, len(searches), _AT_ONCE):
            updates = [_raising(one) for one in searches[start : start + _AT_ONCE]]
            await self._demand.bulk_write(updates, ordered=False)

    @answering()
    async def since(self, hour: datetime) -> list[Searches]:
        """By hour and cell."""
        order = [("hour", 1), ("row", 1), ("column", 1), ("asked", 1)]
        found = await self._demand.find({"hour": {"$gte": hour}}).sort(order).to_list(None)
        return [read(Searches, document) for document in found]


def _raising(one: Searches) -> UpdateOne:
    which = {"hour": one.hour, "row": one.row, "column": one.column, "asked": one.asked}
    key = f"{one.hour:%Y%m%d%H}/{one.row}/{one.column}/{one.asked}"
    return UpdateOne(
        {"_id": key}, {"$setOnInsert": which, "$inc": {"found": one.found, "nothing": one.nothing}}, upsert=True
    )
