"""Indexes: there after every start, with the life that the settings say."""

import asyncio

from hub.store.driver import Database
from hub.store.indexes import INDEX_LIFE_DAYS, create_indexes, indexes
from hub.store.mongo import open_store


async def _names(database: Database) -> dict[str, set[str]]:
    return {name: {*await database[name].index_information()} - {"_id_"} for name in indexes(30)}


async def test_opening_a_store_makes_every_index_once(database: Database, mongodb_url: str) -> None:
    """A second start finds them and changes nothing."""
    wanted = {name: {model.document["name"] for model in models} for name, models in indexes(30).items()}
    for _ in range(2):
        async with open_store(mongodb_url, database=database.name):
            assert await _names(database) == wanted


async def test_several_hubs_may_start_at_once(database: Database) -> None:
    """Making the same indexes at the same moment is no conflict."""
    await asyncio.gather(*(create_indexes(database, 30) for _ in range(4)))

    assert all((await _names(database)).values())


async def test_traces_live_as_long_as_the_settings_say(database: Database) -> None:
    """Another number of days at the next start changes the life of the legs that are there."""
    lives = []
    for days in (30.0, 0.5):
        await create_indexes(database, days)
        lives.append((await database["traces"].index_information())["age"]["expireAfterSeconds"])

    assert lives == [30 * 86_400, 43_200]


async def test_mappings_and_what_was_learned_end_by_themselves(database: Database) -> None:
    """A mapping at its own end; what the index learned when nobody said it again for long."""
    await create_indexes(database, 30)
    mappings = await database["mappings"].index_information()
    index = await database["index"].index_information()

    assert mappings["expiry"]["expireAfterSeconds"] == 0
    assert index["age"]["expireAfterSeconds"] == INDEX_LIFE_DAYS * 86_400


async def test_whatever_may_tell_of_a_driver_ends_by_itself(database: Database) -> None:
    """As the operating guide says: traces, what was learned, rules that were broken, contract runs, given addresses."""
    await create_indexes(database, 30)
    lives = {}
    for name in ("traces", "index", "faults", "verifications", "mappings"):
        information = await database[name].index_information()
        lives[name] = [one["expireAfterSeconds"] for one in information.values() if "expireAfterSeconds" in one]

    days = 86_400
    assert lives == {
        "traces": [30 * days],
        "index": [400 * days],
        "faults": [30 * days],
        "verifications": [400 * days],
        "mappings": [0],
    }
