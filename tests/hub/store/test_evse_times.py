"""The hub's instants of every EVSE."""

from hypothesis import given
from hypothesis import strategies as st

from hub.store.driver import Database
from hub.store.object_changes import MongoObjectFeed
from hub.store.observing import EvseTimes, pack_times, read_times
from hub.store.protocols import Store
from tests.hub.store.samples import LOCATIONS, every

KEY = "locations/NL/CPA/loc1"
INSTANTS = st.integers(0, 2**62)
TIMES = every(EvseTimes, status=st.integers(0, 8), received_ms=INSTANTS, changed_ms=INSTANTS, confirmed_ms=INSTANTS)


async def kept(database: Database) -> dict[str, list[EvseTimes]]:
    """By Location."""
    return {key: read_times(packed) async for key, packed in MongoObjectFeed(database, LOCATIONS).times()}


@given(st.lists(TIMES, max_size=5))
def test_instants_come_back(times: list[EvseTimes]) -> None:
    """Every field."""
    assert read_times(pack_times(times)) == times


async def test_the_last_instants_stay(store: Store, other_store: Store, database: Database) -> None:
    """Of each Location; an empty list forgets it."""
    one, two = EvseTimes("1", 0, 1, 2, 3), EvseTimes("2", 1, 4, 5, 6)
    await store.evse_times.put({KEY: [one], "locations/NL/CPA/loc2": [one, two]})
    await other_store.evse_times.put({KEY: [two]})
    await other_store.evse_times.put({})

    assert await kept(database) == {KEY: [two], "locations/NL/CPA/loc2": [one, two]}
    await store.evse_times.put({KEY: []})
    assert await kept(database) == {"locations/NL/CPA/loc2": [one, two]}


async def test_more_than_one_batch_is_written(store: Store, database: Database) -> None:
    """Nothing is left behind."""
    times = {f"locations/NL/CPA/loc{number}": [EvseTimes("1", 0, number, 2, 3)] for number in range(2_500)}
    await store.evse_times.put(times)

    assert await kept(database) == times
