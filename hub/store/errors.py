"""What goes wrong with a database: in words for people at the start, as StoreUnavailable at work; never with a password in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from hub.store.protocols import StoreUnavailable

OPERATION_TIMEOUT_S = 4.5
"""For one operation of a store, the driver's own retry included: a partner is told within five seconds."""


class MongoUnavailable(Exception):
    """The hub's database cannot be started or used; the message says what a person can do about it."""


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Bound an operation in time and turn every fault of driver or database into StoreUnavailable.

    The driver's own text stays behind: it may quote the URL or a record.
    """
    try:
        async with asyncio.timeout(OPERATION_TIMEOUT_S):
            yield
    except TimeoutError:
        raise StoreUnavailable(f"the database did not answer within {OPERATION_TIMEOUT_S:g} s") from None
    except PyMongoError as error:
        raise StoreUnavailable(f"the database did not do it: {reason(error)}") from None


def reason(error: PyMongoError) -> str:
    """The kind of a fault: `ServerSelectionTimeoutError`, or the database's own word such as `NotWritablePrimary`."""
    details = error.details if isinstance(error, OperationFailure) else None
    return str((details or {}).get("codeName", type(error).__name__))


def taken(error: DuplicateKeyError) -> tuple[str, str]:
    """Which unique field was taken, and its value."""
    details = error.details or {}
    field = next(iter(details.get("keyPattern", {})), "")
    return field, str(details.get("keyValue", {}).get(field, ""))
