"""`python -m contracts run`: the same run without hubctl, and without what only a hub needs."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.__main__ import main
from contracts.suite import ROOT
from tests.contracts.platforms import JSON_HEADER, TOKEN, platform
from tests.contracts.raw_partner import Asked, RawPartner, answer, envelope
from tests.contracts.test_report import validate

ONLY = ("--check", "VER-01", "--check", "VER-02")
NOT_OURS = ("hub", "modules", "aiohttp", "pydantic", "pymongo", "typer", "rich", "structlog", "orjson", "cryptography")
WITHOUT = f"""
import runpy, sys
for name in {NOT_OURS!r}:
    sys.modules[name] = None
sys.argv[0] = "contracts"
runpy.run_module("contracts", run_name="__main__", alter_sys=True)
"""


def refusing(asked: Asked) -> bytes:
    """Versions for whoever has the token, 401 for everybody else."""
    if "authorization" not in asked.headers:
        return answer(b"", status="401 Unauthorized")
    return answer(envelope([{"version": "2.2.1", "url": f"http://{asked.headers['host']}/2.2.1"}]), JSON_HEADER)


@pytest.fixture
async def partner() -> AsyncIterator[RawPartner]:
    """A platform at which both checks hold."""
    async with platform({"/versions": refusing}) as one:
        yield one


async def run(
    *words: str, stdin: str = "", program: tuple[str, ...] = ("-m", "contracts"), **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    import asyncio

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *program, *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT.parent,
            env={"PATH": os.environ["PATH"], **environment},
            check=False,
        )

    return await asyncio.to_thread(start)


async def test_a_run_without_a_hub(partner: RawPartner) -> None:
    """Nothing of the hub, nor of what it needs, is imported; the report is on stdout, progress as JSON lines on stderr."""
    words = ("run", "--role", "CPO", "--versions-url", partner.versions_url, *ONLY, "--json", "--progress-json")

    ended = await run(*words, program=("-c", WITHOUT), OCPI_TOKEN=TOKEN)

    assert ended.returncode == 0, ended.stderr
    report = json.loads(ended.stdout)
    validate(report)
    assert report["ok"]
    assert [json.loads(line) for line in ended.stderr.splitlines()] == [
        {"done": 0, "of": 2, "next": "VER-01 versions"},
        {"done": 1, "of": 2, "next": "VER-02 versions"},
        {"done": 2, "of": 2, "next": "done"},
    ]


async def test_a_run_for_people(partner: RawPartner, tmp_path: Path) -> None:
    """Without --json it says how it ended; what failed with both sides; where the reports are. A blocker is exit code 1."""
    url = partner.versions_url.replace("versions", "nothing")
    words = (
        "run",
        "--role",
        "cpo",
        "--versions-url",
        url,
        *ONLY,
        "--token-file",
        "-",
        "--report",
        str(tmp_path / "out"),
    )

    ended = await run(*words, stdin=TOKEN)

    assert ended.returncode == 1
    assert "failed: VER-01 versions (blocker)" in ended.stdout
    assert "expected: HTTP 200\n  observed: HTTP 404, OCPI 1000" in ended.stdout
    assert "0 passed, 2 failed" in ended.stdout
    assert (
        ended.stderr == f"Reports: {', '.join(f'{tmp_path}/out/report.{kind}' for kind in ('json', 'xml', 'html'))}\n"
    )
    validate(json.loads((tmp_path / "out" / "report.json").read_text()))


async def test_what_cannot_be_written_to_stdout_is_replaced(partner: RawPartner) -> None:
    """A terminal that knows ASCII alone gets the report all the same."""
    words = ("run", "--role", "CPO", "--versions-url", partner.versions_url, *ONLY, "--token", TOKEN, "--json")

    ended = await run(*words, PYTHONIOENCODING="ascii")

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "the following arguments are required"),
        (("run", "--role", "HUB", "--versions-url", "https://x.example"), "invalid choice: 'HUB'"),
        (("run", "--role", "CPO"), "--versions-url"),
        (("run", "--role", "CPO", "--versions-url", "x", "--token", "t"), "--versions-url is an absolute"),
        (("run", "--role", "CPO", "--versions-url", "https://x.example"), "A token is needed"),
        (
            ("run", "--role", "CPO", "--versions-url", "https://x.example", "--token", "t", "--check", "X"),
            "no check 'X'",
        ),
        (
            ("run", "--role", "CPO", "--versions-url", "https://x.example", "--token", "t", "--mode", "x"),
            "invalid choice",
        ),
        (("run", "--role", "CPO", "--versions-url", "https://x.example", "--token", "t", "--limit", "x"), "--limit"),
        (
            ("run", "--role", "CPO", "--versions-url", "https://x.example", "--token", "t", "--report", "/dev/null/x"),
            "--report /dev/null/x cannot be written",
        ),
    ],
)
def test_wrong_words(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, one sentence on stderr, nothing on stdout."""
    monkeypatch.delenv("OCPI_TOKEN", raising=False)

    assert code_of(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def code_of(words: tuple[str, ...]) -> int:
    """The exit code; argparse ends the process itself."""
    try:
        return main(words)
    except SystemExit as ended:
        return int(str(ended.code))


async def test_a_run_that_is_cut_ends_with_1(partner: RawPartner) -> None:
    """Not a single failed check, but not every check judged: that is not good enough."""
    words = ("run", "--role", "CPO", "--versions-url", partner.versions_url, "--token", TOKEN, "--limit", "0.000001")

    ended = await run(*words, "--json")

    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    assert (report["complete"], report["counts"]["failed"]) == (False, 0)


async def test_an_address_that_is_taken(partner: RawPartner) -> None:
    """Where somebody listens already there is no run: exit code 1, and the address is named."""
    taken = partner.url.removeprefix("http://")

    ended = await run(
        "run", "--role", "CPO", "--versions-url", partner.versions_url, "--token", TOKEN, "--listen", taken
    )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{taken} cannot be listened on: Address already in use\n"
