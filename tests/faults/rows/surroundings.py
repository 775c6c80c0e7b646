"""REL-20, REL-21: the database's disk is full, and its oplog no longer has what a process has not seen."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hub.clock import monotonic_s
from hub.store.driver import close_client, open_client
from tests.faults.hubs import HubProcess
from tests.faults.load import Load
from tests.faults.owner import until
from tests.faults.partner import FastPartner
from tests.faults.replica_set import ReplicaSet, replica_set
from tests.faults.report import CannotRun, Figure, Row
from tests.faults.stage import Stage, World, receiver_party, world

RECEIVERS = 2
RATE_PER_S = 60.0
_DISK_MIB = 400
_OPLOG_MIB = 16
_ROLLS_SOON = ("--syncdelay", "1", "--setParameter", "minSnapshotHistoryWindowInSeconds=1")
"""An oplog is cut back to the last checkpoint at most, and no further than its history is promised."""
_ROLLED_WITHIN_S = 60.0
_RECOVERED_WITHIN_S = 60.0
_MIB = 2**20


async def rel_20(stage: Stage) -> Row:
    """A file system of its own for mongod, filled to the last byte, and freed."""
    full_s = stage.size(8, 60)
    async with (
        _small_disk(stage.folder / "REL-20") as disk,
        replica_set(disk, 1, "--oplogSize", "64", "--syncdelay", "2") as database,
        world(stage, receivers=RECEIVERS, mongodb_url=database.url) as played,
    ):
        load = Load(played.owner, RATE_PER_S, stage.seed)
        await asyncio.sleep(2)
        filler = disk / "filler"
        refused_before = sum(played.owner.refusals.values())
        await asyncio.to_thread(_fill, filler)
        await asyncio.sleep(full_s)
        refused = sum(played.owner.refusals.values()) - refused_before
        ended = not database.members[0].running
        filler.unlink()
        freed_s, acknowledged_s = monotonic_s(), played.owner.acknowledged_s
        if ended:
            database.members[0].start()
        recovered_s = await _acknowledges_again(played, acknowledged_s, freed_s)
        await asyncio.sleep(1)
        await load.stop()
        drained_s = await played.all_have_all(60)
        figures = [
            *played.promises(),
            Figure("pushes that were not acknowledged while the disk was full", refused, least=1),
            Figure("longest wait for any answer", max(played.owner.timing.latencies_ms) / 1000, "s", most=5.5),
            Figure("acknowledges again after there is room", recovered_s, "s", least=0, most=30.0),
            Figure("mongod ended by itself", ended),
            Figure("exceptions in the hub's log", played.hub.tracebacks(), most=0),
            Figure("all delivered after the last push", drained_s, "s", least=0),
            Figure("objects still owed in the database", await played.owed_in_store(), most=0),
        ]
        note = played.refusals()
    return Row(
        "REL-20",
        f"A mongod on a tmpfs of {_DISK_MIB} MiB that is filled to the last byte for {full_s} s under {RATE_PER_S:.0f} pushes/s, "
        "and freed; where mongod ends because of it, it is started again then. The hub is left alone.",
        figures,
        note=note,
    )


async def rel_21(stage: Stage) -> Row:
    """One of two hub processes stands still until the oplog has rolled past what it has seen."""
    pushes = stage.size(100, 1_000)
    async with (
        replica_set(stage.folder / "REL-21", 1, "--oplogSize", str(_OPLOG_MIB), *_ROLLS_SOON) as database,
        world(stage, receivers=RECEIVERS, hubs=2, mongodb_url=database.url) as played,
    ):
        behind, other = played.hubs
        played.owner.wires = lambda: [other.wire]
        for number in range(pushes):
            await played.owner.push(f"BEFORE{number}")
        await played.all_have_all(20)
        behind.send(signal.SIGSTOP)
        for number in range(pushes):
            await played.owner.push(f"GAP{number}")
        async with FastPartner(receiver_party(RECEIVERS), "EMSP", played.arrived) as newcomer:
            await other.join(newcomer)
            written_mib = await _roll(database)
            behind.send(signal.SIGCONT)
            await asyncio.sleep(3)
            told = _told(behind)
            await other.stop()
            played.owner.wires = lambda: [behind.wire]
            await behind.ready()
            before = newcomer.taken
            for number in range(pushes):
                await played.owner.push(f"AFTER{number}")
            drained_s = await played.all_have_all(30)
            await until(lambda: newcomer.taken - before >= pushes, 30)
            figures = [
                *played.promises(),
                Figure("written until the oplog had rolled", written_mib, "MiB", least=_OPLOG_MIB),
                Figure("streams of changes of which the process told that they were lost", _streams(told), least=4),
                Figure("told again after three seconds", len(_told(behind)) - len(told), most=0),
                Figure("exceptions in its log", behind.tracebacks(), most=0),
                Figure("pushes to one who joined meanwhile", newcomer.taken - before, least=pushes),
                Figure("all delivered by that process alone", drained_s, "s", least=0),
                Figure("objects still owed in the database", await played.owed_in_store(), most=0),
            ]
    return Row(
        "REL-21",
        f"Two hub processes on a mongod with an oplog of {_OPLOG_MIB} MiB. One stands still (SIGSTOP) while {pushes} objects are "
        "pushed through the other one, a partner registers, and so much is written that the oplog begins after it stood still; "
        f"then it goes on, the other one is stopped, and {pushes} more are pushed.",
        figures,
    )


@asynccontextmanager
async def _small_disk(folder: Path) -> AsyncIterator[Path]:
    """A tmpfs of its own; raises CannotRun where none may be mounted."""
    await asyncio.to_thread(folder.mkdir)
    said = await asyncio.to_thread(_run, "mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m", "tmpfs", str(folder))
    if said:
        raise CannotRun(f"needs a file system that can be filled, and root to mount it: {said}")
    try:
        yield folder
    finally:
        if said := await asyncio.to_thread(_run, "umount", "--lazy", str(folder)):
            raise RuntimeError(said)


def _run(*command: str) -> str:
    """What it complains of; empty when it did it."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.stderr.strip() or f"{command[0]}: exit code {ended.returncode}" if ended.returncode else ""


def _fill(file: Path) -> None:
    """Until nothing more can be written."""
    with file.open("wb", buffering=0) as filling:
        for piece in (_MIB, 4096):
            while _written(filling.fileno(), piece):
                pass


def _written(descriptor: int, size: int) -> bool:
    try:
        return os.write(descriptor, bytes(size)) == size
    except OSError:
        return False


async def _acknowledges_again(played: World, acknowledged_s: float, freed_s: float) -> float:
    """Seconds since there was room, or -1."""
    while played.owner.acknowledged_s <= max(acknowledged_s, freed_s):
        if monotonic_s() - freed_s > _RECOVERED_WITHIN_S:
            return -1.0
        await asyncio.sleep(0.02)
    return played.owner.acknowledged_s - freed_s


async def _roll(database: ReplicaSet) -> float:
    """Write until the oplog begins after now; returns the MiB. Raises RuntimeError when it does not."""
    client = open_client(database.url)
    try:
        oplog, filler = client["local"]["oplog.rs"], client["filler"]["pieces"]
        newest = await oplog.find_one(sort=[("$natural", -1)])
        assert newest is not None
        written_mib, until_s = 0.0, monotonic_s() + _ROLLED_WITHIN_S
        while True:
            first = await oplog.find_one(sort=[("$natural", 1)])
            if first is not None and first["ts"] > newest["ts"]:
                return written_mib
            if monotonic_s() > until_s:
                raise RuntimeError(f"the oplog did not roll after {written_mib:.0f} MiB")
            await filler.insert_many([{"piece": os.urandom(_MIB)} for _ in range(4)])
            written_mib += 4
    finally:
        await client.drop_database("filler")
        await close_client(client)


def _told(hub: HubProcess) -> list[str]:
    """Lines of its log that say so; it follows platforms, apps, tariffs and, from some minutes back, Locations."""
    return [line for line in hub.log().splitlines() if "CappedPositionLost" in line or "HistoryLost" in line]


def _streams(lines: list[str]) -> int:
    """How many different ones."""
    return len({json.loads(line)["event"] for line in lines})
