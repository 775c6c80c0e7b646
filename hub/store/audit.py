"""The audit log in MongoDB: one document an entry, its number as key, so that two processes cannot both write the same one."""

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from hub.audit import Act, Entry, Head, chain
from hub.secrets import Secrets
from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import AUDIT, COUNTERS
from hub.store.protocols import StoreUnavailable
from hub.store.records import read, write

_TRIES = 50


class MongoAudit:
    """The AuditStore."""

    def __init__(self, database: Database) -> None:
        self._audit: Collection = database[AUDIT]
        self._counters: Collection = database[COUNTERS]

    @answering()
    async def append(self, act: Act, at: datetime, secrets: Secrets) -> Entry:
        """Chain to the last entry; again when another process was faster."""
        for _ in range(_TRIES):
            entry = chain(await self._head(), act, at, secrets)
            try:
                await self._audit.insert_one({"_id": entry.number, **write(entry)})
            except DuplicateKeyError:
                continue
            await self._counters.update_one({"_id": AUDIT}, {"$max": {"last": entry.number}}, upsert=True)
            return entry
        raise StoreUnavailable("the audit log is being written to by others all the time")

    async def _head(self) -> Head:
        last = await self._audit.find_one({}, {"digest": 1}, sort=[("_id", -1)])
        return Head(last["_id"], last["digest"]) if last else Head()

    @answering()
    async def read(self, after: int, limit: int) -> list[Entry]:
        """By number."""
        found = self._audit.find({"_id": {"$gt": after}}).sort("_id", 1).limit(limit)
        return [read(Entry, document) for document in await found.to_list(None)]

    @answering()
    async def newest(self, limit: int) -> list[Entry]:
        """By number, downwards."""
        found = self._audit.find({}).sort("_id", -1).limit(limit)
        return [read(Entry, document) for document in await found.to_list(None)]

    @answering()
    async def promised(self) -> int:
        """Kept with the other counters."""
        counter = await self._counters.find_one({"_id": AUDIT})
        return int(counter["last"]) if counter else 0
