"""Legs of messages in MongoDB, in the order in which they were told; bounded by age and by size.

Legs that are told together are kept together, in one document of rows: to keep each by itself costs the database five times as
much (docs/decisions/017-traces.md). A capped collection would bound the size by itself, but cannot end legs by their age, which
personal data asks for. So age is a TTL index, and the size is looked at now and then: what is over it goes, oldest first.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from hub.store.driver import Collection, Database, Document, aggregate
from hub.store.errors import answering
from hub.store.indexes import TRACES
from hub.store.numbering import Numbering
from hub.store.protocols import Leg, LegFilter, LegKind

BYTES_MAX = 2 * 1024**3
LOOK_EVERY_LEGS = 5_000
TOGETHER_MAX = 500
"""Legs in one document, 160 kB of them."""
ROW: Mapping[str, int] = {name: position for position, name in enumerate((*Leg._fields, "failed"))}
"""What stands where in the row of a leg: its fields in their order, and whether it failed."""


class MongoTraces:
    """The TraceStore.

    A document: `_id` is the number of its last leg and `first` that of its first, `legs` are rows, `at` is when its latest leg
    began, and `correlation_ids`, `parties` and `platform_ids` are those of all of its legs, for the indexes.
    """

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
            starts = range(0, len(legs), TOGETHER_MAX)
            documents = [_write(numbers[start], legs[start : start + TOGETHER_MAX]) for start in starts]
            await self._traces.insert_many(documents, ordered=False)
            self._since_look += len(legs)
            if self._since_look >= self._look_every_legs:
                self._since_look = 0
                await self._cut()

    async def _cut(self) -> None:
        """When all legs take more than the bound, drop twice as many of the oldest as came since the last look."""
        stats = await self._database.command("collStats", TRACES)
        oldest = await self._traces.find_one({}, {"first": 1}, sort=[("_id", 1)])
        if oldest is None or stats["size"] <= self._bytes_max:
            return
        last = max(oldest["_id"], oldest["first"] + 2 * self._look_every_legs)
        await self._traces.delete_many({"_id": {"$lte": last}})

    @answering()
    async def find(
        self, wanted: LegFilter, *, after: str = "", limit: int = 200, newest: bool = False
    ) -> tuple[list[Leg], str]:
        """Legs told after the cursor, in that order, and the cursor of the last one; `after` itself when there is none.

        `newest`: of more than `limit`, the last ones instead of the first.

        A cursor is a number. Raises ValueError for one that is not.
        """
        number: Document = {"$subtract": ["$_id", "$nth"]} if newest else {"$add": ["$first", "$nth"]}
        told_after: Document = {"number": {"$gt": int(after)}} if after else {}
        found = await aggregate(
            self._traces,
            [
                {"$match": {**_together(wanted), **({"_id": {"$gt": int(after)}} if after else {})}},
                {"$sort": {"_id": -1 if newest else 1}},
                {"$project": {"first": 1, "leg": {"$reverseArray": "$legs"} if newest else "$legs"}},
                {"$unwind": {"path": "$leg", "includeArrayIndex": "nth"}},
                {"$match": _each(wanted)},
                {"$project": {"leg": 1, "number": number}},
                {"$match": told_after},
                {"$limit": limit},
            ],
        )
        if newest:
            found.reverse()
        return [read_row(one["leg"]) for one in found], str(found[-1]["number"]) if found else after


def read_row(row: Sequence[Any]) -> Leg:
    """The leg of a row; fields that it does not have, because it is older than they are, have their defaults."""
    leg = Leg(*row[: len(Leg._fields)])
    return leg._replace(kind=LegKind(leg.kind))


def _write(first: int, legs: Sequence[Leg]) -> Document:
    rows = [[*leg, leg.failed] for leg in legs]
    kind = ROW["kind"]
    for row, leg in zip(rows, legs, strict=True):
        row[kind] = leg.kind.value
    return {
        "_id": first + len(legs) - 1,
        "first": first,
        "at": max(leg.at for leg in legs),
        "correlation_ids": [*{leg.correlation_id for leg in legs}],
        "parties": [*({leg.sender for leg in legs} | {leg.receiver for leg in legs} - {""})],
        "platform_ids": [*({leg.platform_id for leg in legs} - {""})],
        "legs": rows,
    }


def _together(wanted: LegFilter) -> Document:
    """Which documents may hold a leg that is wanted."""
    query: Document = {}
    if wanted.correlation_id:
        query["correlation_ids"] = wanted.correlation_id
    if wanted.since:
        query["at"] = {"$gte": wanted.since}
    if either := _either({"parties": wanted.parties, "platform_ids": wanted.platforms}):
        query["$or"] = either
    return query


def _each(wanted: LegFilter) -> Document:
    """Which legs are wanted."""
    query: Document = {}
    if wanted.correlation_id:
        query[_of("correlation_id")] = wanted.correlation_id
    for name, values in {"module": wanted.modules, "method": wanted.methods}.items():
        if values:
            query[_of(name)] = {"$in": sorted(values)}
    if wanted.failed is not None:
        query[_of("failed")] = wanted.failed
    if wanted.slower_than_ms:
        query[_of("duration_ms")] = {"$gt": wanted.slower_than_ms}
    if wanted.since:
        query[_of("at")] = {"$gte": wanted.since}
    who = {_of("sender"): wanted.parties, _of("receiver"): wanted.parties, _of("platform_id"): wanted.platforms}
    said = {_of("http_status"): wanted.statuses, _of("ocpi_status"): wanted.statuses}
    if asked := [{"$or": either} for one in (who, said) if (either := _either(one))]:
        query["$and"] = asked
    return query


def _of(name: str) -> str:
    """Where a field of a leg stands once each has a document of its own."""
    return f"leg.{ROW[name]}"


def _either(fields: Mapping[str, frozenset[str] | frozenset[int]]) -> list[Document]:
    return [{name: {"$in": [*values]}} for name, values in fields.items() if values]
