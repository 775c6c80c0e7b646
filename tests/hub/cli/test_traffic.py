"""hubctl traffic, against a running hub that carries messages."""

import asyncio
import signal
import sys

from hub.clock import now_utc
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.store.protocols import Leg, LegKind
from hub.wire.headers import CORRELATION_ID
from hub.wire.interface import Interface
from tests import words
from tests.operating import Operator
from tests.running import RunningHub


async def push(cpo: Cpo, correlation_id: str) -> None:
    """A directed push of a location to the eMSP."""
    peer, _ = cpo.registered()
    url = peer.endpoint("locations", Interface.RECEIVER) + "/NL/CPA/LOC1"
    answer = await cpo.call(
        "PUT",
        url,
        words.body(words.location()),
        to=words.EMSP,
        from_=words.CPO,
        headers={CORRELATION_ID: correlation_id},
    )
    assert answer.status_code == 1000


async def until_traced(operator: Operator, correlation_id: str) -> None:
    """Wait until both legs of a forward are written."""
    async with asyncio.timeout(10):
        while len((await operator.ask("GET", f"/traffic?correlation_id={correlation_id}")).json["legs"]) < 2:
            pass


async def test_both_legs_of_a_forward_on_one_line(running: RunningHub, operator: Operator) -> None:
    """A forward is one line: who, to whom, what, both statuses, the hub's own and the partner's milliseconds."""
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        await push(cpo, "c-1")
        await until_traced(operator, "c-1")

        tail = await operator.hubctl(
            "traffic", "tail", "--no-follow", "--partner", "DE-EMA", "--module", "locations,cdrs"
        )
        lines = await operator.hubctl("traffic", "tail", "--no-follow", "--correlation", "c-1", "--json")
        trace = await operator.hubctl("traffic", "trace", "c-1")

    (row,) = tail.rows
    assert row[1:8] == ["NL*CPA", "DE*EMA", "PUT", "locations/NL/CPA/LOC1", "201", "201", "1000"]
    assert row[9] == "c-1"
    assert len(lines.out.splitlines()) == 2
    assert trace.out.splitlines()[0].split("  ", 1)[1].startswith("NL*CPA ─PUT locations/NL/CPA/LOC1→ hub   201/1000")
    assert "└─→ DE*EMA   201/1000" in trace.out.splitlines()[1]


async def test_words_that_are_none(operator: Operator) -> None:
    """A status, a time and a partner that are none: exit 2, 2 and 3; an unknown correlation id: exit 3."""
    line = ("traffic", "tail", "--no-follow")
    assert (await operator.hubctl(*line, "--status", "perhaps")).exit_code == 2
    assert (await operator.hubctl(*line, "--slow", "long")).exit_code == 2
    assert (await operator.hubctl(*line, "--partner", "nobody")).exit_code == 3
    assert (await operator.hubctl("traffic", "trace", "c-9")).exit_code == 3


async def test_the_tail_follows_until_interrupted(running: RunningHub, operator: Operator) -> None:
    """A message that passes later is printed as it passes; ^C ends with 130."""
    command = [
        sys.executable,
        "-c",
        "from hub.cli.main import main; main()",
        "traffic",
        "tail",
        "--module",
        "locations",
    ]
    async with Cpo(words.CPO) as cpo, Emsp(words.EMSP, name="MapApp") as emsp:
        await running.join(cpo)
        await running.join(emsp)
        await push(cpo, "c-1")
        tail = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=operator.environment
        )
        assert tail.stdout is not None
        try:
            async with asyncio.timeout(20):
                assert b"c-1" in await tail.stdout.readline()
                await push(cpo, "c-2")
                assert b"c-2" in await tail.stdout.readline()
                tail.send_signal(signal.SIGINT)
                assert await tail.wait() == 130
        finally:
            if tail.returncode is None:
                tail.kill()


async def test_nothing_of_a_partner_moves_the_cursor(running: RunningHub, operator: Operator) -> None:
    """Escape sequences in what a partner sent are shown without their control characters, as text and as JSON."""
    leg = Leg(
        at=now_utc(),
        kind=LegKind.OUT,
        correlation_id="c-\x1b[2J",
        request_id="r",
        method="PUT",
        module="nltnm-\x07",
        path="/\x9b1m",
        platform_id="",
        note="said \x1b]0;pwned\x07\nand more",
    )
    await running.hub.store.traces.append([leg])

    tail = await operator.hubctl("traffic", "tail", "--no-follow")
    as_json = await operator.hubctl("traffic", "tail", "--no-follow", "--json")
    trace = await operator.hubctl("traffic", "trace", "c-\x1b[2J")

    for ended in (tail, as_json, trace):
        assert ended.exit_code == 0
        assert not {"\x1b", "\x07", "\x9b"} & set(ended.out)
        assert len(ended.out.splitlines()) == 1
