"""How often drivers searched."""

from dataclasses import replace
from datetime import timedelta

from hub.store.observing import Searches
from hub.store.protocols import Store
from tests.hub.store.samples import NOON

ONE = Searches(hour=NOON, row=2841, column=3702, asked="free", found=1, nothing=2)


async def test_counts_of_all_processes_are_summed(store: Store, other_store: Store) -> None:
    """By hour, cell and filter."""
    other_cell, earlier = replace(ONE, column=3703), replace(ONE, hour=NOON - timedelta(hours=1))
    await store.demand.add([ONE, other_cell, earlier])
    await other_store.demand.add([ONE])
    await store.demand.add([])

    assert await store.demand.since(NOON) == [replace(ONE, found=2, nothing=4), other_cell]


async def test_more_than_one_batch_is_counted(store: Store) -> None:
    """Bulk writes go out in pieces, none is left behind."""
    await store.demand.add([replace(ONE, row=row) for row in range(2_500)])

    assert len(await store.demand.since(NOON)) == 2_500
