"""The audit of dependencies: SEC-24: what is known fails it, and so does what could not be looked up."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from docs.audit import main, read_report, told

FINE = {"name": "orjson", "version": "3.13.0", "vulns": []}
BAD = {"name": "aiohttp", "version": "3.0.0", "vulns": [{"id": "PYSEC-2024-24"}, {"id": "PYSEC-2024-26"}]}
SKIPPED = {"name": "numpy", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [([FINE], 0), ([FINE, BAD], 1), ([FINE, SKIPPED], 2), ([BAD, SKIPPED], 1), ([], 2), ([SKIPPED], 2)],
    ids=["fine", "known", "skipped", "known and skipped", "nothing", "all skipped"],
)
def test_only_a_whole_look_is_a_good_one(dependencies: list[dict[str, Any]], code: int) -> None:
    """SEC-24: pip-audit itself calls what it skipped "no known vulnerabilities"; here it is not."""
    assert read_report({"dependencies": dependencies}).exit_code == code


def test_what_is_told() -> None:
    """Names, versions, advisories, reasons; of many that were not asked only some."""
    many = [SKIPPED | {"name": f"p{number}"} for number in range(9)]

    lines = told(read_report({"dependencies": [FINE, BAD, *many]}))

    assert lines[0] == "KNOWN       aiohttp 3.0.0: PYSEC-2024-24, PYSEC-2024-26"
    assert lines[1:3] == ["NOT ASKED   p0: not found", "NOT ASKED   p1: not found"]
    assert lines[-2:] == ["NOT ASKED   and 4 more", "advisories: 2 versions looked up, 1 with something known"]


def _tools(folder: Path, pip_audit: str) -> Path:
    """Stand-ins for both tools: what they write is given."""
    bill = 'for last; do :; done; echo \'{"components": [{}, {}]}\' > "$last"'
    for name, script in (("pip-audit", pip_audit), ("cyclonedx-py", bill)):
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return folder


def test_a_database_that_is_not_reached(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SEC-24: it is said in so many words, the exit code is 2, a report of an earlier run is not taken for a new one, and
    the bill of materials is there."""
    (tmp_path / "advisories.json").write_text(json.dumps({"dependencies": [FINE]}))
    tools = _tools(tmp_path, "echo 'cannot resolve the name' >&2; exit 1")

    code = main(["--tools", str(tools), "--out", str(tmp_path)])

    said = capsys.readouterr().out
    assert code == 2
    assert "bill of materials: 2 components" in said
    assert "NOT ASKED   the advisories of osv: nothing is known either way. cannot resolve the name" in said
    assert json.loads((tmp_path / "sbom.cdx.json").read_text())["components"] == [{}, {}]


def test_a_database_that_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is known is told, though pip-audit ends with 1 then."""
    report = json.dumps({"dependencies": [BAD]})
    tools = _tools(tmp_path, f"for last; do :; done; echo '{report}' > \"$last\"; exit 1")

    assert main(["--tools", str(tools), "--out", str(tmp_path)]) == 1
    assert "aiohttp 3.0.0: PYSEC-2024-24" in capsys.readouterr().out
