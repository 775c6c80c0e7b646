"""Runs of the contract suite in MongoDB: one document each, its report packed."""

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import VERIFICATIONS
from hub.store.judgements import Verification
from hub.store.records import read, write


class MongoVerifications:
    """The VerificationStore."""

    def __init__(self, database: Database) -> None:
        self._verifications: Collection = database[VERIFICATIONS]

    @answering()
    async def put(self, verification: Verification) -> None:
        """Insert; a run is stored once."""
        await self._verifications.insert_one({"_id": verification.run_id, **write(verification)})

    @answering()
    async def latest(self, platform_id: str, *, limit: int = 20) -> list[Verification]:
        """The newest first."""
        found = self._verifications.find({"platform_id": platform_id}).sort("judged_at", -1).limit(limit)
        return [read(Verification, document) for document in await found.to_list(None)]

    @answering()
    async def get(self, run_id: str) -> Verification | None:
        """One run."""
        document = await self._verifications.find_one({"_id": run_id})
        return read(Verification, document) if document else None
