"""hubctl tariffs: lint, explain, preview; without a hub."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.hub.cli.test_main import HUBCTL, hubctl
from tests.hub.money.linting.linting import ENERGY, GOOD
from tests.hub.money.sessions import component, element, tariff
from tests.words import body

PLAN = ("--kwh", "30", "--minutes", "40", "--start", "2026-11-24T18:40", "--time-zone", "Europe/Amsterdam")
BY_CLOCK = tariff(
    element(component("ENERGY", "0.30", vat=21), start_time="19:00", end_time="07:00"),
    element(component("ENERGY", "0.50", vat=21)),
)


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """Writes a value to a file and gives its name."""

    def write(value: Any, name: str = "tariff.json") -> str:
        (tmp_path / name).write_bytes(body(value))
        return str(tmp_path / name)

    return write


def test_lint_of_a_good_tariff(file: Any) -> None:
    """Nothing on stdout, exit code 0, the count as words."""
    ended = hubctl("tariffs", "lint", file(GOOD), "--owner", "NL-CPA")

    assert (ended.exit_code, ended.out) == (0, "")
    assert ended.err == "1 tariff: 0 E, 0 W, 0 I\n"


def test_lint_of_a_bad_tariff(file: Any) -> None:
    """A row for each finding, JSON with its window, exit code 1 for an error."""
    bad = tariff(element(ENERGY, start_time="08:00"), element(component("TIME", 1, vat=21), max_kwh=0))

    ended = hubctl("tariffs", "lint", file([GOOD, bad]))
    said = hubctl("tariffs", "lint", file([GOOD, bad]), "--json").json

    assert ended.exit_code == 1
    assert ["T1", "E", "T-RANGE", "/elements/1/restrictions/max_kwh"] in [row[1:5] for row in ended.rows]
    assert next(one for one in said if one["rule"] == "T-GAP")["detail"]["window"]


def test_lint_names_a_foreign_owner_and_what_is_no_tariff(file: Any) -> None:
    """--owner is compared; a file without any tariff is exit code 2."""
    assert "T-IDS" in hubctl("tariffs", "lint", file(GOOD), "--owner", "NL-TNM").out
    assert hubctl("tariffs", "lint", file([])).exit_code == 2
    assert "T-SCHEMA" in hubctl("tariffs", "lint", file({"id": "T1"})).out


def test_lint_reads_stdin() -> None:
    """`-` is standard input."""
    ended = subprocess.run(
        [*HUBCTL, "tariffs", "lint", "-", "--json"], input=body(BY_CLOCK), capture_output=True, check=False
    )

    assert (ended.returncode, json.loads(ended.stdout)) == (0, [])


def test_explain(file: Any) -> None:
    """Line by line, in the place's own time: the price falls at 19:00, and the lines add up to the total."""
    ended = hubctl("tariffs", "explain", file(BY_CLOCK), *PLAN)
    said = hubctl("tariffs", "explain", file(BY_CLOCK), *PLAN, "--json").json

    assert ended.out.startswith("Tariff NL*CPA T1: 30 kWh in 40 min, from 2026-11-24 18:40 Europe/Amsterdam\n")
    assert [(line["from"][11:16], line["price"], line["excl"]) for line in said["lines"]] == [
        ("18:40", "0.50", "7.5"),
        ("19:00", "0.30", "4.5"),
    ]
    assert said["total"] == {"excl": "12.00", "incl": "14.52"}
    assert "12.00" in ended.out


def test_explain_by_another_policy(file: Any) -> None:
    """--policy switches a reading; the explanation says which."""
    said = hubctl("tariffs", "explain", file(BY_CLOCK), *PLAN, "--policy", "clock=utc", "--json").json

    assert said["policy"] == {"clock": "utc"}
    assert said["total"]["excl"] == "15.00"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--time-zone", "Mars/Olympus"], "--time-zone"),
        (["--kwh", "much"], "--kwh"),
        (["--start", "tomorrow"], "--start"),
        (["--power", "x"], "--power"),
        (["--current", "x"], "--current"),
        (["--policy", "rouding=down"], "Did you mean 'rounding'?"),
        (["--policy", "rounding=sideways"], "--policy rounding"),
        (["--policy", "digits=99"], "--policy digits"),
        (["--policy", "derive_power=maybe"], "--policy derive_power"),
        (["--minutes", "0"], "the session lasts no time"),
        (["--minutes", "0", "--park", "5"], "energy needs minutes"),
        (["--minutes", "999999"], "more than 62 days"),
    ],
)
def test_wrong_words_are_named(file: Any, words: list[str], named: str) -> None:
    """Exit code 2, and the option that is wrong."""
    ended = hubctl("tariffs", "explain", file(BY_CLOCK), *PLAN, *words)

    assert (ended.exit_code, ended.out) == (2, "")
    assert named in ended.err


def test_a_tariff_that_is_refused_and_one_that_is_not_there(file: Any) -> None:
    """Exit code 1 with a hint to the lint; exit code 2 for a file that does not exist or is no JSON."""
    refused = hubctl("tariffs", "explain", file({"id": "T1"}), *PLAN)

    assert (refused.exit_code, "hubctl tariffs lint" in refused.err) == (1, True)
    assert hubctl("tariffs", "explain", "nowhere.json", *PLAN).exit_code == 2
    Path(file({}, "text.json")).write_text("no JSON")
    assert hubctl("tariffs", "preview", file({}, "empty.json").replace("empty", "text")).exit_code == 2


def test_a_tariff_of_another_time_is_priced_then(file: Any) -> None:
    """Without --start: now, or when it is valid; and that is told."""
    later = BY_CLOCK | {"start_date_time": "2040-01-01T00:00:00Z"}

    ended = hubctl("tariffs", "explain", file(later), "--kwh", "1", "--minutes", "10")

    assert "priced at 2040-01-01 00:00 UTC" in ended.err


def test_preview(file: Any) -> None:
    """Standard sessions, each time at which the price differs once."""
    rows = hubctl("tariffs", "preview", file(BY_CLOCK), "--time-zone", "Europe/Amsterdam", "--json").json

    assert {row["session"] for row in rows} >= {"fast, 50 kW", "motorway, 150 kW"}
    fast = [row for row in rows if row["session"] == "fast, 50 kW"]
    assert {row["excl"] for row in fast} == {"7.50", "12.50"}
    assert {row["per_kwh"] for row in fast} == {"0.3000", "0.5000"}
    assert hubctl("tariffs", "preview", file(BY_CLOCK)).rows[0][0] == "shopping, 11 kW"
