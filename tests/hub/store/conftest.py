"""The store's own tests run on both drivers."""

import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import monitoring

from hub.store.driver import Database, DriverName, close_client, open_client
from hub.store.mongo import open_store
from hub.store.protocols import Store


class Writes(monitoring.CommandListener):
    """What the drivers wrote to objects: commands by database, as they went out."""

    def __init__(self) -> None:
        self.sent: dict[str, list[dict[str, Any]]] = {}

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note a command that writes."""
        if event.command.get(event.command_name) == "objects" and event.command_name in {"insert", "update", "delete"}:
            self.sent.setdefault(event.database_name, []).append({"name": event.command_name, **event.command})

    def succeeded(self, event: object) -> None:
        """Its answer does not matter here."""

    def failed(self, event: object) -> None:
        """Nor does that there was none."""


WRITES = Writes()
monitoring.register(WRITES)


@pytest.fixture
def writes(database: Database, store: Store) -> list[dict[str, Any]]:
    """Commands that wrote objects in the test's database since its store was opened, oldest first; grows as the test goes on."""
    WRITES.sent[database.name] = []
    return WRITES.sent[database.name]


@pytest.fixture(params=["pymongo", "motor"])
def driver(request: pytest.FixtureRequest) -> DriverName:
    """Each driver in turn."""
    name: DriverName = request.param
    return name


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """The bare database beneath `store`, to look at what it did; dropped after the test."""
    client = open_client(mongodb_url)
    name = f"test_{uuid4().hex}"
    yield client[name]
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture
async def store(mongodb_url: str, database: Database, driver: DriverName) -> AsyncIterator[Store]:
    """A store on that database, through each driver."""
    async with open_store(mongodb_url, database=database.name, driver=driver) as opened:
        yield opened


@pytest.fixture
async def other_store(mongodb_url: str, database: Database, driver: DriverName, store: Store) -> AsyncIterator[Store]:
    """What another hub process sees: a second store on the same database."""
    async with open_store(mongodb_url, database=database.name, driver=driver) as opened:
        yield opened


@pytest.fixture
def swept() -> Iterator[None]:
    """For tests that kill a database: a driver interrupted while it connects leaves a socket to the garbage collector."""
    yield
    gc.collect()
