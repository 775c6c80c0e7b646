"""How timely each operator is, by day."""

from dataclasses import replace
from datetime import timedelta

from hub.store.observing import Timeliness
from hub.store.protocols import Store
from tests.hub.store.samples import NOON

ONE = Timeliness(owner="NL*CPA", day=NOON, updates=3, unchanged=1, delays={0: 2, 7: 1}, last_push_at=NOON)


async def test_counts_of_all_processes_are_summed(store: Store, other_store: Store) -> None:
    """By party and day; the latest push stays."""
    await store.timeliness.add([ONE, replace(ONE, owner="DE*CPB"), replace(ONE, day=NOON + timedelta(days=1))])
    await other_store.timeliness.add([replace(ONE, delays={7: 3}, last_push_at=NOON - timedelta(hours=1))])
    await store.timeliness.add([])

    first, second = await store.timeliness.of("NL*CPA", NOON)
    assert first == replace(ONE, updates=6, unchanged=2, delays={0: 2, 7: 4})
    assert second == replace(ONE, day=NOON + timedelta(days=1))
    assert await store.timeliness.of("NL*CPA", NOON + timedelta(days=2)) == []


async def test_what_was_only_pulled_has_no_push(store: Store) -> None:
    """Nor a delay that nobody measured."""
    pulled = replace(ONE, last_push_at=None, delays={})
    await store.timeliness.add([pulled])

    assert await store.timeliness.of("NL*CPA", NOON) == [pulled]
