"""What happens to stored objects of one module, in the order in which the database did it, from any instant that it remembers.

The number of a change is the database's own time of it (seconds and a counter in one integer), so that every process, and the
same process after a restart, numbers the same change alike.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from bson.timestamp import Timestamp
from pymongo.errors import PyMongoError

from hub.store.driver import Collection, Database, Document, watch
from hub.store.errors import answering, reason
from hub.store.feeding import ObjectChange, ObjectNow
from hub.store.indexes import OBJECTS
from hub.store.protocols import StoreUnavailable
from hub.wire.interface import ModuleId

_WANTED = {"_id": 1, "operationType": 1, "clusterTime": 1, "documentKey": 1, "fullDocument": 1}
_FIELDS = ("body", "revision", "received_at", "part", "withdrawn")
_BATCH = 2_000


class MongoObjectFeed:
    """The ObjectFeed of one module."""

    def __init__(self, database: Database, module: ModuleId) -> None:
        self._database = database
        self._objects: Collection = database[OBJECTS]
        self._module = module

    @answering()
    async def now(self) -> int:
        """By the database's clock of operations."""
        said = await self._database.command("hello")
        return number(said["$clusterTime"]["clusterTime"] if "$clusterTime" in said else said["operationTime"])

    async def all(self) -> AsyncIterator[ObjectNow]:
        """Every object that is not withdrawn, in no order that matters."""
        fields = {"body": 1, "revision": 1, "received_at": 1, "key.owner": 1}
        found = self._objects.find({"key.module": self._module, "withdrawn": False}, fields, batch_size=_BATCH)
        try:
            async for document in found:
                yield ObjectNow(
                    key=document["_id"],
                    owner=document["key"]["owner"],
                    body=document["body"],
                    revision=document["revision"],
                    received_at=document["received_at"],
                )
        except PyMongoError as error:
            raise StoreUnavailable(f"the database did not do it: {reason(error)}") from None

    async def changes(self, since: int) -> AsyncGenerator[ObjectChange, None]:
        """Every change from `since` on."""
        prefix = f"{self._module}/"
        pipeline: list[Document] = [
            {
                "$match": {
                    "ns.coll": OBJECTS,
                    "documentKey._id": {"$gte": prefix, "$lt": f"{self._module}0"},
                    "$or": [
                        {"operationType": {"$in": ["insert", "replace", "delete"]}},
                        {"updateDescription.updatedFields.revision": {"$exists": True}},
                    ],
                }
            },
            {"$project": _WANTED | {f"updateDescription.updatedFields.{name}": 1 for name in _FIELDS}},
        ]
        try:
            async with watch(self._database, pipeline, since=instant(since)) as stream:
                async for event in stream:
                    yield _read(event)
        except PyMongoError as error:
            raise StoreUnavailable(f"the stream of changes ended: {reason(error)}") from None


def number(at: Timestamp) -> int:
    """One integer that grows with the database's time."""
    return at.time << 32 | at.inc


def instant(seq: int) -> Timestamp:
    """The database's time of a number."""
    return Timestamp(seq >> 32, seq & 0xFFFFFFFF)


def _read(event: Document) -> ObjectChange:
    fields: dict[str, Any] = event.get("fullDocument") or event.get("updateDescription", {}).get("updatedFields", {})
    return ObjectChange(
        seq=number(event["clusterTime"]),
        key=event["documentKey"]["_id"],
        body=fields.get("body"),
        revision=fields.get("revision", 0),
        received_at=fields.get("received_at"),
        part=fields.get("part"),
        gone=event["operationType"] == "delete" or bool(fields.get("withdrawn")),
    )
