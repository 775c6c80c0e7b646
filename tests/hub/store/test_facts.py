"""What the database says of itself."""

from datetime import timedelta

from hub.clock import now_utc
from hub.store.driver import close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store


async def test_facts_of_a_database_that_is_right(store: Store) -> None:
    """A replica set's primary, near, with our time and every index."""
    facts = await store.facts.look()

    assert facts.version.startswith("6.")
    assert facts.replica_set
    assert facts.is_primary
    assert 0 < facts.latency_ms < 1000
    assert abs(facts.database_time - now_utc()) < timedelta(seconds=5)
    assert facts.indexes > 10
    assert facts.missing_indexes == ()


async def test_a_missing_index_is_named(mongodb_url: str) -> None:
    """An index that somebody dropped is named with its collection."""
    client = open_client(mongodb_url)
    try:
        async with open_store(mongodb_url, database="test_missing_index") as store:
            await client["test_missing_index"]["traces"].drop_index("correlation_ids")

            facts = await store.facts.look()

        assert facts.missing_indexes == ("traces.correlation_ids",)
    finally:
        await client.drop_database("test_missing_index")
        await close_client(client)
