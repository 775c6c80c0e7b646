"""Requests that make a receiver act, in MongoDB: a few a minute, for ten minutes, one document for all processes."""

from pymongo.errors import DuplicateKeyError

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.guarding import Acted
from hub.store.indexes import REQUESTS
from hub.store.records import read, write


class MongoRequests:
    """The RequestStore."""

    def __init__(self, database: Database) -> None:
        self._requests: Collection = database[REQUESTS]

    @answering()
    async def take(self, request: Acted) -> Acted | None:
        """Insert; whoever comes second gets what the first one left."""
        try:
            await self._requests.insert_one({"_id": request.key, **write(request)})
        except DuplicateKeyError:
            before = await self._requests.find_one({"_id": request.key})
            return read(Acted, before) if before else request
        return None

    @answering()
    async def answered(self, key: str, reply: bytes, http_status: int, ocpi_status: int) -> None:
        """Nothing is kept of one that was forgotten meanwhile."""
        said = {"reply": reply, "http_status": http_status, "ocpi_status": ocpi_status}
        await self._requests.update_one({"_id": key}, {"$set": said})

    @answering()
    async def forget(self, key: str) -> None:
        """Also of one that is not there."""
        await self._requests.delete_one({"_id": key})
