"""A hub process of this room and two simulated partners."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from hub.config import Settings
from hub.simulate.platform import Platform
from hub.store import embedded
from hub.store.driver import Database, close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store
from tests.hub.partners.house import CPA, EMA, House, offer_client_info, open_house


@pytest.fixture(scope="session")
async def partners_database(mongodb_url: str) -> AsyncIterator[Database]:
    """One database for all tests of this room: making its indexes takes longer than most tests."""
    client = open_client(mongodb_url)
    name = f"test_{uuid4().hex}"
    yield client[name]
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture(scope="session")
async def partners_store(mongodb_url: str, partners_database: Database) -> AsyncIterator[Store]:
    """The store on that database."""
    async with open_store(mongodb_url, database=partners_database.name) as opened:
        yield opened


@pytest.fixture
async def store(partners_store: Store, partners_database: Database) -> AsyncIterator[Store]:
    """An empty store."""
    yield partners_store
    for name in await partners_database.list_collection_names():
        if not name.startswith("system."):
            await partners_database[name].delete_many({})


@pytest.fixture
def house_settings(settings: Settings, free_port: int) -> Settings:
    """Settings of the hub under test, with the port that it listens on."""
    return settings.model_copy(update={"public_url": f"http://127.0.0.1:{free_port}", "registration_timeout_s": 2.0})


@pytest.fixture
async def house(store: Store, house_settings: Settings) -> AsyncIterator[House]:
    """The hub under test."""
    async with open_house(store, house_settings) as opened:
        yield opened


@pytest.fixture
async def other_house(store: Store, house: House) -> AsyncIterator[House]:
    """Another process of the same hub, on a port of its own."""
    settings = house.settings.model_copy(update={"public_url": f"http://127.0.0.1:{embedded.free_port()}"})
    async with open_house(store, settings) as opened:
        yield opened


@pytest.fixture
async def cpo() -> AsyncIterator[Platform]:
    """An operator's platform that knows nothing of the hub yet; it takes HubClientInfo."""
    async with Platform("Charge Point A", [CPA]) as platform:
        offer_client_info(platform)
        yield platform


@pytest.fixture
async def emsp() -> AsyncIterator[Platform]:
    """A provider's platform that knows nothing of the hub yet; it takes HubClientInfo."""
    async with Platform("E-Mobility A", [EMA]) as platform:
        offer_client_info(platform)
        yield platform
