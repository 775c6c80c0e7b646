"""The one seam to the MongoDB driver: PyMongo's async API by default, Motor on request; nothing else names either client."""

import inspect
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

from bson.timestamp import Timestamp
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from hub.store.errors import MongoUnavailable

DriverName = Literal["pymongo", "motor"]
Document = dict[str, Any]
Client = AsyncMongoClient[Document]
"""PyMongo's classes stand for both drivers: Motor's have the same methods, save those that this file smooths."""
Database = AsyncDatabase[Document]
Collection = AsyncCollection[Document]

SERVER_SELECTION_MS = 4_000
WRITE_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_MS = 2_000
HEARTBEAT_MS = 1_000
"""A primary that is frozen, or back after it said that it is not, is noticed after this and CONNECT_TIMEOUT_MS."""
SOCKET_TIMEOUT_MS = 30_000
POOL_MAX = 100

DURABLE: dict[str, Any] = {
    "w": "majority",
    "journal": True,
    "wTimeoutMS": WRITE_TIMEOUT_MS,
    "retryWrites": True,
    "retryReads": True,
    "readConcernLevel": "majority",
    "readPreference": "primary",
    "serverSelectionTimeoutMS": SERVER_SELECTION_MS,
    "connectTimeoutMS": CONNECT_TIMEOUT_MS,
    "socketTimeoutMS": SOCKET_TIMEOUT_MS,
    "heartbeatFrequencyMS": HEARTBEAT_MS,
    "timeoutMS": None,
    "waitQueueTimeoutMS": None,
    "directConnection": False,
    "maxPoolSize": POOL_MAX,
}
"""What an acknowledged write means in this hub: on a majority, journaled. It wins over whatever the URL says."""


def open_client(url: str, driver: DriverName = "pymongo", **options: Any) -> Client:
    """Return a client that connects at its first use; `options` are URI options and win over those in `url`.

    Raises a PyMongoError for a URL that is none, MongoUnavailable when Motor is wanted and not installed.
    """
    options = {"tz_aware": True, "appname": "ocpi-hub", **options}
    if driver == "motor":
        return cast(Client, _motor()(url, **options))
    return AsyncMongoClient(url, **options)


def _motor() -> Any:
    try:
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - an extra, wanted by few
    except ImportError:
        raise MongoUnavailable(
            "HUB_MONGO_DRIVER=motor needs Motor: pip install 'ocpi-hub[motor]', or unset it to use PyMongo"
        ) from None
    return AsyncIOMotorClient


async def close_client(client: Client) -> None:
    """Close every connection; Motor does it without waiting."""
    closing: Any = client.close()
    if inspect.isawaitable(closing):
        await closing


async def aggregate(collection: Collection, pipeline: Sequence[Document]) -> list[Document]:
    """All results of a pipeline; Motor gives the cursor without waiting."""
    opening: Any = collection.aggregate(list(pipeline))
    cursor: Any = await opening if inspect.isawaitable(opening) else opening
    return cast(list[Document], await cursor.to_list(None))


@asynccontextmanager
async def watch(
    database: Database, pipeline: Sequence[Document], *, since: Timestamp | None = None
) -> AsyncIterator[AsyncIterator[Document]]:
    """Open a change stream: of what changes from its opening on, none is missed, or it was dropped before the first one.

    Motor opens a stream with its first look for a change (up to a second), and what that look finds is dropped: whoever watches
    reads everything once after the opening. With `since` it begins at that time of the database, if that remembers so far.
    """
    opening: Any = database.watch(list(pipeline), start_at_operation_time=since)
    stream: Any = await opening if inspect.isawaitable(opening) else opening
    async with stream:
        if stream is opening:
            await stream.try_next()
        yield stream
