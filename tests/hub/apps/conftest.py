"""A store for the tests of the index, and the bare database beneath it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.store.driver import Database, close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """Beneath `store`; dropped after the test."""
    client = open_client(mongodb_url, tz_aware=True)
    name = f"test_{uuid4().hex}"
    yield client[name]
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture
async def store(mongodb_url: str, database: Database) -> AsyncIterator[Store]:
    """On that database."""
    async with open_store(mongodb_url, database=database.name) as opened:
        yield opened
