"""Verdicts on CDRs in MongoDB: one document for each CDR of each sender, gone after 90 days."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from hub.store.cdr_records import Came, CdrFilter, CdrVerdict
from hub.store.driver import Collection, Database, Document, aggregate
from hub.store.errors import answering
from hub.store.indexes import CDR_VERDICTS
from hub.store.records import read, read_party, write
from hub.wire.party import Party

_HEAVY = {"report": 0, "entries": 0}
_WITHOUT = {"report": b"", "entries": b""}
_AT_ONCE = 1_000
_OF_INVOICE = 10


class MongoCdrVerdicts:
    """The CdrVerdictStore."""

    def __init__(self, database: Database) -> None:
        self._verdicts: Collection = database[CDR_VERDICTS]

    @answering()
    async def put(self, verdict: CdrVerdict) -> bool:
        """Insert, or take the place of the verdict on an earlier sending; False when it was known with this content.

        What was carried before, with the same content, stays as it is when it is listed, or pushed again and held.
        """
        parties = sorted({str(verdict.sender), str(verdict.receiver)})
        document = {**write(verdict), "parties": parties}
        here: Document = {"_id": verdict.cdr_key}
        if verdict.came is Came.PULLED or verdict.held:
            here["$or"] = [{"content": {"$ne": verdict.content}}, {"held": True}]
        try:
            before: Any = await self._verdicts.find_one_and_replace(
                here, document, projection={"content": 1, "held": 1}, upsert=True
            )
        except DuplicateKeyError:  # it is there, and the same
            return False
        same = before is not None and (before.get("content"), before["held"]) == (verdict.content, verdict.held)
        return not same

    @answering()
    async def carried(self, cdr_keys: Sequence[str]) -> Mapping[str, CdrVerdict]:
        """Those of these CDRs that were carried, by key, without their reports and entries."""
        found: dict[str, CdrVerdict] = {}
        for start in range(0, len(cdr_keys), _AT_ONCE):
            query = {"_id": {"$in": [*cdr_keys[start : start + _AT_ONCE]]}, "held": False}
            for document in await self._verdicts.find(query, _HEAVY).to_list(None):
                found[document["cdr_key"]] = read(CdrVerdict, document | _WITHOUT)
        return found

    @answering()
    async def get(self, cdr_key: str) -> CdrVerdict | None:
        """With its report."""
        document = await self._verdicts.find_one({"_id": cdr_key})
        return read(CdrVerdict, document) if document else None

    @answering()
    async def find(self, wanted: CdrFilter, *, limit: int = 200) -> list[CdrVerdict]:
        """The newest first, without their reports and entries."""
        found = self._verdicts.find(_query(wanted), _HEAVY).sort("at", -1).limit(limit)
        return [read(CdrVerdict, document | _WITHOUT) for document in await found.to_list(None)]

    @answering()
    async def related(self, keys: Sequence[str], start: str, end: str, *, limit: int = 100) -> list[CdrVerdict]:
        """Carried ones with the same id, session or invoice, or with the same EVSE or token at a time that overlaps.

        The oldest first; of an invoice, which may be of very many, the first few.
        """
        invoices = [key for key in keys if key.startswith("invoice/")]
        always = [key for key in keys if key.startswith(("id/", "session/"))]
        meanwhile = [key for key in keys if key not in always and key not in invoices]
        overlapping = {"keys": {"$in": meanwhile}, "start": {"$lt": end}, "end": {"$gt": start}}
        found = await self._oldest({"$or": [{"keys": {"$in": always}}, overlapping]}, limit)
        if invoices:
            found |= await self._oldest({"keys": {"$in": invoices}}, _OF_INVOICE)
        return sorted(found.values(), key=lambda one: one.at)

    async def _oldest(self, query: Document, limit: int) -> dict[str, CdrVerdict]:
        found = self._verdicts.find({"held": False, **query}, {"report": 0}).sort("at", 1).limit(limit)
        documents = await found.to_list(None)
        return {one["cdr_key"]: read(CdrVerdict, one | {"report": b""}) for one in documents}

    @answering()
    async def counts(self, since: datetime) -> Mapping[tuple[Party, str], int]:
        """How many there are of each sender and verdict."""
        grouping: list[Document] = [
            {"$match": {"at": {"$gte": since}}},
            {"$group": {"_id": {"sender": "$sender", "verdict": "$verdict"}, "count": {"$sum": 1}}},
        ]
        return {
            (read_party(one["_id"]["sender"]), one["_id"]["verdict"]): one["count"]
            for one in await aggregate(self._verdicts, grouping)
        }


def _query(wanted: CdrFilter) -> Document:
    query: Document = {}
    if wanted.party is not None:
        query["parties"] = str(wanted.party)
    if wanted.verdicts:
        query["verdict"] = {"$in": sorted(wanted.verdicts)}
    if wanted.cause:
        query["cause"] = wanted.cause
    if wanted.came is not None:
        query["came"] = wanted.came.value
    if wanted.rule:
        query["rules"] = {"$in": [f"{wanted.rule} {severity}" for severity in "EWI"]}
    query |= {name: value for name in ("flagged", "held") if (value := getattr(wanted, name)) is not None}
    if wanted.since is not None:
        query["at"] = {"$gte": wanted.since}
    return query
