"""The one seam to the MongoDB driver: PyMongo's async API by default, Motor on request; nothing else names either client."""

from typing import Any, Literal, cast

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

Driver = Literal["pymongo", "motor"]
Document = dict[str, Any]
Client = AsyncMongoClient[Document]
"""PyMongo's class stands for both: Motor's has the same methods, save those that this file smooths."""

DriverError = PyMongoError


def open_client(url: str, driver: Driver = "pymongo", **options: Any) -> Client:
    """Return a client that connects at its first use; `options` are URI options by their Python names."""
    options = {"tz_aware": True, "appname": "ocpi-hub", **options}
    if driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 - an extra, installed only where it is wanted

        return cast(Client, AsyncIOMotorClient(url, **options))
    return AsyncMongoClient(url, **options)


async def close_client(client: Client) -> None:
    """Close every connection; Motor does it without waiting."""
    closing: Any = client.close()
    if closing is not None:
        await closing
