"""The contract runner as a process: its report comes whole, or a sentence says why there is none; it never outlives its time."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.clock import Tasks, monotonic_s
from hub.verifying import process
from hub.verifying.process import Job, RunFailed, run

TOKEN = "a-credentials-token-of-the-tests"
Steps = list[tuple[int, int, str]]


def job(limit_s: float = 5.0) -> Job:
    """A run that nobody answers."""
    return Job(
        role="CPO",
        versions_url="http://127.0.0.1:9/versions",
        token=TOKEN,
        mode="observe",
        party="NL*CPA",
        us="NL*HUB",
        agreed=("NL-CPA-CPO",),
        modules=(),
        listen="127.0.0.1:0",
        callback_url="",
        public_only=False,
        limit_s=limit_s,
    )


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a shell script stand where the runner is."""

    def put(script: str) -> None:
        path = tmp_path / "runner"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr("hub.verifying.process.sys.executable", str(path))

    return put


async def failure(steps: Steps | None = None, limit_s: float = 5.0) -> str:
    """What is said of a run without a report."""
    with pytest.raises(RunFailed) as failed:
        await run(job(limit_s), lambda *step: (steps if steps is not None else []).append(step))
    return str(failed.value)


async def test_a_platform_that_is_away_still_ends_in_a_report() -> None:
    """The real runner: nobody answers, no module is green, and the token is nowhere in the report."""
    steps: Steps = []
    report = await run(job(), lambda *step: steps.append(step))

    assert not report["ok"]
    assert steps
    assert TOKEN not in str(report)


async def test_the_token_is_in_no_list_of_processes(pretend: Callable[[str], None]) -> None:
    """It comes by a variable, and nothing of the hub's own settings comes with it."""
    os.environ["HUB_SECRET_OF_THE_TESTS"] = "secret"
    try:
        pretend('echo "$* / $OCPI_TOKEN / $HUB_SECRET_OF_THE_TESTS /" >&2; exit 3')
        said = await failure()
    finally:
        del os.environ["HUB_SECRET_OF_THE_TESTS"]

    words, token, secret = (part.strip() for part in said.split(" / "))
    assert "ended with exit code 3" in words
    assert "--role CPO" in words
    assert TOKEN not in words
    assert (token, secret) == (TOKEN, "/")


async def test_the_last_word_of_a_failed_run_is_told(pretend: Callable[[str], None]) -> None:
    """Progress is passed on, whatever else is on stderr; the last other line says why there is no report."""
    pretend(
        'echo \'{"done": 1, "of": 2, "next": "VER-02"}\' >&2; echo \'{"done": "x"}\' >&2; echo it broke >&2; exit 4'
    )
    steps: Steps = []

    assert await failure(steps) == "the contract runner ended with exit code 4: it broke"
    assert steps == [(1, 2, "VER-02")]


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"results"', "nonsense"])
async def test_what_is_no_report_is_none(pretend: Callable[[str], None], said: str) -> None:
    """Half a report, another shape or nothing: no verdict comes of it."""
    pretend(f"printf '%s' '{said}'")

    assert await failure() == "the contract runner ended with exit code 0: it said nothing"


async def test_a_line_without_end_is_left_out(pretend: Callable[[str], None]) -> None:
    """A megabyte on stderr without a line break costs its bytes, not the run."""
    pretend("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo '{\"results\": []}'")

    assert await run(job(), lambda *_: None) == {"results": []}


async def test_an_endless_report_is_cut(pretend: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """More than its bound is no report, and the process is ended with all its children."""
    monkeypatch.setattr(process, "_REPORT_MAX_BYTES", 100_000)
    pretend('yes "$$" & echo $! > "$0.child"; wait')

    assert await failure() == "the contract runner's report is too large"


async def test_a_run_that_hangs_is_ended(
    pretend: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of its time the process is killed, and so is what it started."""
    monkeypatch.setattr(process, "_BEYOND_LIMIT_S", 0.2)
    pretend('sleep 300 & echo $! > "$0.child"; wait')
    began_s = monotonic_s()

    assert await failure(limit_s=0.3) == "the contract runner did not end in its time"
    assert monotonic_s() - began_s < 60
    assert await gone(int((tmp_path / "runner.child").read_text()))


async def test_who_stops_waiting_stops_the_run(pretend: Callable[[str], None], tmp_path: Path) -> None:
    """A cancelled question leaves no process behind."""
    pretend('echo $$ > "$0.child"; echo \'{"done": 0, "of": 1, "next": "VER-01"}\' >&2; exec sleep 300')
    started = asyncio.Event()
    tasks = Tasks()
    running = tasks.spawn(run(job(), lambda *_: started.set()), "run")
    await started.wait()
    await tasks.close()

    assert running.cancelled()
    assert await gone(int((tmp_path / "runner.child").read_text()))


async def gone(pid: int) -> bool:
    """Wait for a process to be no more, or only a name that nobody has asked after yet."""
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
    return True
