"""Faults of driver and database as the rest of the hub hears them."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure, PyMongoError

from hub.store import errors
from hub.store.errors import answering, reason, taken
from hub.store.protocols import Conflict, StoreUnavailable


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AutoReconnect("mongodb://hub:secret@db:27017 closed"), "the database did not do it: AutoReconnect"),
        (
            OperationFailure("secret", 10107, {"codeName": "NotWritablePrimary"}),
            "the database did not do it: NotWritablePrimary",
        ),
    ],
)
async def test_a_fault_of_the_driver_is_unavailable_without_its_text(error: PyMongoError, said: str) -> None:
    """The driver's text may quote a URL or a record: only the kind of fault is told, also to a traceback."""
    with pytest.raises(StoreUnavailable) as caught:
        await _fail(error)

    assert str(caught.value) == said
    assert caught.value.__suppress_context__


async def test_a_database_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(errors, "OPERATION_TIMEOUT_S", 0.01)

    with pytest.raises(StoreUnavailable, match="the database did not answer within"):
        await _wait(asyncio.Event())


async def test_what_is_no_fault_of_the_database_passes_through() -> None:
    """A conflict, and a mistake of ours, stay what they are."""
    for error in (Conflict("taken"), KeyError("name")):
        with pytest.raises(type(error)):
            await _fail(error)


@pytest.mark.parametrize("impatient", [True, False])
async def test_an_operation_is_never_cancelled(monkeypatch: pytest.MonkeyPatch, impatient: bool) -> None:
    """Neither its time-out nor the end of who waits for it reaches the driver, whose lock a cancellation can leave taken."""
    monkeypatch.setattr(errors, "OPERATION_TIMEOUT_S", 0.01 if impatient else 60)
    go_on, ended = asyncio.Event(), asyncio.Event()
    with pytest.raises(StoreUnavailable if impatient else TimeoutError):
        async with asyncio.timeout(0.05):
            await _wait(go_on, ended)

    assert not ended.is_set()
    go_on.set()
    async with asyncio.timeout(5):
        await ended.wait()


@answering()
async def _fail(error: Exception) -> None:
    raise error


@answering()
async def _wait(go_on: asyncio.Event, ended: asyncio.Event | None = None) -> None:
    await go_on.wait()
    if ended is not None:
        ended.set()


def test_a_fault_without_details_has_the_name_of_its_class() -> None:
    """Older servers and network faults say no code name."""
    assert reason(OperationFailure("secret")) == "OperationFailure"


def test_what_was_taken_is_named_with_its_value() -> None:
    """From the details of a duplicate key; nothing is guessed without them."""
    details = {"keyPattern": {"live_name": 1}, "keyValue": {"live_name": "alpha"}}

    assert taken(DuplicateKeyError("secret", 11000, details)) == ("live_name", "alpha")
    assert taken(DuplicateKeyError("secret", 11000)) == ("", "")
