"""What passing messages taught, in MongoDB: one document for each key with the parties known for it, the latest first."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import UpdateOne

from hub.clock import now_utc
from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import INDEX
from hub.store.records import read_party
from hub.wire.interface import Learned
from hub.wire.party import Party

PARTIES_MAX = 8
_REMEMBERED_MAX = 20_000
_SAID_AGAIN_AFTER = timedelta(hours=12)
"""Messages teach the same thing again and again: a process writes it this often."""


class MongoIndex:
    """The IndexStore."""

    def __init__(self, database: Database) -> None:
        self._index: Collection = database[INDEX]
        self._written: OrderedDict[Learned, datetime] = OrderedDict()

    @answering()
    async def learn(self, entries: Sequence[Learned]) -> None:
        """Keep what this process has not just written already."""
        now = now_utc()
        news = [entry for entry in dict.fromkeys(entries) if not self._is_fresh(entry, now)]
        if not news:
            return
        await self._index.bulk_write([_learning(entry, now) for entry in news], ordered=False)
        for entry in news:
            self._written[entry] = now
            self._written.move_to_end(entry)
        while len(self._written) > _REMEMBERED_MAX:
            self._written.popitem(last=False)

    def _is_fresh(self, entry: Learned, now: datetime) -> bool:
        written_at = self._written.get(entry)
        return written_at is not None and now - written_at < _SAID_AGAIN_AFTER

    @answering()
    async def find(self, kind: str, key: str, scope: Party | None) -> list[Party]:
        """Every party known for this key of this scope, the latest first, at most 8."""
        document = await self._index.find_one({"_id": _id(kind, key, scope)})
        return [read_party(written) for written in document["parties"]] if document else []


def _id(kind: str, key: str, scope: Party | None) -> str:
    return f"{kind}/{scope or '*'}/{key}"


def _learning(entry: Learned, now: datetime) -> UpdateOne:
    party = str(entry.party)
    others = {"$filter": {"input": {"$ifNull": ["$parties", []]}, "cond": {"$ne": ["$$this", party]}}}
    parties = {"$slice": [{"$concatArrays": [[party], others]}, PARTIES_MAX]}
    update = [{"$set": {"parties": parties, "seen_at": now}}]
    return UpdateOne({"_id": _id(entry.kind, entry.key, entry.scope)}, update, upsert=True)
