"""When each EVSE's status was received, changed and confirmed, in MongoDB: one packed document for each Location."""

from collections.abc import Mapping, Sequence

from pymongo import DeleteOne, ReplaceOne

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import EVSE_TIMES
from hub.store.observing import EvseTimes, pack_times

_AT_ONCE = 1_000


class MongoEvseTimes:
    """The EvseTimesStore."""

    def __init__(self, database: Database) -> None:
        self._times: Collection = database[EVSE_TIMES]

    async def put(self, times: Mapping[str, Sequence[EvseTimes]]) -> None:
        """In batches; each is bounded in time by itself."""
        writes = [_writing(key, of) for key, of in times.items()]
        for start in range(0, len(writes), _AT_ONCE):
            await self._put(writes[start : start + _AT_ONCE])

    @answering()
    async def _put(self, writes: Sequence[ReplaceOne[dict[str, object]] | DeleteOne]) -> None:
        await self._times.bulk_write(writes, ordered=False)


def _writing(key: str, times: Sequence[EvseTimes]) -> ReplaceOne[dict[str, object]] | DeleteOne:
    if not times:
        return DeleteOne({"_id": key})
    return ReplaceOne({"_id": key}, {"times": pack_times(times)}, upsert=True)
