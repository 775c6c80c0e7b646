"""Hub-addressed objects in MongoDB: one document each, with the receivers that have not got it, so one write accepts a push."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import UpdateOne

from hub.clock import Tasks, monotonic_s
from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.grouping import Grouped
from hub.store.indexes import OBJECTS, WITHDRAWN
from hub.store.marks import Mark, Marks
from hub.store.numbering import Numbering
from hub.store.protocols import Conflict, ObjectKey, ObjectPage, Settled, StoredObject, Window
from hub.store.records import read
from hub.store.saving import SAVES_AT_ONCE, Saving
from hub.store.totals import Totals, key_of
from hub.wire.interface import ModuleId
from hub.wire.party import Party

_SETTLES_AT_ONCE = 1_000
_RECEIVERS_AT_ONCE = 100
"""The database merges the sorted entries of up to 200 in an index; of more it would sort everything that they lack."""
_FORGOTTEN: Document = {"withdrawn": True, "behind": []}
"""Withdrawn, and nobody lacks it."""


class MongoObjects:
    """The ObjectStore."""

    def __init__(self, database: Database, tasks: Tasks) -> None:
        """`tasks` owns the round trips that several calls share."""
        self._objects: Collection = database[OBJECTS]
        self._saving = Saving(self._objects, Numbering(database, OBJECTS), tasks)
        self._reading = Grouped[ObjectKey, StoredObject | None](self._get, tasks, most=SAVES_AT_ONCE)
        self._totals = Totals(self._objects, tasks)
        self._marks = Marks()

    @answering()
    async def get(self, key: ObjectKey) -> StoredObject | None:
        """The object; one that was withdrawn as long as a receiver does not know that."""
        return await self._reading(key)

    @answering()
    async def save(self, stored: StoredObject) -> StoredObject:
        """Insert (revision 0) or replace the revision it carries; raises Conflict when that is not the current one.

        A withdrawn object that nobody lacks is dropped at once.
        """
        saved = replace(stored, revision=stored.revision + 1)
        return await (self._drop(saved) if _is_done(saved) else self._saving.save(saved))

    async def _drop(self, withdrawn: StoredObject) -> StoredObject:
        """Nobody lacks it: there is nothing to keep."""
        if withdrawn.revision > 1:
            here = {"_id": str(withdrawn.key), "seq": withdrawn.seq, "revision": withdrawn.revision - 1}
            if not (await self._objects.delete_one(here)).deleted_count:
                raise Conflict(f"{withdrawn.key} was changed by someone else")
        return withdrawn

    async def _get(self, keys: Sequence[ObjectKey]) -> list[StoredObject | None]:
        found = await self._objects.find({"_id": {"$in": [*map(str, keys)]}}).to_list(None)
        known = {document["_id"]: read(StoredObject, document) for document in found}
        return [known.get(str(key)) for key in keys]

    @answering()
    async def confirm(self, keys: Sequence[str], at: datetime) -> None:
        """Say of these that their owner has them as they are; that is no new revision, and nobody gets them again."""
        if keys:
            here = {"_id": {"$in": [*keys]}, "withdrawn": False}
            await self._objects.update_many(here, {"$max": {"received_at": at}})

    @answering()
    async def page(self, module: ModuleId, owners: frozenset[Party], window: Window) -> ObjectPage:
        """Objects of these owners, not withdrawn, by seq, and the number of all that match (see hub.store.totals)."""
        matching = _matching(module, owners, window)
        known = self._totals.known(matching, inside=window.offset > 0)
        if known is None:
            objects, total = await asyncio.gather(self._slice(matching, window), self._totals.count(matching))
            return ObjectPage(objects=objects, total=total)
        objects = await self._slice(matching, window)
        reached = window.offset + len(objects) if objects else 0
        ends = len(objects) < window.limit or reached >= known
        if ends and not self._totals.is_costly(matching):
            return ObjectPage(objects=objects, total=await self._totals.count(matching))
        return ObjectPage(objects=objects, total=max(known, reached))

    async def _slice(self, matching: Document, window: Window) -> tuple[StoredObject, ...]:
        begins = matching
        if window.after_seq is not None:
            begins = {**matching, "seq": {"$gt": window.after_seq}}
        elif window.offset:
            first = await self._seq_at(matching, window.offset)
            if first is None:
                return ()
            begins = {**matching, "seq": {"$gte": first}}
        found = await self._objects.find(begins).sort("seq", 1).limit(window.limit).to_list(None)
        if found and window.after_seq is None:  # what a client says of seq is its own affair
            ended = Mark(window.offset + len(found), found[-1]["seq"])
            self._marks.note(key_of(matching), ended, monotonic_s())
        return tuple(read(StoredObject, document) for document in found)

    async def _seq_at(self, matching: Document, offset: int) -> int | None:
        """Where a page begins that is known by its offset alone: the index says it without a look at the objects."""
        mark = self._marks.nearest(key_of(matching), offset, monotonic_s())
        begins = {**matching, "seq": {"$gt": mark.seq}} if mark else matching
        further = offset - mark.offset if mark else offset
        found = self._objects.find(begins, {"_id": 0, "seq": 1}).sort("seq", 1).skip(further).limit(1)
        return next((document["seq"] for document in await found.to_list(None)), None)

    @answering()
    async def behind(self, receivers: Sequence[str], limit: int) -> list[StoredObject]:
        """Objects that any of these receivers lacks, oldest seq first."""
        found: list[StoredObject] = []
        for start in range(0, len(receivers), _RECEIVERS_AT_ONCE):
            some = {"behind": {"$in": [*receivers[start : start + _RECEIVERS_AT_ONCE]]}}
            documents = await self._objects.find(some).sort("seq", 1).limit(limit).to_list(None)
            found += [read(StoredObject, document) for document in documents]
        if len(receivers) <= _RECEIVERS_AT_ONCE:
            return found
        return sorted({one.key: one for one in found}.values(), key=lambda one: one.seq)[:limit]

    @answering()
    async def lacking(self) -> frozenset[str]:
        """Every receiver that lacks anything, as one look at an index; with partners that are all content, nobody."""
        return frozenset(await self._objects.distinct("behind")) - {None}  # that is how the index has a list of nobody

    async def settle(self, settled: Iterable[Settled]) -> None:
        """Take receivers off `behind` where the state is still the same; drop withdrawn objects nobody lacks."""
        some = [*settled]
        for start in range(0, len(some), _SETTLES_AT_ONCE):
            await self._settle(some[start : start + _SETTLES_AT_ONCE])

    @answering()
    async def _settle(self, settled: Sequence[Settled]) -> None:
        await self._objects.bulk_write([_settling(one) for one in settled], ordered=False)
        here = {"_id": {"$in": [str(one.key) for one in settled]}}
        await self._objects.delete_many(here | _FORGOTTEN, hint=WITHDRAWN)


async def sweep(database: Database) -> None:
    """Drop withdrawn objects that nobody lacks: a process that was killed between two commands left them."""
    await database[OBJECTS].delete_many(_FORGOTTEN, hint=WITHDRAWN)


def _settling(settled: Settled) -> UpdateOne:
    here = {"_id": str(settled.key), "seq": settled.seq, "revision": settled.revision}
    return UpdateOne(here, {"$pullAll": {"behind": [*settled.receivers]}})


def _is_done(stored: StoredObject) -> bool:
    return stored.withdrawn and not stored.behind


def _matching(module: ModuleId, owners: frozenset[Party], window: Window) -> Document:
    matching: Document = {"key.module": module, "key.owner": {"$in": sorted(map(str, owners))}, "withdrawn": False}
    bounds = {"$gte": window.date_from, "$lt": window.date_to}
    if given := {operator: bound for operator, bound in bounds.items() if bound is not None}:
        matching["last_updated"] = given
    return matching
