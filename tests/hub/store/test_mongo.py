"""Opening the store: what it refuses to work with, and what happens when the database goes away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.store import errors
from hub.store.driver import DURABLE, DriverName, close_client, open_client
from hub.store.embedded import free_port, private_mongod
from hub.store.errors import MongoUnavailable
from hub.store.mongo import open_store
from hub.store.mongod_binary import find_mongod
from hub.store.protocols import StoreUnavailable
from tests.hub.store.processes import freeze, kill, pid_of
from tests.hub.store.samples import platform

pytestmark = [pytest.mark.usefixtures("swept"), pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait five seconds for a database that is not there."""
    monkeypatch.setitem(DURABLE, "serverSelectionTimeoutMS", 300)


@asynccontextmanager
async def _standalone(folder: Path) -> AsyncIterator[str]:
    """A mongod that is no replica set."""
    port = free_port()
    words = (
        "--dbpath",
        folder,
        "--port",
        port,
        "--bind_ip",
        "127.0.0.1",
        "--nounixsocket",
        "--logpath",
        folder / "log",
    )
    process = await asyncio.create_subprocess_exec(
        find_mongod(), *map(str, words), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield f"mongodb://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def test_a_standalone_mongod_is_refused(tmp_path: Path, driver: DriverName) -> None:
    """Nothing is durable on a majority of one that has no set: the sentence says how to make it one."""
    async with _standalone(tmp_path) as url:
        with pytest.raises(
            MongoUnavailable, match=r"names a MongoDB that is no replica set: start mongod with --replSet"
        ):
            async with open_store(url, driver=driver):
                raise AssertionError


async def test_a_weaker_default_write_concern_is_refused(tmp_path: Path) -> None:
    """A set whose default may lose acknowledged writes is not what an operator of a hub wants: the command is given."""
    async with private_mongod(tmp_path) as url:
        client = open_client(url)
        await client["admin"].command({"setDefaultRWConcern": 1, "defaultWriteConcern": {"w": 1}})
        with pytest.raises(
            MongoUnavailable, match=r"default write concern is w: 1, .*run db\.adminCommand\(\{setDefaultRWC"
        ):
            async with open_store(url):
                raise AssertionError
        await client["admin"].command({"setDefaultRWConcern": 1, "defaultWriteConcern": {"w": "majority"}})
        await close_client(client)
        async with open_store(url) as store:
            assert await store.platforms.all() == []


async def test_a_user_who_may_not_ask_for_the_defaults_is_welcome(tmp_path: Path, driver: DriverName) -> None:
    """Rights on the hub's own database are enough: readWrite."""
    async with private_mongod(tmp_path) as url:
        client = open_client(url)
        roles = [{"role": "readWrite", "db": "ocpi_hub"}]
        await client["admin"].command({"createUser": "hub", "pwd": "pencil", "roles": roles})
        await close_client(client)
        hosts = url.rpartition("@")[2].replace("authSource=local", "authSource=admin")
        for trace_days in (30.0, 7.0):
            async with open_store(f"mongodb://hub:pencil@{hosts}", driver=driver, trace_days=trace_days) as store:
                changes = store.platforms.changes()
                await anext(changes)
                await changes.aclose()
                assert (await store.facts.look()).missing_indexes == ()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("url", ["mongodb://hub:pencil@127.0.0.1:{port}", "mongodb://hub:pencil@{own}"])
async def test_a_database_that_cannot_be_used_is_a_sentence_without_the_password(
    mongodb_url: str, driver: DriverName, url: str
) -> None:
    """Not there, or a wrong password: what to check, and never the URL."""
    written = url.format(
        port=free_port(), own=mongodb_url.rpartition("@")[2].replace("authSource=local", "authSource=admin")
    )

    with pytest.raises(
        MongoUnavailable, match=r"^the database in HUB_MONGODB_URL cannot be used \(\w+\): check"
    ) as caught:
        async with open_store(written, driver=driver):
            raise AssertionError
    assert (
        "pencil" not in f"{caught.value!r}{caught.value.__context__ if not caught.value.__suppress_context__ else ''}"
    )


@pytest.mark.parametrize("url", ["http://hub:pencil@db", "mongodb://hub:pencil@db:port", "mongodb://"])
async def test_a_url_that_is_none_is_a_sentence_without_the_password(driver: DriverName, url: str) -> None:
    """The sentence shows how to write one."""
    with pytest.raises(
        MongoUnavailable, match=r"^HUB_MONGODB_URL cannot be read \(\w+\): write mongodb://HOST:PORT"
    ) as caught:
        async with open_store(url, driver=driver):
            raise AssertionError
    assert "pencil" not in repr(caught.value)


@pytest.mark.parametrize("away", [kill, freeze])
async def test_a_database_that_goes_away_is_unavailable_and_comes_back(
    tmp_path: Path, driver: DriverName, monkeypatch: pytest.MonkeyPatch, away: Callable[[int], Awaitable[None]]
) -> None:
    """Dead or frozen: every call ends in bounded time with StoreUnavailable, and works again when the database is back."""
    monkeypatch.setattr(errors, "OPERATION_TIMEOUT_S", 0.5)
    async with private_mongod(tmp_path) as url, open_store(url, driver=driver) as store:
        saved = await store.platforms.save(platform())
        pid = pid_of(tmp_path)
        await away(pid)
        with pytest.raises(StoreUnavailable):
            await store.platforms.all()
        if away is freeze:
            os.kill(pid, signal.SIGCONT)
        monkeypatch.setattr(errors, "OPERATION_TIMEOUT_S", 20.0)

        async with asyncio.timeout(30):
            while True:
                try:
                    assert await store.platforms.all() == [saved]
                except StoreUnavailable:
                    continue
                break


async def test_changes_are_followed_through_a_restart_of_the_database(tmp_path: Path, driver: DriverName) -> None:
    """Who follows changes hears of one that came after the database was killed and came back."""
    async with private_mongod(tmp_path) as url, open_store(url, driver=driver) as store, open_store(url) as other:
        changes = store.platforms.changes()
        await anext(changes)
        await kill(pid_of(tmp_path))
        async with asyncio.timeout(30):
            while True:
                try:
                    saved = await other.platforms.save(platform())
                except StoreUnavailable:
                    continue
                break
            while await store.platforms.all() != [saved]:
                await anext(changes)
            await anext(changes)
        await changes.aclose()
