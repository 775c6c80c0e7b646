"""Public keys of signatures in MongoDB: one document each, never taken out."""

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.guarding import SigningKey
from hub.store.indexes import SIGNING_KEYS
from hub.store.records import read


class MongoSigningKeys:
    """The SigningKeyStore."""

    def __init__(self, database: Database) -> None:
        self._keys: Collection = database[SIGNING_KEYS]

    @answering()
    async def all(self) -> list[SigningKey]:
        """The oldest first."""
        return [read(SigningKey, document) for document in await self._keys.find().sort("since", 1).to_list(None)]

    @answering()
    async def put(self, key: SigningKey) -> None:
        """Insert, or replace its seal."""
        update = {"$set": {"kid": key.kid, "sealed": key.sealed}, "$setOnInsert": {"since": key.since}}
        await self._keys.update_one({"_id": key.kid}, update, upsert=True)
