"""Rules that carried messages broke: counted up by every process, the most frequent first, each platform's own."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from hub.store.judgements import Fault
from hub.store.protocols import Store
from tests.hub.store.samples import NOON

FAULT = Fault(platform_id="p1", rule="locations /evses/*/status: unknown", count=2, last_at=NOON, correlation_id="c1")
OTHER = replace(FAULT, rule="cdrs /currency: missing", count=3)


async def test_counts_add_up_whoever_counts(store: Store) -> None:
    """Twenty writers at once lose nothing; the newest instant and its message stay."""
    later = replace(FAULT, last_at=NOON + timedelta(hours=1), correlation_id="c2")
    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(store.faults.add([FAULT, OTHER]))
    await store.faults.add([later])
    await store.faults.add([])

    assert await store.faults.of("p1") == [replace(OTHER, count=60), replace(later, count=42)]


async def test_the_most_frequent_come_first_and_no_other_platforms(store: Store) -> None:
    """At most as many as asked for."""
    await store.faults.add([FAULT, OTHER, replace(OTHER, platform_id="p2", count=9)])

    assert await store.faults.of("p1", limit=1) == [OTHER]
    assert await store.faults.of("p3") == []


async def test_an_older_count_that_comes_late_does_not_turn_time_back(store: Store) -> None:
    """Processes tell their counts in any order."""
    await store.faults.add([FAULT])
    await store.faults.add([replace(FAULT, last_at=NOON - timedelta(hours=1))])

    (kept,) = await store.faults.of("p1")
    assert kept.last_at == NOON
