"""The processes of a demonstration: started, watched, and ended in the opposite order."""

import asyncio
import json
import os
import select
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hub.clock import Tasks

STOP_TIMEOUT_S = 15.0
_LINES_SHOWN = 3


@dataclass(slots=True)
class Child:
    """One process; what it writes to stderr is in `log`."""

    name: str
    process: Process
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def last_words(self) -> str:
        """The end of its log in a sentence's length: what it said to people, else its last log line's event."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        spoken = [line for line in lines if not line.startswith("{")]
        if spoken:
            failed = any(line.startswith("Traceback") for line in spoken)
            return " ".join(spoken[-1:] if failed else spoken[-_LINES_SHOWN:])
        return str(json.loads(lines[-1]).get("event", "")) if lines else ""


class Processes:
    """Owns every child of a demonstration; one that ends by itself is a failure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: list[Child] = []
        self._tasks = Tasks()
        self._failure: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stopping = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def pids(self) -> list[int]:
        """Process ids in the order in which they were started."""
        return [child.pid for child in self._children]

    @property
    def failure(self) -> asyncio.Future[str]:
        """Done as soon as a child ended by itself, with a sentence."""
        return self._failure

    async def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str], stdin: bytes = b"") -> Child:
        """Start `command` in a session of its own (a terminal's ^C is for the demonstration alone), in its folder.

        With `stdin` the child is told that, and its stdout can be read.
        """
        log = self._folder / f"{name.replace(' ', '-')}.log"
        launcher = (sys.executable, "-m", "hub.demo.child", str(os.getpid()))
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *(*launcher, *command),
                stdin=PIPE if stdin else DEVNULL,
                stdout=PIPE if stdin else file,
                stderr=file,
                env=dict(env),
                cwd=self._folder,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        self._tasks.spawn(self._watch(child), f"watch {name}")
        if process.stdin is not None:
            process.stdin.write(stdin)
            await process.stdin.drain()
        return child

    async def stop(self) -> None:
        """End every child, the last one first, and wait until it is gone."""
        self._stopping = True
        while self._children:
            child = self._children.pop()
            if child.process.returncode is None:
                await _end(child.process)
        await self._tasks.close()

    async def _watch(self, child: Child) -> None:
        code = await child.process.wait()
        if not self._stopping and not self._failure.done():
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            said = child.last_words()
            self._failure.set_result(f"{child.name} {how}" + (f": {said}" if said else ""))


def kill_orphaned_mongod(folder: Path) -> None:
    """End the private mongod that a hub which was killed left in `folder`: the next hub there would adopt it, but here is
    none to come.
    """
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else [b""]
        except OSError:
            continue  # it has ended meanwhile, or is somebody else's
        if command[0].endswith(b"mongod") and any(word.startswith(f"{folder}/".encode()) for word in command):
            _kill_and_wait(int(entry.name))


def _kill_and_wait(pid: int) -> None:
    """SIGKILL for a process that is no child of ours."""
    descriptor = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        select.select([descriptor], [], [], STOP_TIMEOUT_S)
    finally:
        os.close(descriptor)


async def _end(process: Process) -> None:
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    except TimeoutError:
        process.kill()
        await process.wait()
