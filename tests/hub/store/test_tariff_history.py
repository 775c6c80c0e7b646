"""Tariffs as they were published: the state of a day is the one that the hub had been told by then."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.store.cdr_records import PublishedTariff
from hub.store.driver import Database
from hub.store.indexes import TARIFF_HISTORY
from hub.store.protocols import Store
from tests.hub.store.samples import CPA, EMA, NOON

DAY = timedelta(days=1)


def state(body: bytes, received_at: datetime, **changes: Any) -> PublishedTariff:
    """One state of a tariff of NL*CPA."""
    given: dict[str, Any] = {"owner": CPA, "tariff_id": "t1", "last_updated": received_at} | changes
    return PublishedTariff(body=body, received_at=received_at, **given)


@pytest.mark.parametrize(
    ("instant", "body"),
    [
        (NOON, b"first"),
        (NOON + DAY - timedelta(seconds=1), b"first"),
        (NOON + DAY, b"second"),
        (NOON + 9 * DAY, b"second"),
        (NOON - DAY, None),
    ],
)
async def test_the_state_of_a_day(store: Store, instant: datetime, body: bytes | None) -> None:
    """From when it was told until the next one was; before the first nothing."""
    await store.tariff_history.keep(state(b"first", NOON))
    await store.tariff_history.keep(state(b"second", NOON + DAY))
    await store.tariff_history.keep(state(b"of another", NOON, owner=EMA))

    found = await store.tariff_history.at(CPA, "t1", instant)

    assert (found.body if found else None) == body
    assert await store.tariff_history.at(CPA, "t2", instant) is None


async def test_a_first_push_may_be_of_an_old_tariff(store: Store) -> None:
    """A partner that just came pushes what it has had for long: its own word counts for the first state alone."""
    await store.tariff_history.keep(state(b"first", NOON, last_updated=NOON - 9 * DAY))
    await store.tariff_history.keep(state(b"backdated", NOON + DAY, last_updated=NOON - 8 * DAY))

    found = await store.tariff_history.at(CPA, "t1", NOON - 7 * DAY)

    assert found is not None
    assert found.body == b"first"


async def test_the_same_again_is_not_kept_twice(store: Store, database: Database) -> None:
    """Operators push everything every night."""
    for day in range(3):
        await store.tariff_history.keep(state(b"same", NOON + day * DAY))

    assert await database[TARIFF_HISTORY].count_documents({}) == 1
