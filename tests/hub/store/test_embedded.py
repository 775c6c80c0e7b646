"""The private mongod: started, stopped, adopted and replaced; every refusal a sentence."""

from pathlib import Path

from hub.store.driver import close_client, open_client
from hub.store.embedded import private_mongod


async def _count_after_insert(url: str) -> int:
    client = open_client(url)
    try:
        await client["test"]["things"].insert_one({})
        return await client["test"]["things"].count_documents({})
    finally:
        await close_client(client)


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    """The second start, on another port, is primary again and has the data of the first."""
    async with private_mongod(tmp_path) as url:
        first = await _count_after_insert(url)
    async with private_mongod(tmp_path) as url:
        second = await _count_after_insert(url)

    assert (first, second) == (1, 2)
