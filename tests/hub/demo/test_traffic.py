"""`hubctl demo` without --once: traffic scrolls, everything that it prints works, faults are switched, ^C ends all."""

import asyncio
import json
import os
import re
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.hub.demo.playing import HUBCTL, SMALL, Playing, alive, demo, descendants, left_in

SHOWS = re.compile(r"  (?P<shows>\S.*?)  +(?P<command>(?:export|hubctl|curl) .*)")
FOLLOWS_S = 6.0


@pytest.fixture(scope="module")
async def playing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Playing]:
    """A small demonstration whose traffic scrolls, at a port beside one that is taken."""
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    async with taken, demo(tmp_path_factory.mktemp("demo"), port, *SMALL) as started:
        await started.line(lambda line: "sessions/" in line)
        yield started


def printed(playing: Playing) -> dict[str, str]:
    """What it said can be tried: command by what that shows."""
    found = (SHOWS.fullmatch(line) for line in playing.lines)
    return {one["shows"]: one["command"] for one in found if one}


async def paste(playing: Playing, command: str, timeout_s: float = 30.0) -> tuple[int, str]:
    """Exit code and output of a command line after the first one was pasted; ^C after `timeout_s`."""
    export = next(line for line in printed(playing).values() if line.startswith("export HUB_DATA_DIR"))
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"{export}\n{command}"),
        stdout=PIPE,
        stderr=PIPE,
        env=playing.environment,
        start_new_session=True,
    )
    interrupt = asyncio.get_running_loop().call_later(timeout_s, shell.send_signal, signal.SIGINT)
    output, errors = await shell.communicate()
    interrupt.cancel()
    assert shell.returncode is not None
    return shell.returncode, output.decode() + errors.decode()


async def test_a_taken_port_is_told_and_the_next_one_used(playing: Playing) -> None:
    """Rule (d): it takes the next and says so."""
    told = next(line for line in playing.lines if line.startswith("! port "))
    wanted, used = (int(number) for number in re.findall(r"\d+", told))

    assert used > wanted
    assert any(f"http://127.0.0.1:{used}/ocpi/versions" in line for line in playing.lines)


async def test_every_printed_command_works(playing: Playing) -> None:
    """Rule (a): each line is pasted into a shell; what follows traffic is ended with ^C."""
    commands = printed(playing)
    results = {}
    for command in commands.values():
        follows = "traffic tail" in command or "hubctl watch" in command
        results[command] = await paste(playing, command, FOLLOWS_S if follows else 30.0)

    assert len(commands) >= 11
    wrong = {command: said for command, (code, said) in results.items() if code not in {0, 130}}
    assert wrong == {}
    assert "sessions" in results[commands["sessions as they run"]][1]
    stations = json.loads(results[commands["a station, as MapApp asks"]][1])
    assert (stations["status_code"], len(stations["data"])) == (1000, 1)


async def test_the_pages_open_signed_in(playing: Playing) -> None:
    """The addresses that it prints: the operations page takes its token, the app's token finds stations."""
    urls = dict(re.findall(r"(http://\S+/)#token=(\S+)", "\n".join(playing.lines)))
    (page, docs) = urls
    async with ClientSession() as http:
        async with http.post(f"{page}session", json={"token": urls[page]}) as answer:
            assert answer.status == 200
        headers = {"Authorization": f"Bearer {urls[docs]}"}
        url = docs.replace("/docs/", "/apps/v1/locations?near=46.6,2.4&radius_m=250000&limit=1")
        async with http.get(url, headers=headers) as answer:
            assert (answer.status, len((await answer.json())["locations"])) == (200, 1)


async def test_the_next_steps_of_the_three_readers_work(playing: Playing) -> None:
    """Rule (e): the commands among them can be pasted, the pages exist."""
    readers = ("I am a CPO or eMSP engineer", "I build an app", "I run the hub")
    steps = [line for line in playing.lines if line.startswith(readers)]
    commands = re.findall(r"hubctl [a-z]+ --help", "\n".join(steps))

    assert len(steps) == 3
    assert [(await paste(playing, command))[0] for command in commands] == [0, 0]
    root = Path(__file__).parents[3]
    assert _missing(root, re.findall(r"(?:\w+/)?[\w-]+\.(?:md|json)", "\n".join(steps))) == []


def _missing(root: Path, pages: list[str]) -> list[str]:
    return [page for page in pages if not (root / page).is_file()]


async def test_a_partner_that_is_down_goes_offline_and_comes_back(playing: Playing) -> None:
    """`demo fault` finds the demonstration, and says what the hub did: OFFLINE with the request that failed; CONNECTED."""
    _, down = await paste(playing, "hubctl demo fault FR-MOB down --json")
    _, healed = await paste(playing, "hubctl demo fault Mobilité none --json")

    assert (json.loads(down)["party"], json.loads(down)["status"]) == ("FR*MOB", "OFFLINE")
    assert json.loads(down)["legs"][-1]["http_status"] == 0
    assert json.loads(healed)["status"] == "CONNECTED"


async def test_other_faults_show_the_request_that_met_them(playing: Playing) -> None:
    """HTTP 500 from a partner is what the hub was answered; the partner stays CONNECTED."""
    code, said = await paste(playing, "hubctl demo fault NL-EMA 500")
    healed, _ = await paste(playing, "hubctl demo fault NL-EMA none")

    assert (code, healed) == (0, 0)
    assert "HubClientInfo  CONNECTED" in said
    assert "500/3000" in said


async def test_an_unknown_party_is_not_found(playing: Playing) -> None:
    """Exit code 3, one sentence, and the nearest name."""
    code, said = await paste(playing, "hubctl demo fault FR-MOP down")

    assert code == 3
    assert said.splitlines() == [
        "No partner 'FR-MOP' in this demo. Did you mean 'FR*MOB'?",
        "Try: hubctl demo fault FR-MOB down",
    ]


async def test_an_interrupt_ends_everything(playing: Playing) -> None:
    """^C: a summary, exit code 0, no process and no file left. It is the last test: the others need what it ends."""
    started = descendants(playing.process.pid)
    playing.process.send_signal(signal.SIGINT)
    exit_code = await playing.end()

    assert exit_code == 0
    assert any(
        re.search(r"\d+ requests · p95 \d+ ms · \d+ faults .*\d+ of \d+ CDRs reconciled", line)
        for line in playing.lines
    )
    assert len(started) >= 6
    assert alive(started) == set()
    assert left_in(Path(playing.environment["TMPDIR"])) == []


async def test_it_ends_by_itself_with_every_cdr_reconciled(tmp_path: Path, free_port: int) -> None:
    """Rule (b): `--for` counts from the first message, every session that began has its CDR, and the exit code is 0."""
    async with demo(tmp_path, free_port, *SMALL, "--for", "4s", "--speed", "60x") as playing:
        exit_code = await playing.end()
    summary = next(line for line in playing.lines if "requests · p95" in line)
    sessions, reconciled, cdrs = map(int, re.findall(r"(\d+) sessions · (\d+) of (\d+) CDRs reconciled", summary)[0])

    assert exit_code == 0
    assert sessions == reconciled == cdrs > 0
    assert " 0 faults " in summary


async def test_it_ends_when_nobody_reads_on(tmp_path: Path, free_port: int) -> None:
    """`hubctl demo | head` ends as with ^C, without a traceback."""
    command = f"{HUBCTL} demo --port {free_port} {' '.join(SMALL)} | head -n 20"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    shell = await asyncio.create_subprocess_exec("bash", "-c", command, stdout=PIPE, stderr=PIPE, env=environment)
    async with asyncio.timeout(60):
        output, errors = await shell.communicate()

    assert len(output.splitlines()) == 20
    assert errors.decode().splitlines()[-1].startswith("✓ end")
    assert left_in(tmp_path) == []


async def test_an_interrupt_at_the_start_leaves_nothing(tmp_path: Path, free_port: int) -> None:
    """Before there is anything to sum up: exit code 130, everything gone."""
    async with demo(tmp_path, free_port, *SMALL) as playing:
        await playing.line(lambda line: line.startswith("✓ hub"))
        started = descendants(playing.process.pid)
        playing.process.send_signal(signal.SIGTERM)
        exit_code = await playing.end()

    assert exit_code == 130
    assert alive(started) == set()
    assert left_in(tmp_path) == []


async def test_a_killed_demonstration_takes_its_processes_along(tmp_path: Path, free_port: int) -> None:
    """Nothing runs on after kill -9, and the next demonstration removes the folder."""
    async with demo(tmp_path, free_port, *SMALL) as playing:
        await playing.line(lambda line: "sessions/" in line)
        started = descendants(playing.process.pid)
        playing.process.kill()
        await playing.end()
    async with asyncio.timeout(30):
        while alive(started):  # noqa: ASYNC110 - no event of another process can be awaited
            await asyncio.sleep(0.05)
    left = left_in(tmp_path)
    code, said = await _fault(playing)

    assert len(left) == 1
    assert (code, said) == (1, "No demo is running.\nTry: hubctl demo\n")
    async with demo(tmp_path, free_port, *SMALL, "--once") as again:
        await again.line(lambda line: line.startswith("✓ hub"))
        assert left[0] not in left_in(tmp_path)


async def _fault(playing: Playing) -> tuple[int, str]:
    asked = await asyncio.create_subprocess_exec(
        *(HUBCTL, "demo", "fault", "NL-EMA", "down"), stdout=PIPE, stderr=PIPE, env=playing.environment
    )
    output, errors = await asked.communicate()
    assert asked.returncode is not None
    return asked.returncode, output.decode() + errors.decode()
