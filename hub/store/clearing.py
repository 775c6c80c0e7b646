"""CDRs that are cleared and their statements, in MongoDB. Each step of closing a month may be done again: it changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from hub.money.clearing.entry import CdrState, Change, ClearedCdr
from hub.money.clearing.statement import Statement
from hub.store.cdr_records import CLOSER_LIFE_S
from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import CLEARED_CDRS, CLOSINGS, STATEMENTS
from hub.store.protocols import Conflict
from hub.store.records import read, write

_ASSIGNED_AT_ONCE = 1_000


class MongoClearing:
    """The ClearingStore."""

    def __init__(self, database: Database) -> None:
        self._cdrs: Collection = database[CLEARED_CDRS]
        self._statements: Collection = database[STATEMENTS]
        self._closings: Collection = database[CLOSINGS]

    @answering()
    async def expect(self, cdr: ClearedCdr) -> ClearedCdr:
        """Keep it before it is carried; one with this key that was delivered before stays as it is. Returns what is kept."""
        here = {"_id": cdr.cdr_key, "delivered_at": None}
        try:
            await self._cdrs.replace_one(here, write(replace(cdr, revision=1)), upsert=True)
        except DuplicateKeyError:  # it is there, and was delivered
            document = await self._cdrs.find_one({"_id": cdr.cdr_key})
            return read(ClearedCdr, document) if document else cdr
        return replace(cdr, revision=1)

    @answering()
    async def delivered(self, cdr: ClearedCdr) -> None:
        """Its receiver took it: the first time that counts. An original that it credits is CREDITED from now on."""
        here = {"_id": cdr.cdr_key, "delivered_at": None, "content": cdr.content, "provider": str(cdr.provider)}
        known = write(cdr)
        learned = {name: known[name] for name in ("delivered_at", "state", "verdict", "vat")}
        done = await self._cdrs.update_one(here, {"$set": learned, "$inc": {"revision": 1}})
        if done.modified_count and cdr.credits_key and cdr.delivered_at is not None:
            await self._credit(cdr.credits_key, cdr.cdr_id, cdr.delivered_at)
        elif done.modified_count:
            await self._credited_before(cdr)

    async def _credit(self, original_key: str, credit_id: str, at: datetime) -> None:
        change = write(Change(at=at, by="", state=CdrState.CREDITED, reason=f"credited by {credit_id}"))
        original = {"_id": original_key, "state": {"$ne": CdrState.CREDITED.value}}
        credited = {"$set": {"state": CdrState.CREDITED.value}, "$push": {"changes": change}, "$inc": {"revision": 1}}
        await self._cdrs.update_one(original, credited)

    async def _credited_before(self, original: ClearedCdr) -> None:
        """Its credit may have come first."""
        query = {"credits_key": original.cdr_key, "operator": str(original.operator), "delivered_at": {"$ne": None}}
        credit = await self._cdrs.find_one(query)
        if credit is not None:
            await self._credit(original.cdr_key, credit["cdr_id"], credit["delivered_at"])

    @answering()
    async def get(self, cdr_key: str) -> ClearedCdr | None:
        """One CDR."""
        document = await self._cdrs.find_one({"_id": cdr_key})
        return read(ClearedCdr, document) if document else None

    @answering()
    async def save(self, cdr: ClearedCdr) -> ClearedCdr:
        """Replace the revision that it carries. Raises Conflict."""
        saved = replace(cdr, revision=cdr.revision + 1)
        done = await self._cdrs.replace_one({"_id": cdr.cdr_key, "revision": cdr.revision}, write(saved))
        if not done.matched_count:
            raise Conflict(f"{cdr.cdr_id} was changed by someone else")
        return saved

    @answering()
    async def unstated(self, month: str, until: datetime) -> list[ClearedCdr]:
        """Delivered before `until`, for this month or an earlier one, on no statement yet; by key."""
        query = {"statement_id": "", "month": {"$lte": month}, "delivered_at": {"$lte": until}}
        return await self._read(query)

    @answering()
    async def undelivered(self, month: str) -> int:
        """How many of this month were never seen to be delivered."""
        return int(await self._cdrs.count_documents({"month": month, "delivered_at": None}))

    @answering()
    async def of_month(self, month: str) -> list[ClearedCdr]:
        """The CDRs on its statements, by key."""
        return await self._read({"statement_id": {"$gte": f"{month}/", "$lt": f"{month}0"}})

    async def _read(self, query: dict[str, Any]) -> list[ClearedCdr]:
        found = self._cdrs.find(query).sort("_id", 1)
        return [read(ClearedCdr, document) for document in await found.to_list(None)]

    @answering()
    async def begin(self, month: str, at: datetime, holder: str) -> datetime:
        """Begin, or go on, to close a month: what was delivered until the returned instant belongs to it.

        Raises Conflict while another process closes it.
        """
        free = {"$or": [{"holder": holder}, {"held_until": {"$lte": at}}]}
        update = {
            "$setOnInsert": {"until": at, "closed_at": None},
            "$set": {"holder": holder, "held_until": at + timedelta(seconds=CLOSER_LIFE_S)},
        }
        try:
            await self._closings.update_one({"_id": month, **free}, update, upsert=True)
        except DuplicateKeyError:
            raise Conflict(f"{month} is being closed at this moment") from None
        document = await self._closings.find_one({"_id": month})
        until: datetime = document["until"] if document else at
        return until

    @answering()
    async def assign(self, cdr_keys: Sequence[str], statement_id: str) -> None:
        """Put CDRs that are on no statement on this one."""
        for start in range(0, len(cdr_keys), _ASSIGNED_AT_ONCE):
            keys = [*cdr_keys[start : start + _ASSIGNED_AT_ONCE]]
            query = {"_id": {"$in": keys}, "statement_id": "", "state": {"$ne": CdrState.DISPUTED.value}}
            update = {"$set": {"statement_id": statement_id}, "$inc": {"revision": 1}}
            await self._cdrs.update_many(query, update)
        settled = {"statement_id": statement_id, "state": {"$in": [CdrState.NEW.value, CdrState.ACCEPTED.value]}}
        await self._cdrs.update_many(settled, {"$set": {"state": CdrState.APPROVED.value}, "$inc": {"revision": 1}})

    @answering()
    async def keep(self, statement: Statement) -> Statement:
        """Insert it; one that is there already stays as it is and is returned."""
        here = {"_id": statement.statement_id}
        await self._statements.update_one(here, {"$setOnInsert": write(statement)}, upsert=True)
        document = await self._statements.find_one(here)
        return read(Statement, document) if document else statement

    @answering()
    async def end(self, month: str, at: datetime) -> None:
        """The month is closed."""
        await self._closings.update_one({"_id": month, "closed_at": None}, {"$set": {"closed_at": at}})

    @answering()
    async def closed_at(self, month: str) -> datetime | None:
        """None while it is open."""
        document = await self._closings.find_one({"_id": month})
        return document["closed_at"] if document else None

    @answering()
    async def statements(self, month: str) -> list[Statement]:
        """Of a closed month, by id."""
        found = self._statements.find({"month": month}).sort("_id", 1)
        return [read(Statement, document) for document in await found.to_list(None)]
