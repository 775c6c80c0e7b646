"""`hubctl demo --once`: the whole story over real HTTP between real processes, and what becomes of it when one dies."""

import json
import os
import signal
from pathlib import Path

from tests.hub.demo.playing import SMALL, alive, command_of, demo, descendants, left_in

STEPS = [
    *("hub", "handshake", "tokens", "stations", "near", "agree", "authorize", "start", "session", "stop", "cdr"),
    *("checked", "mistake"),
    *("outage", "meanwhile", "recovery", "end"),
]


async def test_the_story_is_played_to_its_end(tmp_path: Path, free_port: int) -> None:
    """The outcome in one piece: 17 handshakes, 5,571 stations at both eMSPs, a session with its CDR, a partner that
    was away and gets the current object once; nothing is left afterwards.
    """
    async with demo(tmp_path, free_port, "--once", "--json") as playing:
        exit_code = await playing.end()
    report = json.loads(playing.lines[-1])

    assert (exit_code, report["failure"]) == (0, "")
    assert [step["name"] for step in report["steps"] if step["ok"]] == STEPS
    said = {step["name"]: step["said"] for step in report["steps"]}
    assert said["handshake"].startswith("17 of 17")
    assert said["stations"] == "5,571 of 5,571 arrived at each of 2 eMSPs"
    assert "free from 50 kW, live" in said["near"]
    assert said["cdr"].endswith("reconciles")
    assert "incl. VAT too" in said["checked"]
    assert said["mistake"].startswith("2001, not carried: the operator charges FLAT in each period; stated ")
    assert "once, by PUT" in said["recovery"]
    assert report["duration_s"] >= sum(step["duration_s"] for step in report["steps"])
    assert left_in(tmp_path) == []


async def test_a_step_whose_process_dies_fails_with_a_sentence(tmp_path: Path, free_port: int) -> None:
    """The table shows which step failed and why, the exit code is 1, and the rest is taken down all the same."""
    async with demo(tmp_path, free_port, "--once") as playing:
        await playing.line(lambda line: line.startswith("✓ handshake"))
        started = descendants(playing.process.pid)
        operators = next(pid for pid in sorted(started) if "hub.demo.company" in command_of(pid))
        os.kill(operators, signal.SIGKILL)
        exit_code = await playing.end()

    assert exit_code == 1
    assert playing.lines[-1].endswith("was ended by SIGKILL")
    failed = [line for line in playing.lines if line.startswith("✗ ")]
    assert len(failed) == 2, "one line while it is played, one in the table"
    assert alive(started) == set()
    assert left_in(tmp_path) == []


async def test_a_hub_that_is_killed_leaves_no_database(tmp_path: Path, free_port: int) -> None:
    """Its private mongod, which survives it so that the next hub can go on, ends with the demonstration."""
    async with demo(tmp_path, free_port, *SMALL) as playing:
        await playing.line(lambda line: "sessions/" in line)
        started = descendants(playing.process.pid)
        hub = next(pid for pid in sorted(started) if " serve " in command_of(pid))
        os.kill(hub, signal.SIGKILL)
        exit_code = await playing.end()

    assert exit_code == 1
    assert playing.lines[-1] == "hub was ended by SIGKILL"
    assert alive(started) == set()
    assert left_in(tmp_path) == []


async def test_a_hub_that_cannot_start_says_why(tmp_path: Path, free_port: int) -> None:
    """The sentence of `hubctl serve` is the demonstration's."""
    missing = str(tmp_path / "no-mongod")
    async with demo(tmp_path, free_port, "--once", *SMALL, HUB_MONGOD=missing) as playing:
        exit_code = await playing.end()

    assert exit_code == 1
    assert playing.lines[-1].startswith("hub: hub ended with exit code 1: ")
    assert missing in playing.lines[-1]
    assert "Traceback" not in "".join(playing.lines)
