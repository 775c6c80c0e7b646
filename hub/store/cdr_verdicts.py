"""Verdicts on CDRs in MongoDB: one document for each CDR of each sender, gone after 90 days."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.store.cdr_records import CdrFilter, CdrVerdict
from hub.store.driver import Collection, Database, Document, aggregate
from hub.store.errors import answering
from hub.store.indexes import CDR_VERDICTS
from hub.store.records import read, read_party, write
from hub.wire.party import Party

_HEAVY = {"report": 0, "entries": 0}
_WITHOUT = {"report": b"", "entries": b""}


class MongoCdrVerdicts:
    """The CdrVerdictStore."""

    def __init__(self, database: Database) -> None:
        self._verdicts: Collection = database[CDR_VERDICTS]

    @answering()
    async def put(self, verdict: CdrVerdict) -> None:
        """Insert, or take the place of the verdict on an earlier sending."""
        parties = sorted({str(verdict.sender), str(verdict.receiver)})
        document = {**write(verdict), "parties": parties}
        await self._verdicts.replace_one({"_id": verdict.cdr_key}, document, upsert=True)

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
        """Carried ones with the same id or session, or with the same EVSE or token at a time that overlaps; oldest first."""
        always = [key for key in keys if key.startswith(("id/", "session/"))]
        meanwhile = [key for key in keys if key not in always]
        overlapping = {"keys": {"$in": meanwhile}, "start": {"$lt": end}, "end": {"$gt": start}}
        query = {"held": False, "$or": [{"keys": {"$in": always}}, overlapping]}
        found = self._verdicts.find(query, {"report": 0}).sort("at", 1).limit(limit)
        return [read(CdrVerdict, document | {"report": b""}) for document in await found.to_list(None)]

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
    if wanted.rule:
        query["rules"] = {"$in": [f"{wanted.rule} {severity}" for severity in "EWI"]}
    query |= {name: value for name in ("flagged", "held") if (value := getattr(wanted, name)) is not None}
    if wanted.since is not None:
        query["at"] = {"$gte": wanted.since}
    return query
