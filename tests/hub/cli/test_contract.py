"""hubctl contract: judging a platform, and what the suite demands; without a hub."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contracts.run import Target
from contracts.suite import load
from hub.cli import contract, contract_views
from hub.cli.main import app
from tests.contracts.platforms import TOKEN, platform
from tests.contracts.raw_partner import RawPartner
from tests.contracts.reports import failed, report, result
from tests.contracts.test_main import refusing
from tests.contracts.test_report import validate
from tests.hub.cli.test_main import HUBCTL, NO_HUB, hubctl, hubctl_process
from tests.operating import Ended

ONLY = ("--check", "VER-01", "--check", "VER-02")


@pytest.fixture
async def partner() -> AsyncIterator[RawPartner]:
    """A platform at which both checks hold."""
    async with platform({"/versions": refusing}) as one:
        yield one


async def run(*words: str, stdin: str | None = None, **environment: str) -> Ended:
    """`hubctl contract run` as a CPO's engineer types it."""
    line = ["contract", "run", "--role", "CPO", *words]
    ended = await asyncio.to_thread(CliRunner().invoke, app, line, stdin, NO_HUB | environment)
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


async def test_a_good_platform(partner: RawPartner) -> None:
    """Exit code 0; in a pipe a line for each check, and the counts as words."""
    ended = await run("--versions-url", partner.versions_url, *ONLY, OCPI_TOKEN=TOKEN)

    assert ended.exit_code == 0
    assert [row[:4] for row in ended.rows] == [
        [*("passed", name, "versions", "blocker")] for name in ("VER-01", "VER-02")
    ]
    assert ended.err.startswith("2 passed, 0 failed, ")
    assert TOKEN not in ended.out + ended.err


async def test_a_platform_that_fails(partner: RawPartner, tmp_path: Path) -> None:
    """Exit code 1; what failed comes first, with both sides; the words say where the reports are."""
    url = partner.versions_url.replace("versions", "nothing")
    token = tmp_path / "token"
    token.write_text(TOKEN)
    words = ("--versions-url", url, *ONLY, "--token-file", str(token), "--report", str(tmp_path / "out"))

    ended = await run(*words)

    assert ended.exit_code == 1
    assert ended.rows[0] == ["failed", "VER-01", "versions", "blocker", "HTTP 200", "HTTP 404, OCPI 1000"]
    assert ended.err.splitlines()[0].startswith(f"Reports: {tmp_path}/out/report.json, ")
    assert "Blockers that failed: 2." in ended.err
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["report.html", "report.json", "report.xml"]
    validate(json.loads((tmp_path / "out" / "report.json").read_text()))


async def test_json(partner: RawPartner) -> None:
    """--json is the whole report, as its schema says."""
    ended = await run("--versions-url", partner.versions_url, *ONLY, "--json", "--token-file", "-", stdin=f"{TOKEN}\n")

    validate(ended.json)
    assert ended.json["ok"]
    assert TOKEN not in ended.out + ended.err


async def test_every_option_reaches_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed is what is run."""
    seen: list[Target] = []

    async def judged(_: object, target: Target, progress: object) -> Any:
        seen.append(target)
        return report(result())

    monkeypatch.setattr("contracts.run.run", judged)
    words = """--versions-url https://cpo.example/versions --token abcdefgh --register --mode exercise --party NL-CPA
        --as DE-ABC --module versions --module locations --check ver-01 --listen 127.0.0.1:9000
        --callback-url https://cts.example --public-only --limit 90"""

    ended = await run(*words.split())

    assert ended.exit_code == 0
    assert seen == [
        Target(
            role="CPO",
            versions_url="https://cpo.example/versions",
            token="abcdefgh",
            register=True,
            mode="exercise",
            party={"country_code": "NL", "party_id": "CPA"},
            us={"country_code": "DE", "party_id": "ABC"},
            listen=("127.0.0.1", 9000),
            callback_url="https://cts.example",
            public_only=True,
            modules=frozenset({"versions", "locations"}),
            checks=frozenset({"VER-01"}),
            limit_s=90.0,
        )
    ]


async def test_a_run_that_is_cut(partner: RawPartner) -> None:
    """Nothing failed, but not every check was judged: exit code 1, and the words say so."""
    ended = await run("--versions-url", partner.versions_url, "--token", TOKEN, "--limit", "0.000001")

    assert ended.exit_code == 1
    assert {row[0] for row in ended.rows} == {"skipped"}
    assert "this is not the whole" in ended.err


async def test_a_platform_elsewhere_that_cannot_call_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said before the run, on stderr."""

    async def judged(*_: object) -> Any:
        return report(result())

    monkeypatch.setattr("contracts.run.run", judged)
    url = ("--versions-url", "https://cpo.example/versions", "--token", "abcdefgh")

    assert "cannot call this machine back" in (await run(*url, "--mode", "exercise")).err
    assert "cannot call this machine back" not in (await run(*url)).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--versions-url https://x.example", "A token is needed: --token-file FILE"),
        ("--versions-url https://x.example --token t --token-file f", "not both"),
        ("--versions-url https://x.example --token-file /nonexistent/f", "--token-file /nonexistent/f cannot be read"),
        ("--versions-url x --token t", "--versions-url is an absolute"),
        ("--versions-url https://x.example --token t --check VER-1", "no check 'VER-1'. Did you mean"),
        ("--versions-url https://x.example --token t --module location", "Did you mean 'locations'?"),
        ("--versions-url https://x.example --token t --party X", "--party is a country code"),
        ("--versions-url https://x.example --token t --as X", "--as is a country code"),
        ("--versions-url https://x.example --token t --listen X", "--listen is HOST:PORT"),
        ("--versions-url https://x.example --token t --callback-url X", "--callback-url is an absolute"),
        ("--versions-url https://x.example --token t --limit 9999", "--limit is a number of seconds, at most 3600"),
        ("--versions-url https://x.example --token t --limit x", "--limit"),
        ("--versions-url https://x.example --token t --mode watch", "--mode"),
        ("--versions-url https://x.example --token t --report /dev/null/x", "--report /dev/null/x cannot be written"),
        ("--token t", "--versions-url"),
    ],
)
async def test_wrong_words(words: str, said: str) -> None:
    """Exit code 2 and one sentence with a hint; with --json as JSON; nothing runs."""
    ended = await run(*words.split(), OCPI_TOKEN="")
    as_json = await run(*words.split(), "--json", OCPI_TOKEN="")

    assert (ended.exit_code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.endswith(" contract run --help\n")
    assert as_json.exit_code == 2
    assert said in json.loads(as_json.err)["error"]["message"]


def test_a_role_is_an_operator_or_a_provider() -> None:
    """In any case; nothing else is one."""
    assert hubctl("contract", "run", "--role", "HUB", "--versions-url", "https://x.example").exit_code == 2
    assert "A token is needed" in hubctl("contract", "run", "--role", "emsp", "--versions-url", "https://x.example").err


async def test_an_address_that_is_taken(partner: RawPartner) -> None:
    """Exit code 1, with the address."""
    taken = partner.url.removeprefix("http://")

    ended = await run("--versions-url", partner.versions_url, "--token", TOKEN, "--listen", taken)

    assert (ended.exit_code, ended.out) == (1, "")
    assert ended.err == f"{taken} cannot be listened on: Address already in use\n"


async def test_progress_is_for_terminals(partner: RawPartner) -> None:
    """A bar on stderr when it is a terminal, and nothing of it in a pipe."""
    words = ("contract", "run", "--role", "CPO", "--versions-url", partner.versions_url, "--token", TOKEN, *ONLY)

    piped = await asyncio.to_thread(hubctl_process, *words)
    shown = await asyncio.to_thread(_on_terminal, *words)

    assert "VER-01 versions" not in piped.err
    assert "\x1b" not in piped.err + piped.out
    assert "looking around" in shown
    assert "VER-01\tversions" not in shown, "stdout went to the terminal as well"


def _on_terminal(*words: str) -> str:
    """What a command writes to stderr when that is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*HUBCTL, *words],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=os.environ | NO_HUB | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 65536):
            written += part
    except OSError:
        pass  # the other end is closed
    finally:
        os.close(ours)
        process.wait()
    return written.decode(errors="replace")


def test_a_terminal_gets_what_failed_and_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """First each failed check with expected, observed and fix, blockers before others; then the counts of each module."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    judged = report(
        result(),
        failed("TRA-03", module="transport", severity="minor"),
        failed("TRA-04", module="transport", status="watch-list", verdict="warning"),
        failed("LOC-01", module="locations"),
    )

    contract_views.show_report(judged, as_json=False)

    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == "✗ LOC-01  locations  blocker  A list of versions is there"
    assert lines[1:4] == ["  expected  HTTP 401 HTTP 200", "  observed  HTTP 200", "  fix       Give it."]
    assert [line.split()[1] for line in lines if line[:1] in "✗!" and line] == ["LOC-01", "TRA-03", "TRA-04"]
    assert lines[-5].split() == ["MODULE", "STATE", "FAILED", "WARNING", "SKIPPED", "PASSED"]
    assert lines[-2].split() == ["locations", "closed", "1", "0", "0", "0"]
    assert lines[-1].split() == ["all", "-", "2", "1", "0", "1"]
    assert err == judged.said + "\n"


def test_the_checks_are_listed() -> None:
    """Every check of the suite, or those of a module, as lines or as JSON."""
    suite = load()

    everything = hubctl("contract", "list")
    some = hubctl("contract", "list", "--module", "locations")
    as_json = hubctl("contract", "list", "--json")

    assert [row[0] for row in everything.rows] == [one.check_id for one in suite.checks]
    assert suite.digest in everything.err
    assert [row[0] for row in some.rows] == [one.check_id for one in suite.checks if "locations" in one.modules]
    assert {"id", "title", "why", "fix", "source", "steps", "limit_s"} <= as_json.json[0].keys()
    assert "Did you mean 'locations'?" in hubctl("contract", "list", "--module", "location").err


def test_a_check_is_shown() -> None:
    """What, why, fix, where the specification says so, and the steps; by its id in any case."""
    shown = hubctl("contract", "show", "ver-01")
    as_json = hubctl("contract", "show", "VER-01", "--json")

    assert shown.exit_code == 0
    for said in (
        "VER-01  The versions endpoint",
        "why  ",
        "fix  ",
        "asciidoc#version_information_endpoint_get",
        "- call:",
    ):
        assert said in shown.out, said
    assert as_json.json["id"] == "VER-01"


def test_a_check_that_there_is_not() -> None:
    """Exit code 3, with the one that was probably meant."""
    ended = hubctl("contract", "show", "VER-0")

    assert (ended.exit_code, ended.out) == (3, "")
    assert "There is no check 'VER-0'. Did you mean 'VER-0" in ended.err
    assert ended.err.endswith("Try: hubctl contract list\n")


def test_a_suite_that_is_broken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the suite that somebody changed for the worse: exit code 1 with every fault, no traceback."""
    from contracts import suite

    def broken() -> Any:
        raise suite.SuiteBroken("2.2.1/versions/VER-01.yaml: severity: 'bad' is not one of")

    monkeypatch.setattr(suite, "load", broken)

    ended = hubctl("contract", "list")

    assert (ended.exit_code, ended.err) == (1, "2.2.1/versions/VER-01.yaml: severity: 'bad' is not one of\n")


def test_nothing_of_the_suite_is_loaded_for_help() -> None:
    """The group costs `hubctl --help` nothing."""
    code = "import sys, hub.cli.main; sys.exit(any(name.startswith('contracts') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert contract.app.info.help
