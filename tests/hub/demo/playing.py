"""`hubctl demo` in a process of its own, as a person starts it, and what a test asks of it."""

import asyncio
import os
import sysconfig
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

HUBCTL = str(Path(sysconfig.get_path("scripts"), "hubctl"))
LINE_TIMEOUT_S = 300.0
SMALL = ("--stations", "15", "--cpos", "3")


@dataclass(slots=True)
class Playing:
    """A demonstration that runs; `lines` is everything that it said so far, on stdout and stderr."""

    process: Process
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)

    async def line(self, matches: Callable[[str], bool]) -> str:
        """Read on until a line that matches; fails with what was said when the demonstration ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_TIMEOUT_S):
            async for read in self.process.stdout:
                self.lines.append(read.decode().rstrip("\n"))
                if matches(self.lines[-1]):
                    return self.lines[-1]
        raise AssertionError("\n".join(self.lines))

    async def end(self) -> int:
        """Read to the end; returns the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_TIMEOUT_S):
            rest = await self.process.stdout.read()
            self.lines += rest.decode().splitlines()
            return await self.process.wait()


@asynccontextmanager
async def demo(folder: Path, port: int, *words: str, **variables: str) -> AsyncIterator[Playing]:
    """Start `hubctl demo` with its folder inside `folder`, and without settings of another hub; killed at the latest at
    the end of the block.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"TMPDIR": str(folder), "NO_COLOR": "1", **variables}
    process = await asyncio.create_subprocess_exec(
        *(HUBCTL, "demo", "--port", str(port), *words), stdout=PIPE, stderr=STDOUT, env=environment, limit=1 << 20
    )
    try:
        yield Playing(process, environment)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def descendants(pid: int) -> set[int]:
    """Process ids of everything that this process started, and what that started."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    """Those of them that still run."""
    return {pid for pid in pids if _state(pid) not in {"", "Z"}}


def left_in(folder: Path) -> list[str]:
    """What lies there."""
    return [entry.name for entry in folder.iterdir()]


def command_of(pid: int) -> str:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def _parent(entry: Path) -> int:
    fields = _stat(entry)
    return int(fields[1]) if fields else 0


def _state(pid: int) -> str:
    fields = _stat(Path(f"/proc/{pid}"))
    return fields[0] if fields else ""


def _stat(entry: Path) -> list[str]:
    """State, parent and so on; nothing when the process has ended."""
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
