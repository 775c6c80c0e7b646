"""Addresses that the hub gave out."""

from datetime import timedelta

from hub.clock import now_utc
from hub.store.protocols import Store
from tests.hub.store.samples import mapping

SOON = timedelta(minutes=5)


async def test_a_mapping_outlives_the_process_that_made_it(store: Store, other_store: Store) -> None:
    """H4.04: mappings are persistent: another process on the same database finds it whole, once and again."""
    given = mapping(expires_at=now_utc() + SOON)
    await store.mappings.add(given)

    assert [await other_store.mappings.find(given.opaque) for _ in range(2)] == [given, given]
    assert await other_store.mappings.find("opaque-2") is None


async def test_an_expired_mapping_is_none(store: Store) -> None:
    """From the instant of its end on, long before the database clears it away."""
    await store.mappings.add(mapping(expires_at=now_utc()))

    assert await store.mappings.find(mapping().opaque) is None
