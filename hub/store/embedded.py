"""A private mongod for a hub without a database of its own: a one-node replica set on loopback that ends with the hub.

It runs in its own session, so that a killed hub leaves it whole; the next hub on the same folder adopts it, or replaces it when
it is not what this hub would start. When it is killed itself, the hub starts it again.
"""

import asyncio
import fcntl
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog
from pymongo.errors import PyMongoError

from hub.clock import Tasks, monotonic_s
from hub.store import mongod_process
from hub.store.errors import MongoUnavailable
from hub.store.mongod_binary import explain_exit, find_mongod
from hub.store.mongod_process import REPLICA_SET, Home, Mongod, become_primary, command, left_running, spawn

START_TIMEOUT_S = 60.0
_AGAIN_AFTER_S = 0.5
_LOOK_EVERY_S = 0.25
_EXIT_ADDRESS_IN_USE = 48
_EXIT_FOLDER_IN_USE = 100


@asynccontextmanager
async def private_mongod(data_path: Path, mongod: str = "") -> AsyncIterator[str]:
    """Run a private mongod with its data under `data_path`/mongodb and yield its URL, which holds its password.

    `mongod` is the setting HUB_MONGOD. Raises MongoUnavailable with a sentence that says what to do: no binary, a missing
    library, an unusable folder, or another hub on the same folder.
    """
    binary = find_mongod(mongod)
    home = _prepare(data_path)
    with _owned(home):
        home.write_key()
        keeper = _Keeper(home, binary, await _adopt_or_start(home, binary))
        tasks = Tasks()
        tasks.spawn(keeper.keep(), "private mongod")
        try:
            yield home.url(keeper.running.port) + f"&replicaSet={REPLICA_SET}"
        finally:
            await tasks.close()
            await keeper.running.stop()


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _prepare(data_path: Path) -> Home:
    home = Home(data_path.absolute() / "mongodb")
    try:
        home.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.folder.chmod(0o700)
        home.data.mkdir(exist_ok=True, mode=0o700)
        home.lock.touch(mode=0o600)
    except OSError as error:
        raise MongoUnavailable(
            f"the hub cannot keep its database in {home.folder} ({error.strerror}): "
            "set HUB_DATA_DIR to a folder that it may write"
        ) from None
    return home


@contextmanager
def _owned(home: Home) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when this process ends, however it ends."""
    with home.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MongoUnavailable(
                f"another hub already runs on {home.folder.parent}: stop it, or give this one its own HUB_DATA_DIR"
            ) from None
        yield


async def _adopt_or_start(home: Home, binary: Path) -> Mongod:
    deadline_s = monotonic_s() + START_TIMEOUT_S
    while True:
        running = await _adopt(home, binary) or await _start(home, binary, free_port(), deadline_s)
        if running is not None:
            return running
        if monotonic_s() > deadline_s:
            raise MongoUnavailable(f"mongod did not start within {START_TIMEOUT_S:.0f} s: look into {home.log}")
        await asyncio.sleep(_AGAIN_AFTER_S)


async def _adopt(home: Home, binary: Path) -> Mongod | None:
    """Take over what a killed hub left on this folder, if it answers and is what we would start; else end it."""
    left = left_running(home)
    if left is None:
        return None
    if left.was_started_by(command(home, binary, left.port)):
        try:
            async with asyncio.timeout(mongod_process.ANSWER_TIMEOUT_S):
                await become_primary(home, left.port)
        except (TimeoutError, PyMongoError):
            left.send(signal.SIGKILL)
        else:
            return left
    await left.stop()
    return None


async def _start(home: Home, binary: Path, port: int, deadline_s: float) -> Mongod | None:
    """Start one and make it primary; None when its port or its folder was taken at the same moment: try again."""
    process = spawn(home, binary, port)
    started = Mongod(process.pid, port, process)
    try:
        async with asyncio.timeout(deadline_s - monotonic_s()):
            await started.listens_or_ended()
            if started.is_running():
                await become_primary(home, port)
                return started
    except (TimeoutError, PyMongoError) as error:
        await started.stop()
        if process.returncode != _EXIT_ADDRESS_IN_USE:
            raise MongoUnavailable(
                f"mongod started but is not usable ({type(error).__name__}): the reason is at the end of {home.log}"
            ) from None
    except BaseException:
        await started.stop()
        raise
    if process.returncode in (_EXIT_ADDRESS_IN_USE, _EXIT_FOLDER_IN_USE):
        return None
    raise MongoUnavailable(explain_exit(binary, process.returncode, home.output, home.log))


class _Keeper:
    """Starts the mongod again, on the same port, when something other than the hub ended it."""

    def __init__(self, home: Home, binary: Path, running: Mongod) -> None:
        self.running = running
        self._home = home
        self._binary = binary

    async def keep(self) -> None:
        """Runs until cancelled."""
        while True:
            while self.running.is_running():  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(_LOOK_EVERY_S)
            structlog.get_logger().error("mongod_ended", pid=self.running.pid, log=str(self._home.log))
            await self._start_again()

    async def _start_again(self) -> None:
        while True:
            try:
                deadline_s = monotonic_s() + START_TIMEOUT_S
                started = await _start(self._home, self._binary, self.running.port, deadline_s)
            except MongoUnavailable as error:
                structlog.get_logger().error("mongod_not_started", reason=str(error))
                started = None
            if started is not None:
                self.running = started
                return
            await asyncio.sleep(_AGAIN_AFTER_S)
