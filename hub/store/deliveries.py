"""Failed deliveries in MongoDB: one document for each receiver and object, gone when the receiver has it."""

from collections.abc import Sequence

from hub.store.driver import Collection, Database, Document
from hub.store.errors import answering
from hub.store.indexes import DELIVERIES
from hub.store.protocols import DeliveryState, FailedDelivery
from hub.store.records import read, write


class MongoDeliveries:
    """The DeliveryStore."""

    def __init__(self, database: Database) -> None:
        self._deliveries: Collection = database[DELIVERIES]

    @answering()
    async def record(self, failed: FailedDelivery) -> None:
        """Insert, or update everything but when it first failed."""
        document = write(failed)
        first_at = document.pop("first_at")
        update = {"$set": document, "$setOnInsert": {"first_at": first_at}}
        await self._deliveries.update_one({"_id": failed.delivery_id}, update, upsert=True)

    @answering()
    async def clear(self, delivery_ids: Sequence[str]) -> None:
        """Forget these: they went through, or nobody wants them any more."""
        if delivery_ids:
            await self._deliveries.delete_many({"_id": {"$in": [*delivery_ids]}})

    @answering()
    async def get(self, delivery_id: str) -> FailedDelivery | None:
        """One of them."""
        document = await self._deliveries.find_one({"_id": delivery_id})
        return read(FailedDelivery, document) if document else None

    @answering()
    async def find(
        self, *, platform_id: str = "", state: DeliveryState | None = None, limit: int = 200
    ) -> list[FailedDelivery]:
        """The latest first."""
        query: Document = {"platform_id": platform_id} if platform_id else {}
        if state is not None:
            query["state"] = state.value
        found = self._deliveries.find(query).sort("last_at", -1).limit(limit)
        return [read(FailedDelivery, document) for document in await found.to_list(None)]
