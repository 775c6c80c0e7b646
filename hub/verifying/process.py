"""Runs the contract suite in a process of its own: a hostile partner costs that process its time and memory, not the hub.

The runner needs no hub and knows none; it is the same that partners run themselves (contracts/README.md).
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from hub.clock import Tasks

TOKEN_VARIABLE = "OCPI_TOKEN"  # noqa: S105 - a variable's name
PATIENCE = 1.0
"""How long the pauses of checks are, as a share of what the suite says."""
_BEYOND_LIMIT_S = 30.0
_LAST_WORDS_S = 5.0
_REPORT_MAX_BYTES = 32 * 1024 * 1024
_LINE_MAX_BYTES = 64 * 1024
Progress = Callable[[int, int, str], None]
"""Checks done, of how many, and which one is next."""


class RunFailed(Exception):
    """The runner gave no report; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be judged, and as whom."""

    role: str
    versions_url: str
    token: str = field(repr=False)
    mode: str
    party: str
    us: str
    agreed: Sequence[str]
    """Who the platform may speak for: `NL-CPA-CPO`."""
    modules: Sequence[str]
    listen: str
    callback_url: str
    public_only: bool
    limit_s: float

    def words(self) -> list[str]:
        """The command line, without the token."""
        words = [
            *("run", "--role", self.role, "--versions-url", self.versions_url, "--mode", self.mode),
            *("--party", self.party, "--as", self.us, "--listen", self.listen, "--callback-url", self.callback_url),
            *("--limit", f"{self.limit_s:g}", "--patience", f"{PATIENCE:g}", "--json", "--progress-json"),
        ]
        for option, values in (("--module", self.modules), ("--agreed", self.agreed)):
            words += [word for value in values for word in (option, value)]
        return [*words, "--public-only"] if self.public_only else words


async def run(job: Job, progress: Progress) -> dict[str, Any]:
    """The report of one run; raises RunFailed."""
    gently = [nice, "-n", "10"] if (nice := shutil.which("nice")) else []
    process = await asyncio.create_subprocess_exec(
        *(*gently, sys.executable, "-m", "contracts", *job.words()),
        env={**_plain_environment(), TOKEN_VARIABLE: job.token},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LINE_MAX_BYTES,
        start_new_session=True,
    )
    following = Tasks()
    try:
        async with asyncio.timeout(job.limit_s + _BEYOND_LIMIT_S):
            said = following.spawn(_follow(process, progress), "contract run")
            report: dict[str, Any] | None = await _read_report(process)
            last: str = await said
            await process.wait()
    except TimeoutError:
        raise RunFailed("the contract runner did not end in its time") from None
    finally:
        await following.close()
        if process.returncode is None:
            await _kill(process)
    if report is None:
        raise RunFailed(
            f"the contract runner ended with exit code {process.returncode}: {last[-300:] or 'it said nothing'}"
        )
    return report


async def _kill(process: asyncio.subprocess.Process) -> None:
    """End it and all that it started; what is still in its pipes is read, or nobody would learn that it has ended."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_S):
            await process.communicate()


def _plain_environment() -> dict[str, str]:
    """What a process needs to start: none of the hub's own settings and secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}


async def _read_report(process: asyncio.subprocess.Process) -> dict[str, Any] | None:
    assert process.stdout is not None
    read = bytearray()
    while part := await process.stdout.read(_LINE_MAX_BYTES):
        read += part
        if len(read) > _REPORT_MAX_BYTES:
            raise RunFailed("the contract runner's report is too large")
    try:
        report = orjson.loads(read)
    except orjson.JSONDecodeError:
        return None
    return dict(report) if isinstance(report, dict) and "results" in report else None


async def _follow(process: asyncio.subprocess.Process, progress: Progress) -> str:
    """Tell how far it is; returns the last line that was no progress."""
    assert process.stderr is not None
    said = ""
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:  # a line beyond all bounds
            continue
        if not line:
            return said
        try:
            step = orjson.loads(line)
            progress(int(step["done"]), int(step["of"]), str(step["next"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            said = line.decode(errors="replace").strip() or said
