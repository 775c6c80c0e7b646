"""hubctl simulate: a counterpart in a process of its own."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from hub.cli.errors import ExitCode
from tests.hub.cli.test_main import HUBCTL, NO_HUB, hubctl


async def test_a_reference_partner_is_there_until_it_is_stopped(tmp_path: Path) -> None:
    """Its first line is its versions URL, its token lies in a file for its owner alone, and goes when it goes."""
    token = tmp_path / "token"
    process = await asyncio.create_subprocess_exec(
        *(*HUBCTL, "simulate", "reference", "--role", "CPO", "--token-out", str(token), "--defect", "CDR-01"),
        env=os.environ | NO_HUB,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    judged = await asyncio.to_thread(
        *(hubctl, "contract", "run", "--role", "CPO", "--versions-url", url, "--token-file", str(token)),
        *("--module", "cdrs", "--json"),
    )
    mode = token.stat().st_mode & 0o777
    process.send_signal(signal.SIGINT)
    await process.wait()

    assert mode == 0o600
    assert {one["check_id"] for one in judged.json["results"] if one["verdict"] == "failed"} == {"CDR-01"}
    assert judged.exit_code == ExitCode.PROBLEMS
    assert not token.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--defect", "CDR-99"), "--defect: the suite has no check 'CDR-99'"),
        (("--defect", "TOK-01"), "--defect: TOK-01 is no check of a CPO"),
        (("--token-out", "/nonexistent/token"), "--token-out /nonexistent/token cannot be made"),
        (("--port", "70000"), "--port"),
    ],
)
def test_wrong_words(tmp_path: Path, words: tuple[str, str], said: str) -> None:
    """Exit code 2, the option's name, and no token left behind."""
    ended = hubctl("simulate", "reference", "--role", "CPO", "--token-out", str(tmp_path / "token"), *words)

    assert ended.exit_code == ExitCode.USAGE
    assert said in ended.err
    assert not (tmp_path / "token").exists()
