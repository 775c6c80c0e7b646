"""Addresses that the hub gave out, in MongoDB: they outlive the hub's process and end by themselves."""

from hub.clock import now_utc
from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import MAPPINGS
from hub.store.protocols import UrlMapping
from hub.store.records import read, write


class MongoMappings:
    """The MappingStore."""

    def __init__(self, database: Database) -> None:
        self._mappings: Collection = database[MAPPINGS]

    @answering()
    async def add(self, mapping: UrlMapping) -> None:
        """Keep an address; the same one may be given out again."""
        await self._mappings.replace_one({"_id": mapping.opaque}, write(mapping), upsert=True)

    @answering()
    async def find(self, opaque: str) -> UrlMapping | None:
        """None when unknown or expired; the database clears expired ones away only once a minute."""
        document = await self._mappings.find_one({"_id": opaque})
        mapping = read(UrlMapping, document) if document else None
        expired = mapping is not None and mapping.expires_at is not None and mapping.expires_at <= now_utc()
        return None if expired else mapping
