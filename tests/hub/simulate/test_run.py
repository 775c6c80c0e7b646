"""A simulator runs on its own: registers, publishes, says so, and stops when it is told."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.run import Target
from contracts.run import run as judge
from contracts.suite import load
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.handshake import HandshakeFailed
from hub.simulate.run import CpoOptions, EmspOptions, ReferenceOptions, run_cpo, run_emsp, run_reference
from hub.wire.party import Party, Role
from tests import words

BUMP = Party(country_code="FR", party_id="BMP")


@pytest.fixture
async def emsp(tmp_path: Path) -> AsyncIterator[Emsp]:
    """A counterpart whose token A lies in the file `token`."""
    async with Emsp(words.EMSP, tokens=[]) as emsp:
        (tmp_path / "token").write_text(emsp.invite() + "\n")
        yield emsp


async def test_an_operator_registers_and_publishes_its_stations(emsp: Emsp, tmp_path: Path) -> None:
    """Registration, tariffs and stations go out at once; each step is a sentence."""
    options = CpoOptions(party=BUMP, versions_url=emsp.versions_url, token_file=tmp_path / "token", limit=5)
    sentences: asyncio.Queue[str] = asyncio.Queue()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run_cpo(options, sentences.put_nowait))
        said = [await sentences.get() for _ in range(3)]
        running.cancel()

    assert len(emsp.locations) == 5
    assert said[0].startswith("Bump (FR*BMP) listens at http://127.0.0.1:")
    assert said[1:] == ["Bump is registered with DE*EMA", "Bump: 5 of 5 stations published"]


async def test_a_provider_registers_and_publishes_its_tokens(tmp_path: Path) -> None:
    """The same for a provider."""
    async with Cpo(words.CPO) as cpo:
        (tmp_path / "token").write_text(cpo.invite())
        options = EmspOptions(
            party=words.EMSP, name="MapApp", versions_url=cpo.versions_url, token_file=tmp_path / "token", token_count=3
        )

        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(run_emsp(options))
            await cpo.wait_until(lambda: len(cpo.tokens) == 3)
            running.cancel()


async def test_a_wrong_token_ends_the_simulator(emsp: Emsp, tmp_path: Path) -> None:
    """Who cannot register does not go on as if."""
    (tmp_path / "token").write_text("wrong")
    options = CpoOptions(party=BUMP, versions_url=emsp.versions_url, token_file=tmp_path / "token", limit=1)

    with pytest.raises(HandshakeFailed):
        await run_cpo(options)


async def test_a_simulator_runs_in_a_process_of_its_own(emsp: Emsp, tmp_path: Path) -> None:
    """python -m hub.simulate publishes, and an interrupt ends it without a traceback."""
    arguments = ["cpo", "--party", "FR-BMP", "--limit", "2", "--versions-url", emsp.versions_url]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.simulate", *arguments, "--token-file", str(tmp_path / "token")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(3)]

    process.send_signal(signal.SIGINT)
    _, errors = await process.communicate()

    assert lines[2] == b"Bump: 2 of 2 stations published\n"
    assert len(emsp.locations) == 2
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(("role", "unregistered"), [("CPO", False), ("EMSP", True)])
async def test_a_reference_partner_can_be_judged(role: str, unregistered: bool) -> None:
    """It tells its versions URL; with its token, or registered with its token A, all that is judged of it is green."""
    addresses: asyncio.Queue[str] = asyncio.Queue()
    options = ReferenceOptions(role=Role(role), token="a-token-of-the-tests-0123456789", unregistered=unregistered)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run_reference(options, addresses.put_nowait))
        target = Target(
            role=role, versions_url=await addresses.get(), token=options.token, register=unregistered, patience=0.05
        )
        report = await judge(load(), target)
        running.cancel()

    assert report.ok
    assert report.counts["failed"] == 0


async def test_a_reference_partner_does_what_it_is_told_to_do_wrong() -> None:
    """The named check fails, and with it the run."""
    addresses: asyncio.Queue[str] = asyncio.Queue()
    options = ReferenceOptions(role=Role.CPO, token="a-token-of-the-tests-0123456789", defect="CDR-01")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run_reference(options, addresses.put_nowait))
        target = Target(
            role="CPO", versions_url=await addresses.get(), token=options.token, modules=frozenset({"cdrs"})
        )
        report = await judge(load(), target)
        running.cancel()

    assert {one.check_id for one in report.results if one.verdict == "failed"} == {"CDR-01"}
