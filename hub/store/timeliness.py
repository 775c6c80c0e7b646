"""How timely each operator is, in MongoDB: one document for each operator and day, raised by every process."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import UpdateOne

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import TIMELINESS
from hub.store.observing import Timeliness


class MongoTimeliness:
    """The TimelinessStore."""

    def __init__(self, database: Database) -> None:
        self._timeliness: Collection = database[TIMELINESS]

    @answering()
    async def add(self, some: Sequence[Timeliness]) -> None:
        """Raise what is there, insert what is not."""
        if some:
            await self._timeliness.bulk_write([_raising(one) for one in some], ordered=False)

    @answering()
    async def of(self, owner: str, since: datetime) -> list[Timeliness]:
        """By day."""
        found = self._timeliness.find({"owner": owner, "day": {"$gte": since}}).sort("day", 1)
        return [_read(document) for document in await found.to_list(None)]


def _raising(one: Timeliness) -> UpdateOne:
    counts = {"updates": one.updates, "unchanged": one.unchanged}
    update: Document = {
        "$setOnInsert": {"owner": one.owner, "day": one.day},
        "$inc": counts | {f"delays.{band}": count for band, count in one.delays.items()},
    }
    if one.last_push_at is not None:
        update["$max"] = {"last_push_at": one.last_push_at}
    return UpdateOne({"_id": f"{one.owner}/{one.day:%Y%m%d}"}, update, upsert=True)


def _read(document: Document) -> Timeliness:
    return Timeliness(
        owner=document["owner"],
        day=document["day"],
        updates=document["updates"],
        unchanged=document["unchanged"],
        delays={int(band): count for band, count in document.get("delays", {}).items()},
        last_push_at=document.get("last_push_at"),
    )
