"""A store of its own for each test of the checks on the way."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.store.driver import close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store


@pytest.fixture
async def store(mongodb_url: str) -> AsyncIterator[Store]:
    """On a database that is dropped after the test."""
    name = f"test_{uuid4().hex}"
    async with open_store(mongodb_url, database=name) as opened:
        yield opened
    client = open_client(mongodb_url)
    await client.drop_database(name)
    await close_client(client)
