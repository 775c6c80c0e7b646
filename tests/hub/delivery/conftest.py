"""A store for the deliveries' room, an office, and partners that take every push."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.config import Settings
from hub.delivery.post import Post
from hub.simulate.partner import Partner
from hub.store.driver import Database, close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store
from tests.hub.delivery.office import Office


@pytest.fixture(scope="session")
async def deliveries_database(mongodb_url: str) -> AsyncIterator[Database]:
    """One database for all tests of this room: making its indexes takes longer than most tests."""
    client = open_client(mongodb_url)
    name = f"test_{uuid4().hex}"
    yield client[name]
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture(scope="session")
async def deliveries_store(mongodb_url: str, deliveries_database: Database) -> AsyncIterator[Store]:
    """The store on that database."""
    async with open_store(mongodb_url, database=deliveries_database.name) as opened:
        yield opened


@pytest.fixture
async def store(deliveries_store: Store, deliveries_database: Database) -> AsyncIterator[Store]:
    """An empty store."""
    yield deliveries_store
    for name in await deliveries_database.list_collection_names():
        if not name.startswith("system."):
            await deliveries_database[name].delete_many({})


@pytest.fixture
async def office(store: Store, settings: Settings) -> AsyncIterator[Office]:
    """A directory without platforms, and a way out."""
    async with Post(settings) as post:
        yield Office(store, settings, post)


@pytest.fixture
async def ema() -> AsyncIterator[Partner]:
    """A partner."""
    async with Partner() as partner:
        yield partner


@pytest.fixture
async def emb() -> AsyncIterator[Partner]:
    """Another partner."""
    async with Partner() as partner:
        yield partner


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A post office that may call loopback."""
    async with Post(Settings(allow_private_urls=True, forwards_per_platform_max=2)) as post:
        yield post


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """The platform that is called."""
    async with Partner() as partner:
        yield partner
