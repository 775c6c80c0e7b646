"""What goes wrong with a database: in words for people at the start, as StoreUnavailable at work; never with a password in it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError

from hub.clock import Tasks
from hub.store.protocols import StoreUnavailable

OPERATION_TIMEOUT_S = 4.5
"""For one operation of a store, the driver's own retry included: a partner is told within five seconds."""
_Asked = ParamSpec("_Asked")
_Answer = TypeVar("_Answer")
_under_way = Tasks()


class MongoUnavailable(Exception):
    """The hub's database cannot be started or used; the message says what a person can do about it."""


_Operation = Callable[_Asked, Coroutine[Any, Any, _Answer]]


def answering() -> Callable[[_Operation[_Asked, _Answer]], _Operation[_Asked, _Answer]]:
    """Bound an operation in time and turn every fault of driver or database into StoreUnavailable.

    The driver's own text stays behind: it may quote the URL or a record. An operation is never cancelled, neither when its time
    is over nor with whoever waits for it: it ends by the driver's own time-outs. A cancellation that meets PyMongo while it
    waits for a primary can leave its lock taken for good, and with it every later operation of the process.
    """

    def decorate(work: _Operation[_Asked, _Answer]) -> _Operation[_Asked, _Answer]:
        @wraps(work)
        async def bounded(*args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
            task = _under_way.spawn(_outcome(work(*args, **kwargs)), work.__qualname__)
            await asyncio.wait({task}, timeout=OPERATION_TIMEOUT_S)
            if not task.done():
                raise StoreUnavailable(f"the database did not answer within {OPERATION_TIMEOUT_S:g} s")
            outcome: _Answer | _Failed = task.result()
            if not isinstance(outcome, _Failed):
                return outcome
            if isinstance(outcome.error, PyMongoError):
                raise StoreUnavailable(f"the database did not do it: {reason(outcome.error)}") from None
            raise outcome.error

        return bounded

    return decorate


@dataclass(frozen=True, slots=True)
class _Failed:
    """How an operation ended that has no answer."""

    error: Exception


async def _outcome(work: Coroutine[Any, Any, _Answer]) -> _Answer | _Failed:
    """The answer, or the fault, of which nobody may be left to hear."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - raised again by whoever waits
        return _Failed(error)


def reason(error: PyMongoError) -> str:
    """The kind of a fault: `ServerSelectionTimeoutError`, or the database's own word such as `NotWritablePrimary`."""
    details = error.details if isinstance(error, OperationFailure) else None
    return str((details or {}).get("codeName", type(error).__name__))


def taken(error: DuplicateKeyError) -> tuple[str, str]:
    """Which unique field was taken, and its value."""
    details = error.details or {}
    field = next(iter(details.get("keyPattern", {})), "")
    return field, str(details.get("keyValue", {}).get(field, ""))
