"""Mongods of one replica set, each of which can be killed, frozen, stepped down and told to fail."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError

from hub.clock import monotonic_s
from hub.store.driver import Client, close_client, open_client
from hub.store.mongod_binary import find_mongod
from tests.faults.ports import quiet_port

ELECTION_MS = 2_000
READY_S = 60.0
_NAME = "proof"
_MEMBERS = 3


class Member:
    """One mongod."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.port = quiet_port()
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "data").mkdir(parents=True)

    def start(self) -> None:
        """Start it on its port and folder."""
        command = [
            str(find_mongod()),
            *("--dbpath", str(self._folder / "data"), "--logpath", str(self._folder / "log"), "--logappend"),
            *("--port", str(self.port), "--bind_ip", "127.0.0.1", "--replSet", _NAME, "--nounixsocket", "--quiet"),
            *("--wiredTigerCacheSizeGB", "0.25", *(self._options or ("--oplogSize", "128"))),
            *("--setParameter", "enableTestCommands=1", "--setParameter", "diagnosticDataCollectionEnabled=false"),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    @property
    def running(self) -> bool:
        """It has not ended."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        assert self._process is not None
        os.kill(self._process.pid, number)

    async def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self.send(signal.SIGKILL)
        await asyncio.to_thread(self._process.wait)

    def end(self) -> None:
        """Leave nothing running."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()


class ReplicaSet:
    """Its members, and who is primary."""

    def __init__(self, folder: Path, members: int, options: Sequence[str]) -> None:
        self.members = [Member(folder / str(number), options) for number in range(members)]

    @property
    def url(self) -> str:
        """For HUB_MONGODB_URL."""
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={_NAME}"

    async def initiate(self) -> None:
        """Make the set and wait for its primary."""
        members = [{"_id": number, "host": f"127.0.0.1:{one.port}"} for number, one in enumerate(self.members)]
        settings = {"electionTimeoutMillis": ELECTION_MS}
        config = {"_id": _NAME, "members": members, "settings": settings}
        await _until(lambda: self._ask(self.members[0], {"replSetInitiate": config}))
        await self.primary()

    async def primary(self) -> Member:
        """The member that takes writes, as soon as there is one."""
        began_s = monotonic_s()
        while monotonic_s() - began_s < READY_S:
            for member in self.members:
                said = await self._ask(member, {"hello": 1})
                if said and said["isWritablePrimary"]:
                    return member
            await asyncio.sleep(0.05)
        raise RuntimeError("the replica set has no primary")

    async def whole(self) -> None:
        """Wait until every member is primary or a secondary that caught up."""
        began_s = monotonic_s()
        while monotonic_s() - began_s < READY_S:
            said = await self._ask(await self.primary(), {"replSetGetStatus": 1})
            states = [one["stateStr"] for one in said["members"]] if said else []
            if sorted(states) == ["PRIMARY", *["SECONDARY"] * (len(self.members) - 1)]:
                return
            await asyncio.sleep(0.1)
        raise RuntimeError("the replica set did not become whole again")

    async def step_down(self, *, force: bool) -> None:
        """Have the primary step down; who did so before may be elected again, which MongoDB else refuses for 20 s."""
        for member in self.members:
            await self._ask(member, {"replSetFreeze": 0})
        await self._ask(await self.primary(), {"replSetStepDown": 20, "secondaryCatchUpPeriodSecs": 5, "force": force})

    async def fail_command(self, mode: Any, **data: Any) -> None:
        """Set the fail point `failCommand` on the primary; `mode` is `off`, or `{"times": n}`."""
        member = await self.primary()
        said = await self._ask(member, {"configureFailPoint": "failCommand", "mode": mode, "data": data})
        if said is None:
            raise RuntimeError("the fail point was not set")

    async def _ask(self, member: Member, command: dict[str, Any]) -> dict[str, Any] | None:
        client: Client = open_client(
            f"mongodb://127.0.0.1:{member.port}",
            directConnection=True,
            serverSelectionTimeoutMS=1000,
            socketTimeoutMS=8000,
        )
        try:
            return dict(await client.admin.command(command))
        except PyMongoError:
            return None
        finally:
            await close_client(client)


async def _until(ask: Any) -> None:
    began_s = monotonic_s()
    while await ask() is None:
        if monotonic_s() - began_s > READY_S:
            raise RuntimeError("a mongod does not answer")
        await asyncio.sleep(0.1)


@asynccontextmanager
async def replica_set(folder: Path, members: int = _MEMBERS, *options: str) -> AsyncIterator[ReplicaSet]:
    """So many members that are one set; `options` instead of an oplog of 128 MB."""
    made = ReplicaSet(folder, members, options)
    try:
        for member in made.members:
            member.start()
        await made.initiate()
        await made.whole()
        yield made
    finally:
        for member in made.members:
            member.end()
