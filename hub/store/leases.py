"""Leases on destinations in MongoDB: by the database's clock alone, with a fence that grows at every change of holder."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pymongo import UpdateOne

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import LEASES

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class MongoLeases:
    """The LeaseStore."""

    def __init__(self, database: Database) -> None:
        self._leases: Collection = database[LEASES]

    @answering()
    async def take(self, platform_ids: Sequence[str], holder: str, duration_s: float) -> Mapping[str, int]:
        """Take or renew what is free, expired or ours; returns platform_id -> fence of all that are ours now."""
        if not platform_ids:
            return {}
        taking, wanted = _taking(holder, duration_s), [*dict.fromkeys(platform_ids)]
        some = {"_id": {"$in": wanted}}
        known = await self._leases.update_many(some, taking)  # one command, however many there are
        if known.matched_count < len(wanted):
            updates = [UpdateOne({"_id": platform_id}, taking, upsert=True) for platform_id in wanted]
            await self._leases.bulk_write(updates, ordered=False)
        ours = some | {"holder": holder, "$expr": {"$gt": ["$expires_at", "$$NOW"]}}
        found = self._leases.find(ours, {"fence": 1})
        return {lease["_id"]: lease["fence"] for lease in await found.to_list(None)}

    @answering()
    async def release(self, holder: str) -> None:
        """Let go of everything; the fences stay."""
        await self._leases.update_many({"holder": holder}, {"$set": {"holder": "", "expires_at": _LONG_AGO}})


def _taking(holder: str, duration_s: float) -> list[Document]:
    """An update that changes nothing when another holder's lease still runs."""
    expired = {"$lte": [{"$ifNull": ["$expires_at", _LONG_AGO]}, "$$NOW"]}
    to_take = {"$or": [{"$eq": ["$holder", holder]}, expired]}
    next_fence = {"$add": [{"$ifNull": ["$fence", 0]}, 1]}
    until = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": round(duration_s * 1000)}}
    taken = {
        "fence": {"$cond": [{"$eq": ["$holder", holder]}, "$fence", next_fence]},
        "holder": holder,
        "expires_at": until,
    }
    kept = {name: {"$cond": [to_take, value, f"${name}"]} for name, value in taken.items()}
    return [{"$set": kept}]
