"""Legs of messages in MongoDB, in the order in which they were told; bounded by age and by size.

A capped collection would bound the size by itself, but cannot end legs by their age, which personal data asks for. So age is
a TTL index, and the size is looked at now and then: what is over it goes, oldest first.
"""

import asyncio
from collections.abc import Mapping, Sequence

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import TRACES
from hub.store.numbering import Numbering
from hub.store.protocols import Leg, LegFilter
from hub.store.records import read, write

BYTES_MAX = 2 * 1024**3
LOOK_EVERY_LEGS = 5_000


class MongoTraces:
    """The TraceStore."""

    def __init__(
        self, database: Database, *, bytes_max: int = BYTES_MAX, look_every_legs: int = LOOK_EVERY_LEGS
    ) -> None:
        self._database = database
        self._traces: Collection = database[TRACES]
        self._numbering = Numbering(database, TRACES)
        self._appending = asyncio.Lock()
        self._bytes_max = bytes_max
        self._look_every_legs = look_every_legs
        self._since_look = 0

    @answering()
    async def append(self, legs: Sequence[Leg]) -> None:
        """Write them in two round trips, however many; one call at a time, so that who follows misses none of this process."""
        if not legs:
            return
        async with self._appending:
            numbers = await self._numbering.take(len(legs))
            documents = [_write(number, leg) for number, leg in zip(numbers, legs, strict=True)]
            await self._traces.insert_many(documents, ordered=False)
            self._since_look += len(legs)
            if self._since_look >= self._look_every_legs:
                self._since_look = 0
                await self._cut()

    async def _cut(self) -> None:
        """When all legs take more than the bound, drop twice as many of the oldest as came since the last look."""
        stats = await self._database.command("collStats", TRACES)
        if stats["size"] <= self._bytes_max:
            return
        oldest = self._traces.find({}, {"_id": 1}).sort("_id", 1).limit(2 * self._look_every_legs)
        last = (await oldest.to_list(None))[-1]
        await self._traces.delete_many({"_id": {"$lte": last["_id"]}})

    @answering()
    async def find(
        self, wanted: LegFilter, *, after: str = "", limit: int = 200, newest: bool = False
    ) -> tuple[list[Leg], str]:
        """Legs told after the cursor, in that order, and the cursor of the last one; `after` itself when there is none.

        `newest`: of more than `limit`, the last ones instead of the first.

        A cursor is a number. Raises ValueError for one that is not.
        """
        query = _query(wanted)
        if after:
            query["_id"] = {"$gt": int(after)}
        found = await self._traces.find(query).sort("_id", -1 if newest else 1).limit(limit).to_list(None)
        if newest:
            found.reverse()
        return [read(Leg, document) for document in found], str(found[-1]["_id"]) if found else after


def _write(number: int, leg: Leg) -> Document:
    parties = [party for party in (leg.sender, leg.receiver) if party]
    return {"_id": number, **write(leg), "parties": parties, "failed": leg.failed}


def _query(wanted: LegFilter) -> Document:
    query: Document = {}
    if wanted.correlation_id:
        query["correlation_id"] = wanted.correlation_id
    for field, values in {"module": wanted.modules, "method": wanted.methods}.items():
        if values:
            query[field] = {"$in": sorted(values)}
    if wanted.failed is not None:
        query["failed"] = wanted.failed
    if wanted.slower_than_ms:
        query["duration_ms"] = {"$gt": wanted.slower_than_ms}
    if wanted.since:
        query["at"] = {"$gte": wanted.since}
    either = [
        _either({"parties": wanted.parties, "platform_id": wanted.platforms}),
        _either({"http_status": wanted.statuses, "ocpi_status": wanted.statuses}),
    ]
    if asked := [one for one in either if one["$or"]]:
        query["$and"] = asked
    return query


def _either(fields: Mapping[str, frozenset[str] | frozenset[int]]) -> Document:
    return {"$or": [{field: {"$in": [*values]}} for field, values in fields.items() if values]}
