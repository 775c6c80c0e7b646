"""What happens to stored objects of one module, in the order in which the database did it, from any instant that it remembers.

The number of a change is the database's own time of it (seconds and a counter in one integer), so that every process, and the
same process after a restart, numbers the same change alike.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from bson.timestamp import Timestamp
from pymongo.errors import PyMongoError

from hub.store.driver import Database, Document, watch
from hub.store.errors import answering, reason
from hub.store.feeding import ObjectChange, ObjectNow, SignChange
from hub.store.indexes import EVSE_TIMES, OBJECTS, SIGNS
from hub.store.observing import EvseSign
from hub.store.protocols import StoreUnavailable
from hub.store.signs import evse_of, read_sign
from hub.wire.interface import ModuleId

_WANTED = {"_id": 1, "operationType": 1, "ns": 1, "clusterTime": 1, "documentKey": 1, "fullDocument": 1}
_TELLING = ("revision", "received_at", "said")
"""An update of one of these is news; all others are of who has got it."""
_FIELDS = ("body", "revision", "received_at", "part", "withdrawn", "said")
_BATCH = 2_000


class MongoObjectFeed:
    """The ObjectFeed of one module."""

    def __init__(self, database: Database, module: ModuleId) -> None:
        self._database = database
        self._module = module

    @answering()
    async def now(self) -> int:
        """The time of the last operation that a majority has: whatever is read after this call has it too."""
        said = await self._database.command("hello")
        return number(said["lastWrite"]["majorityOpTime"]["ts"])

    async def all(self) -> AsyncIterator[ObjectNow]:
        """Every object that is not withdrawn, in no order that matters."""
        fields = {"body": 1, "revision": 1, "received_at": 1, "key.owner": 1, "part": 1}
        async for document in self._read(OBJECTS, {"key.module": self._module, "withdrawn": False}, fields):
            yield ObjectNow(
                key=document["_id"],
                owner=document["key"]["owner"],
                body=document["body"],
                revision=document["revision"],
                received_at=document["received_at"],
                part=document.get("part", ""),
            )

    async def signs(self) -> AsyncIterator[EvseSign]:
        """Every EVSE's latest."""
        async for document in self._read(SIGNS, self._own_ids(), {"said": 1}):
            yield read_sign(document["_id"], document["said"])

    async def times(self) -> AsyncIterator[tuple[str, bytes]]:
        """By key, packed as they are kept."""
        async for document in self._read(EVSE_TIMES, self._own_ids(), {"times": 1}):
            yield document["_id"], document["times"]

    async def changes(self, since: int) -> AsyncGenerator[ObjectChange | SignChange, None]:
        """Every change from `since` on."""
        pipeline: list[Document] = [
            {
                "$match": {
                    "ns.coll": {"$in": [OBJECTS, SIGNS]},
                    "documentKey._id": self._own_ids()["_id"],
                    "$or": [
                        {"operationType": {"$in": ["insert", "replace", "delete"]}},
                        *({f"updateDescription.updatedFields.{name}": {"$exists": True}} for name in _TELLING),
                    ],
                }
            },
            {"$project": _WANTED | {f"updateDescription.updatedFields.{name}": 1 for name in _FIELDS}},
        ]
        try:
            async with watch(self._database, pipeline, since=instant(since)) as stream:
                async for event in stream:
                    yield _read_sign(event) if event["ns"]["coll"] == SIGNS else _read(event)
        except PyMongoError as error:
            raise StoreUnavailable(f"the stream of changes ended: {reason(error)}") from None

    def _own_ids(self) -> Document:
        return {"_id": {"$gte": f"{self._module}/", "$lt": f"{self._module}0"}}

    async def _read(self, collection: str, which: Document, fields: Document) -> AsyncIterator[Document]:
        found = self._database[collection].find(which, fields, batch_size=_BATCH)
        try:
            async for document in found:
                yield document
        except PyMongoError as error:
            raise StoreUnavailable(f"the database did not do it: {reason(error)}") from None


def number(at: Timestamp) -> int:
    """One integer that grows with the database's time."""
    return at.time << 32 | at.inc


def instant(seq: int) -> Timestamp:
    """The database's time of a number."""
    return Timestamp(seq >> 32, seq & 0xFFFFFFFF)


def _fields(event: Document) -> dict[str, Any]:
    fields: dict[str, Any] = event.get("fullDocument") or event.get("updateDescription", {}).get("updatedFields", {})
    return fields


def _read(event: Document) -> ObjectChange:
    fields = _fields(event)
    return ObjectChange(
        seq=number(event["clusterTime"]),
        key=event["documentKey"]["_id"],
        body=fields.get("body"),
        revision=fields.get("revision", 0),
        received_at=fields.get("received_at"),
        part=fields.get("part"),
        gone=event["operationType"] == "delete" or bool(fields.get("withdrawn")),
    )


def _read_sign(event: Document) -> SignChange:
    document_id, said = event["documentKey"]["_id"], _fields(event).get("said")
    key, uid = evse_of(document_id)
    sign = read_sign(document_id, said) if said is not None else None
    return SignChange(seq=number(event["clusterTime"]), key=key, uid=uid, sign=sign)
