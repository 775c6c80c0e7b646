"""Shared fixtures: a real MongoDB for every test that asks for one, settings of a test hub, a free port."""

import getpass
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from hub.config import Settings
from hub.standing import Require
from hub.store import embedded
from hub.store.driver import close_client, open_client
from hub.store.errors import MongoUnavailable
from hub.store.mongo import open_store
from hub.store.protocols import Store

MEMORY_BYTES_MIN = 4 * 1024**3
SYSTEM_DATABASES = ("admin", "config", "local")

# A busy machine is no failure of a property: what must be quick says so with a bound of its own.
hypothesis_settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("hub")

# A shell that puts a command in the background has it ignore ^C, and all that it starts: here processes are ended that way.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
async def mongodb_url() -> AsyncIterator[str]:
    """A replica set of one private mongod for the whole run; a mongod that a killed run left behind is adopted."""
    async with AsyncExitStack() as stack:
        url = await _first_free_mongod(stack)
        client = open_client(url)
        for name in await client.list_database_names():
            if name not in SYSTEM_DATABASES:
                await client.drop_database(name)
        await close_client(client)
        yield url


async def _first_free_mongod(stack: AsyncExitStack) -> str:
    """Parallel runs and workers each own a folder; the folder's lock says which are taken."""
    root = _quick_folder() / f"ocpi-hub-tests-{getpass.getuser()}"
    for slot in count():
        folder = root / str(slot)
        stack.callback(_remove, folder)
        try:
            return await stack.enter_async_context(embedded.private_mongod(folder))
        except MongoUnavailable as error:
            if "another hub" not in str(error):
                raise
            stack.pop_all()
    raise AssertionError


def _quick_folder() -> Path:
    """In memory where there is plenty: a fresh database for each test costs the disk more than the test itself."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_BYTES_MIN:
        return memory
    return Path(tempfile.gettempdir())


def _remove(folder: Path) -> None:
    """Take the folder out of the others' sight first: the next run may want its place at once."""
    if not folder.exists():
        return
    removed = folder.with_name(f"removed-{uuid4().hex}")
    folder.rename(removed)
    shutil.rmtree(removed)


@pytest.fixture
async def store(mongodb_url: str) -> AsyncIterator[Store]:
    """A store in a database of its own, dropped after the test."""
    name = f"test_{uuid4().hex}"
    async with open_store(mongodb_url, database=name) as opened:
        yield opened
    client = open_client(mongodb_url)
    await client.drop_database(name)
    await close_client(client)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a hub in a test: its own data directory, partners on loopback allowed, nobody verified unasked."""
    return Settings(
        _env_file=None, data_dir=tmp_path, admin_port=0, allow_private_urls=True, require_verdict=Require.OFF
    )


@pytest.fixture
def free_port() -> int:
    """A loopback port that nothing listens on."""
    return embedded.free_port()
