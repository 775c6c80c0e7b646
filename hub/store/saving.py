"""Saves of objects, several in one journaled write; each still hears whether it was its own that was kept.

The database tells of a bulk how many updates found their revision, not which. So each save leaves a mark in its object: when
some of a bulk lost a race, one look at the marks tells them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from hub.clock import Tasks, new_id
from hub.store.driver import Collection, Document
from hub.store.errors import answering
from hub.store.grouping import Grouped
from hub.store.numbering import Numbering
from hub.store.protocols import Conflict, StoredObject, StoreUnavailable
from hub.store.records import write

SAVES_AT_ONCE = 200
_MARK = "saved"
_DUPLICATE = 11000

Write = InsertOne[Document] | UpdateOne
Outcome = StoredObject | Exception


class Saving:
    """Inserts and replacements; what they are given carries the revision that it will have."""

    def __init__(self, objects: Collection, numbering: Numbering, tasks: Tasks) -> None:
        self._objects = objects
        self._numbering = numbering
        self._marks = (f"{prefix}.{number}" for prefix in [new_id()] for number in count())
        self.save = Grouped[StoredObject, StoredObject](self._save, tasks, most=SAVES_AT_ONCE, at_once=2)
        """Keep one; raises Conflict when someone else was first, StoreUnavailable when that is unknown."""

    @answering()
    async def _save(self, some: Sequence[StoredObject]) -> list[Outcome]:
        saves = [_Save(await self._numbered(one), next(self._marks)) for one in some]
        matched, refused = await self._write([one.operation for one in saves])
        updates = [one for place, one in enumerate(saves) if not one.inserts and place not in refused]
        lost = await self._lost(updates, matched)
        return [
            refused.get(place) or (_conflict(one.stored) if one.mark in lost else one.stored)
            for place, one in enumerate(saves)
        ]

    async def _numbered(self, stored: StoredObject) -> StoredObject:
        return replace(stored, seq=await self._numbering.next()) if stored.revision == 1 else stored

    async def _write(self, operations: Sequence[Write]) -> tuple[int, dict[int, Exception]]:
        """How many updates found their revision, and what was refused, by its place."""
        try:
            result = await self._objects.bulk_write([*operations], ordered=False)
        except BulkWriteError as error:
            details: Mapping[str, Any] = error.details
            if details.get("writeConcernErrors"):
                raise
            return details["nMatched"], {one["index"]: _refusal(one) for one in details["writeErrors"]}
        return result.matched_count, {}

    async def _lost(self, updates: Sequence["_Save"], matched: int) -> set[str]:
        """The marks of those that did not find their revision."""
        marks = {one.mark for one in updates}
        if matched == len(marks):
            return set()
        if not matched:
            return marks
        keys = [str(one.stored.key) for one in updates]
        found = await self._objects.find({"_id": {"$in": keys}}, {_MARK: 1}).to_list(None)
        return marks - {document.get(_MARK) for document in found}


class _Save:
    __slots__ = ("inserts", "mark", "operation", "stored")

    def __init__(self, stored: StoredObject, mark: str) -> None:
        self.stored = stored
        self.mark = mark
        self.inserts = stored.revision == 1
        document = write(stored) | {_MARK: mark}
        self.operation: Write
        if self.inserts:
            self.operation = InsertOne({"_id": str(stored.key), **document})
        else:
            del document["seq"]
            here = {"_id": str(stored.key), "seq": stored.seq, "revision": stored.revision - 1}
            self.operation = UpdateOne(here, {"$set": document})


def _refusal(error: Mapping[str, Any]) -> Exception:
    if error.get("code") == _DUPLICATE:
        return Conflict("it was inserted by someone else")
    return StoreUnavailable(f"the database did not do it: code {error.get('code')}")


def _conflict(stored: StoredObject) -> Conflict:
    return Conflict(f"{stored.key} was changed by someone else")
