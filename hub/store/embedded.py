"""A private mongod for a hub without a database of its own: a one-node replica set on loopback, gone when the hub ends.

It runs in its own session, so that a killed hub leaves it whole; the next hub on the same folder adopts it, or replaces it when
it is not what this hub would start.
"""

import asyncio
import fcntl
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pymongo.errors import PyMongoError

from hub.clock import monotonic_s
from hub.store.driver import Client, close_client, open_client
from hub.store.errors import MongoUnavailable
from hub.store.mongod_binary import explain_exit, explain_refusal, find_mongod

REPLICA_SET = "hub"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
ADOPT_TIMEOUT_S = 10.0
_POLL_S = 0.01
_EXIT_ADDRESS_IN_USE = 48
_EXIT_FOLDER_IN_USE = 100


@dataclass(frozen=True, slots=True)
class _Home:
    """Where the private mongod lives: `data`, its log, its key and the lock of the hub that owns it."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "mongod.log"

    @property
    def output(self) -> Path:
        return self.folder / "mongod.out"

    @property
    def key(self) -> Path:
        return self.folder / "mongod.key"

    @property
    def lock(self) -> Path:
        return self.folder / "hub.lock"


@dataclass(frozen=True, slots=True)
class _Mongod:
    """One running mongod; `process` is None when an earlier hub started it."""

    pid: int
    port: int
    process: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        return bool(_command_line(self.pid))


@asynccontextmanager
async def private_mongod(data_path: Path, mongod: str = "") -> AsyncIterator[str]:
    """Run a private mongod with its data under `data_path`/mongodb and yield its URL, which holds its password.

    `mongod` is the setting HUB_MONGOD. Raises MongoUnavailable with a sentence that says what to do: no binary, a missing
    library, an unusable folder, or another hub on the same folder.
    """
    binary = find_mongod(mongod)
    home = _prepare(data_path)
    with _owned(home):
        _write_key(home)
        running = await _adopt_or_start(home, binary)
        try:
            yield _url(home, running.port) + f"&replicaSet={REPLICA_SET}"
        finally:
            await _stop(running)


def free_port() -> int:
    """Return a loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _prepare(data_path: Path) -> _Home:
    folder = data_path.absolute() / "mongodb"
    home = _Home(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        home.data.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise MongoUnavailable(
            f"the hub cannot keep its database in {folder} ({error.strerror}): set HUB_DATA_DIR to a folder that it may write"
        ) from None
    return home


def _write_key(home: _Home) -> None:
    """Write the password at the first start, in one step: a kill leaves none or a whole one."""
    if home.key.exists():
        return
    draft = home.key.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    draft.replace(home.key)


@contextmanager
def _owned(home: _Home) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when this process ends, however it ends."""
    with home.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise MongoUnavailable(
                f"another hub already runs on {home.folder.parent}: stop it, or give this one its own HUB_DATA_DIR"
            ) from None
        yield


async def _adopt_or_start(home: _Home, binary: Path) -> _Mongod:
    deadline_s = monotonic_s() + START_TIMEOUT_S
    while True:
        running = await _adopt(home, binary) or await _start(home, binary, deadline_s)
        if running is not None:
            return running
        if monotonic_s() > deadline_s:
            raise MongoUnavailable(f"mongod did not start within {START_TIMEOUT_S:.0f} s: look into {home.log}")
        await asyncio.sleep(_POLL_S)


async def _adopt(home: _Home, binary: Path) -> _Mongod | None:
    """Take over what a killed hub left on this folder, if it answers and is what we would start; else end it."""
    left = _left_running(home)
    if left is None:
        return None
    if _command_line(left.pid) == _command(home, binary, left.port):
        try:
            async with asyncio.timeout(ADOPT_TIMEOUT_S):
                await _become_primary(home, left.port)
        except (TimeoutError, PyMongoError):
            _signal(left, signal.SIGKILL)
        else:
            return left
    await _stop(left)
    return None


def _left_running(home: _Home) -> _Mongod | None:
    """The mongod that its own lock file names, if that process still is a mongod on this very folder."""
    try:
        pid = int((home.data / "mongod.lock").read_text())
    except (OSError, ValueError):
        return None
    command = _command_line(pid)
    values = dict(pairwise(command))
    port = values.get("--port", "")
    if values.get("--dbpath") != str(home.data) or not port.isdecimal():
        return None
    return _Mongod(pid, int(port))


async def _start(home: _Home, binary: Path, deadline_s: float) -> _Mongod | None:
    """Start one and make it primary; None when its port or its folder was taken at the same moment: try again."""
    process = _spawn(home, binary, port := free_port())
    started = _Mongod(process.pid, port, process)
    try:
        async with asyncio.timeout(deadline_s - monotonic_s()):
            await _until(lambda: _listens_or_ended(started))
            if started.is_running():
                await _become_primary(home, port)
                return started
    except (TimeoutError, PyMongoError) as error:
        await _stop(started)
        if process.returncode != _EXIT_ADDRESS_IN_USE:
            raise MongoUnavailable(
                f"mongod started but is not usable ({type(error).__name__}): the reason is at the end of {home.log}"
            ) from None
    except BaseException:
        await _stop(started)
        raise
    if process.returncode in (_EXIT_ADDRESS_IN_USE, _EXIT_FOLDER_IN_USE):
        return None
    raise MongoUnavailable(explain_exit(binary, process.returncode, home.output, home.log))


def _spawn(home: _Home, binary: Path, port: int) -> subprocess.Popen[bytes]:
    with suppress(FileNotFoundError):
        home.log.replace(home.log.with_suffix(".log.1"))
    with home.output.open("wb") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - a binary that the operator chose, words of our own
                _command(home, binary, port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home.folder,
                start_new_session=True,
            )
        except OSError as error:
            raise MongoUnavailable(explain_refusal(binary, error)) from None


def _command(home: _Home, binary: Path, port: int) -> list[str]:
    options = {
        "--dbpath": home.data,
        "--port": port,
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--keyFile": home.key,
        "--logpath": home.log,
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "256",
    }
    parameters = (
        "enableLocalhostAuthBypass=false",
        "diagnosticDataCollectionEnabled=false",
        "shutdownTimeoutMillisForSignaledShutdown=100",
    )
    written = [str(word) for option in options.items() for word in option]
    return [str(binary), *written, "--nounixsocket", "--quiet", *(w for p in parameters for w in ("--setParameter", p))]


def _command_line(pid: int) -> list[str]:
    """The words that started process `pid`; none when it is gone (or a zombie), or the system has no /proc."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def _url(home: _Home, port: int) -> str:
    """As the internal user that a replica set's key opens: nobody else on this machine has a way in."""
    return f"mongodb://__system:{home.key.read_text()}@127.0.0.1:{port}/?authSource=local"


async def _until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Wait for another process, which has no event to wait for."""
    while not await reached():  # noqa: ASYNC110
        await asyncio.sleep(_POLL_S)


async def _listens_or_ended(started: _Mongod) -> bool:
    if not started.is_running():
        return True
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", started.port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_primary(client: Client) -> bool:
    return bool((await client.admin.command("hello"))["isWritablePrimary"])


async def _has_ended(running: _Mongod) -> bool:
    return not running.is_running()


async def _become_primary(home: _Home, port: int) -> None:
    client = open_client(_url(home, port), directConnection=True, serverSelectionTimeoutMS=int(ADOPT_TIMEOUT_S * 1000))
    try:
        await _configure(client, f"127.0.0.1:{port}")
        await _until(lambda: _is_primary(client))
    finally:
        await close_client(client)


async def _configure(client: Client, host: str) -> None:
    """Make the replica set, or tell the one that is there its new port."""
    config = await client["local"]["system.replset"].find_one()
    if config is None:
        members = [{"_id": 0, "host": host}]
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    elif config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)


async def _stop(running: _Mongod) -> None:
    """Ask it to shut down cleanly, wait, and end it when it does not; its journal covers that."""
    _signal(running, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await _until(lambda: _has_ended(running))
    except TimeoutError:
        _signal(running, signal.SIGKILL)
        await _until(lambda: _has_ended(running))


def _signal(running: _Mongod, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(running.pid, number)
