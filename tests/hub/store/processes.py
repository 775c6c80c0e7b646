"""Looks at, kills and freezes the mongod of a data directory, for tests."""

import asyncio
import os
import signal
from pathlib import Path


def pid_of(data_path: Path) -> int:
    """The mongod that runs there."""
    return int((data_path / "mongodb" / "data" / "mongod.lock").read_text())


def is_running(pid: int) -> bool:
    """Tell whether there is such a process, frozen ones included, zombies not."""
    return _state(pid) not in {"", "Z", "X"}


async def kill(pid: int) -> None:
    """kill -9, and wait until it is dead."""
    os.kill(pid, signal.SIGKILL)
    await _until(pid, {"", "Z", "X"})


async def freeze(pid: int) -> None:
    """Stop it where it is, and wait until it is: SIGCONT lets it go on."""
    os.kill(pid, signal.SIGSTOP)
    await _until(pid, {"T"})


async def _until(pid: int, states: set[str]) -> None:
    async with asyncio.timeout(10):
        while _state(pid) not in states:  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.005)


def _state(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(")")[2].split()[0]
