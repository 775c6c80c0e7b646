"""What checking carried messages found, in MongoDB: one document for each platform and rule, counted up by every process."""

from collections.abc import Sequence

from pymongo import UpdateOne

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import FAULTS
from hub.store.judgements import Fault
from hub.store.records import read


class MongoFaults:
    """The FaultStore."""

    def __init__(self, database: Database) -> None:
        self._faults: Collection = database[FAULTS]

    @answering()
    async def add(self, faults: Sequence[Fault]) -> None:
        """Count these in."""
        if faults:
            await self._faults.bulk_write([_counting(one) for one in faults], ordered=False)

    @answering()
    async def of(self, platform_id: str, *, limit: int = 50) -> list[Fault]:
        """The most frequent first."""
        found = self._faults.find({"platform_id": platform_id}).sort("count", -1).limit(limit)
        return [read(Fault, document) for document in await found.to_list(None)]


def _counting(fault: Fault) -> UpdateOne:
    return UpdateOne(
        {"_id": f"{fault.platform_id}/{fault.rule}"},
        {
            "$inc": {"count": fault.count},
            "$set": {"platform_id": fault.platform_id, "rule": fault.rule, "correlation_id": fault.correlation_id},
            "$max": {"last_at": fault.last_at},
        },
        upsert=True,
    )
