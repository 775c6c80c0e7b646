"""What an operator asks of the database."""

from datetime import timedelta

from hub.clock import now_utc
from hub.store.driver import Database
from hub.store.protocols import Store


async def test_facts_of_a_healthy_database(store: Store) -> None:
    """A primary of a replica set, its version, a clock near ours, every index."""
    facts = await store.facts.look()

    assert int(facts.version.split(".")[0]) >= 6
    assert facts.replica_set
    assert facts.is_primary
    assert facts.latency_ms > 0
    assert abs(facts.database_time - now_utc()) < timedelta(seconds=5)
    assert facts.indexes > 10
    assert facts.missing_indexes == ()


async def test_a_missing_index_is_named(store: Store, database: Database) -> None:
    """With its collection, and not counted."""
    before = await store.facts.look()
    await database["objects"].drop_index("behind")
    after = await store.facts.look()

    assert after.missing_indexes == ("objects.behind",)
    assert after.indexes == before.indexes - 1
