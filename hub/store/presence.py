"""When each platform was last heard, in MongoDB."""

from collections.abc import Mapping
from datetime import datetime

from pymongo import UpdateOne

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import PRESENCE


class MongoPresence:
    """The PresenceStore."""

    def __init__(self, database: Database) -> None:
        self._presence: Collection = database[PRESENCE]

    @answering()
    async def seen(self, at: Mapping[str, datetime]) -> None:
        """Keep the later of what is known and what is told: several processes tell."""
        if at:
            updates = [
                UpdateOne({"_id": key}, {"$max": {"seen_at": moment}}, upsert=True) for key, moment in at.items()
            ]
            await self._presence.bulk_write(updates, ordered=False)

    @answering()
    async def all(self) -> dict[str, datetime]:
        """platform_id -> when."""
        return {document["_id"]: document["seen_at"] for document in await self._presence.find().to_list(None)}
