"""One private mongod as a process: where it lives, how it is started, recognised, made primary and stopped."""

import asyncio
import os
import secrets
import signal
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hub.store.driver import Client, close_client, open_client
from hub.store.errors import MongoUnavailable
from hub.store.mongod_binary import explain_refusal

REPLICA_SET = "hub"
ANSWER_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 30.0
_POLL_S = 0.01
_ENDED = ("", "Z", "X")
"""Gone, or dead and not yet waited for by its parent."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where the private mongod lives: its data, its log, its key and the lock of the hub that owns it."""

    folder: Path

    @property
    def data(self) -> Path:
        """The files of the database."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What mongod logs; the log of the start before is beside it."""
        return self.folder / "mongod.log"

    @property
    def output(self) -> Path:
        """What mongod, or the system that could not load it, wrote on its standard output and error."""
        return self.folder / "mongod.out"

    @property
    def key(self) -> Path:
        """The password of the database, made at the first start."""
        return self.folder / "mongod.key"

    @property
    def lock(self) -> Path:
        """Held by the hub that owns the folder."""
        return self.folder / "hub.lock"

    def url(self, port: int) -> str:
        """As the internal user that a replica set's key opens: nobody else on this machine has a way in."""
        return f"mongodb://__system:{self.key.read_text()}@127.0.0.1:{port}/?authSource=local"

    def write_key(self) -> None:
        """Write the password in one step: a kill leaves none or a whole one."""
        if self.key.exists():
            return
        draft = self.key.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        draft.replace(self.key)


@dataclass(frozen=True, slots=True)
class Mongod:
    """One mongod; `process` is None when an earlier hub started it."""

    pid: int
    port: int
    process: subprocess.Popen[bytes] | None = None

    def is_running(self) -> bool:
        """Tell whether it still is."""
        if self.process is not None:
            return self.process.poll() is None
        return _state(self.pid) not in _ENDED

    def was_started_by(self, command: list[str]) -> bool:
        """Tell whether these very words started it."""
        return _command_line(self.pid) == command

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it is gone: its number may be another program's by then."""
        if self.process is not None:
            self.process.send_signal(number)
        elif self.is_running():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def stop(self) -> None:
        """Ask it to shut down cleanly, wait, and end it when it does not; its journal covers that."""
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await _until(self._has_ended)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await _until(self._has_ended)

    async def _has_ended(self) -> bool:
        return not self.is_running()

    async def listens_or_ended(self) -> None:
        """Wait until something listens on its port, or it has ended."""
        await _until(self._listens_or_ended)

    async def _listens_or_ended(self) -> bool:
        if not self.is_running():
            return True
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


def left_running(home: Home) -> Mongod | None:
    """The mongod that its own lock file names, if that process still is a mongod on this very folder."""
    try:
        pid = int((home.data / "mongod.lock").read_text())
    except (OSError, ValueError):
        return None
    values = dict(pairwise(_command_line(pid)))
    port = values.get("--port", "")
    if values.get("--dbpath") != str(home.data) or not port.isdecimal():
        return None
    return Mongod(pid, int(port))


def spawn(home: Home, binary: Path, port: int) -> subprocess.Popen[bytes]:
    """Start one in a session of its own: neither ^C at a terminal nor a kill of the hub ends it."""
    with suppress(FileNotFoundError):
        home.log.replace(home.log.with_suffix(".log.1"))
    with home.output.open("wb") as output:
        try:
            return subprocess.Popen(  # noqa: S603 - a binary that the operator chose, words of our own
                command(home, binary, port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home.folder,
                start_new_session=True,
            )
        except OSError as error:
            raise MongoUnavailable(explain_refusal(binary, error)) from None


def command(home: Home, binary: Path, port: int) -> list[str]:
    """The words that start it: quiet, small, on loopback, with a key.

    Files of dropped collections stay open until their history window and a checkpoint are past: both are short, or a process that
    drops many (a test run does) meets the system's limit of open files, at which a mongod ends.
    """
    options = {
        "--dbpath": home.data,
        "--port": port,
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--keyFile": home.key,
        "--logpath": home.log,
        "--wiredTigerCacheSizeGB": "0.25",
        "--oplogSize": "256",
        "--syncdelay": "10",
    }
    parameters = (
        "enableLocalhostAuthBypass=false",
        "diagnosticDataCollectionEnabled=false",
        "shutdownTimeoutMillisForSignaledShutdown=100",
        "minSnapshotHistoryWindowInSeconds=1",
    )
    written = [str(word) for option in options.items() for word in option]
    return [str(binary), *written, "--nounixsocket", "--quiet", *(w for p in parameters for w in ("--setParameter", p))]


def _command_line(pid: int) -> list[str]:
    """The words that started process `pid`; none when it is gone or ending, or the system has no /proc."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def _state(pid: int) -> str:
    """The letter of the state of process `pid`; empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[0]


async def become_primary(home: Home, port: int) -> None:
    """Make the one-node replica set, or tell the one that is there its new port, and wait until it takes writes."""
    timeout_ms = int(ANSWER_TIMEOUT_S * 1000)
    client = open_client(home.url(port), directConnection=True, serverSelectionTimeoutMS=timeout_ms)
    try:
        await _configure(client, f"127.0.0.1:{port}")
        await _until(lambda: _is_primary(client))
    finally:
        await close_client(client)


async def _configure(client: Client, host: str) -> None:
    config = await client["local"]["system.replset"].find_one()
    if config is None:
        members = [{"_id": 0, "host": host}]
        await client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    elif config["members"][0]["host"] != host:
        config["members"][0]["host"] = host
        config["version"] += 1
        await client.admin.command("replSetReconfig", config, force=True)


async def _is_primary(client: Client) -> bool:
    return bool((await client.admin.command("hello"))["isWritablePrimary"])


async def _until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Wait for another process, which has no event to wait for."""
    while not await reached():  # noqa: ASYNC110
        await asyncio.sleep(_POLL_S)
