"""hubctl cdrs check: files, folders and stdin; rows, JSON lines, JUnit and HTML; without a hub."""

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.hub.cli.test_main import HUBCTL, hubctl
from tests.hub.money.checking.cases import TARIFF, cdr
from tests.hub.money.sessions import Json, amount, component, element, number, tariff
from tests.words import body, session

RIGHT = cdr(id="C1", session_id="S1")
WRONG = cdr(id="C2", session_id="S2", start_date_time="2024-03-01T09:00:00Z", total_cost=amount("6.00", "9.99"))
EXPLAINED = cdr(id="C3", session_id="S3", total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21"))
BY_CLOCK = tariff(
    element(component("ENERGY", "0.20", vat=21), start_time="10:00"), element(component("ENERGY", "0.40", vat=21))
)


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Writes JSON lines, a list, and a file that is no CDR's; gives the folder."""
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(map(body, (RIGHT, WRONG))))
    (tmp_path / "b.json").write_bytes(body([EXPLAINED]))
    (tmp_path / "notes.txt").write_text("not looked at")
    return tmp_path


def check(*words: object) -> Any:
    """The command."""
    return hubctl("cdrs", "check", *map(str, words))


def test_rows(files: Path) -> None:
    """In a pipe: a row for each CDR with its verdict and cause; the counts as words; exit code 1 for a MISMATCH."""
    ended = check(files / "a.jsonl", files / "b.json")

    rows = [row[1:5] for row in ended.rows if row[2].startswith("C") and row[3]]
    assert rows == [
        ["NL*CPA", "C1", "EXACT", ""],
        ["NL*CPA", "C2", "MISMATCH", ""],
        ["NL*CPA", "C3", "EXPLAINED", "flat_each_period"],
    ]
    assert ended.exit_code == 1
    assert ended.err.startswith("3 CDRs: 1 EXACT, 1 EXPLAINED, 1 MISMATCH; findings: ")


def test_a_folder(files: Path) -> None:
    """All files in it that end in .json, .jsonl or .ndjson."""
    assert check(files).err.startswith("3 CDRs: ")


def test_json(files: Path) -> None:
    """A line for each CDR: verdict, findings, cause, computed totals as decimal strings; then what concerns several."""
    lines = [json.loads(line) for line in check(files, "--json").out.splitlines()]
    by_id = {one["cdr"]: one for one in lines if "cdr" in one}

    assert by_id["C2"]["computed"]["total_cost"] == {"excl": "6.00", "incl": "7.26"}
    assert by_id["C2"]["place"] == f"{files}/a.jsonl:2"
    assert {"C-COST"} <= {one["rule"] for one in by_id["C2"]["findings"]}
    assert by_id["C3"]["cause"] == "flat_each_period"
    assert {one["ledger"]["rule"] for one in lines if "ledger" in one} == {"L-OVERLAP"}


def test_stdin_and_a_good_end() -> None:
    """`-` is standard input; all right is exit code 0."""
    ended = subprocess.run([*HUBCTL, "cdrs", "check", "-"], input=body(RIGHT), capture_output=True, check=False)

    assert ended.returncode == 0
    assert ended.stderr.startswith(b"1 CDR: 1 EXACT;")
    assert ended.stdout.startswith(b"stdin:1\tNL*CPA\tC1\tEXACT")


def test_the_time_zone_decides(tmp_path: Path) -> None:
    """10 kWh from 10:00 in Amsterdam cost 2.00; in London, where it was nine o'clock, the price changes on the way."""
    written = cdr(tariffs=[BY_CLOCK], total_cost=amount("2.00", "2.42"))
    for name in ("total_fixed_cost", "total_energy_cost", "total_parking_cost"):
        del written[name]
    path = tmp_path / "cdr.json"
    path.write_bytes(body(written))

    assert "\tEXACT\t" in check(path, "--time-zone", "Europe/Amsterdam").out
    assert "\tMISMATCH\t" in check(path, "--time-zone", "Europe/London").out


def test_published_tariffs(files: Path, tmp_path: Path) -> None:
    """--tariff: what was published is compared with what the CDR carries."""
    dearer = TARIFF | {"elements": [element(component("ENERGY", "0.41", vat=21))]}
    (tmp_path / "published.txt").write_bytes(body(dearer))

    ended = check(files / "b.json", "--tariff", tmp_path / "published.txt")

    assert "C-TARIFF-DRIFT W" in ended.out


def test_the_explanation(files: Path) -> None:
    """--explain shows how each total comes about, as text and as data."""
    text = check(files / "b.json", "--explain").out
    said = json.loads(check(files / "b.json", "--explain", "--json").out)

    assert "ENERGY" in text
    assert said["explanation"]["total"] == {"excl": "6.00", "incl": "7.26"}


def test_limits_and_tolerance(files: Path) -> None:
    """What was agreed with the sender."""
    assert "C-MAX W" in check(files / "b.json", "--limit-energy", "9").out
    assert "C-MAX W" in check(files / "b.json", "--limit-hours", "1").out
    assert "C-MAX W" in check(files / "b.json", "--limit-cost", "5").out
    assert "C-POWER W" in check(files / "b.json", "--limit-power", "9").out
    assert "C-AGE W" in check(files / "b.json", "--limit-age", "30").out
    assert check(files / "a.jsonl", "--tolerance", "3").exit_code == 1  # C-PARTS still does not add up


def test_another_reading(files: Path) -> None:
    """--policy: partners who agreed on FLAT in each period have an exact CDR."""
    assert "\tEXACT\t" in check(files / "b.json", "--policy", "flat=each_period").out


def test_reports(files: Path, tmp_path: Path) -> None:
    """JUnit with a case for each CDR and a failure for each that is wrong; a page that needs nothing else."""
    bad = cdr(id="<b>&", session_id="S9", total_cost=amount("1", "1"))
    (files / "c.json").write_bytes(body(bad))

    check(files, "--report", tmp_path / "out")

    suite = ET.parse(tmp_path / "out" / "cdrs.xml").getroot()  # noqa: S314 - our own file
    page = (tmp_path / "out" / "cdrs.html").read_text()
    names = {case.get("name"): case.find("failure") is not None for case in suite.iter("testcase")}
    assert {name: names[f"NL*CPA {name}"] for name in ("C1", "C2", "C3", "<b>&")} == {
        "C1": False, "C2": True, "C3": False, "<b>&": True,
    }  # fmt: skip
    assert suite.get("tests") == str(len([*suite.iter("testcase")]))
    assert suite.get("failures") == str(sum(names.values()))
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page
    assert "charges FLAT in each period" in page


def test_a_broken_line_is_a_cdr_that_cannot_be_verified(tmp_path: Path) -> None:
    """It has a row with its place; the rest is checked."""
    path = tmp_path / "cdrs.jsonl"
    path.write_bytes(body(RIGHT) + b'\n{"id": \n')

    ended = check(path)

    assert ended.exit_code == 1
    assert [row[3] for row in ended.rows] == ["EXACT", "UNVERIFIABLE"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nowhere.json"], "nowhere.json is not there"),
        (["EMPTY"], "holds no CDR"),
        (["FILE", "--time-zone", "Nowhere"], "--time-zone"),
        (["FILE", "--limit-cost", "much"], "--limit-cost"),
        (["FILE", "--tariff", "FILE"], "--tariff"),
        (["FILE", "--report", "FILE"], "--report"),
        (["FILE", "--policy", "x=y"], "--policy"),
    ],
)
def test_wrong_words(files: Path, words: list[str], named: str) -> None:
    """Exit code 2; what is wrong is named."""
    (files / "empty.jsonl").write_text("\n")
    names = {"EMPTY": str(files / "empty.jsonl"), "FILE": str(files / "b.json")}

    ended = check(*(names.get(word, word) for word in words))

    assert (ended.exit_code, ended.out) == (2, "")
    assert named in ended.err


def test_invoices(files: Path, tmp_path: Path) -> None:
    """What is wrong between CDRs and invoices is told in every form; what is no invoice is exit code 2 and named."""
    record: Json = {
        "country_code": "NL",
        "party_id": "CPA",
        "id": "R",
        "invoice_id": "INV1",
        "cdrs": ["C1", "C3", "C9"],
    }
    record |= {"currency": "EUR", "total_cost": amount("12.50", "99.00"), "last_updated": "2024-04-01T00:00:00Z"}
    invoices = tmp_path / "invoices" / "march.json"
    invoices.parent.mkdir()
    invoices.write_bytes(body([record]))
    cdrs = (files / "a.jsonl", files / "b.json")

    ended = check(*cdrs, "--invoice", invoices, "--json", "--report", tmp_path / "report")
    wrong = check(*cdrs, "--invoice", files / "b.json")

    found = [json.loads(line).get("ledger", {}) for line in ended.out.splitlines()]
    told = {(one["detail"]["cdr"], one["severity"], one["message"]) for one in found if one.get("rule") == "L-INVOICE"}
    assert told == {
        ("C9", "E", "is on the invoice INV1, and not among the CDRs"),
        ("C2", "W", "is on no invoice"),
        ("INV1", "E", "its 2 CDRs add up to 12.50 / 15.13 EUR; it states 12.50 / 99.00 EUR"),
    }
    assert ended.exit_code == 1
    assert "L-INVOICE" in (tmp_path / "report" / "cdrs.xml").read_text()
    assert "is on no invoice" in (tmp_path / "report" / "cdrs.html").read_text()
    assert (wrong.exit_code, "--invoice" in wrong.err, "has no invoice_id" in wrong.err) == (2, True, True)


def test_one_invoice_for_very_many_cdrs(tmp_path: Path) -> None:
    """Entries go to files beyond a bound: the sum is the same."""
    count = 9_000
    cdrs = (cdr(id=f"C{at}", session_id=f"S{at}", invoice_reference_id="INV1") for at in range(count))
    (tmp_path / "c.jsonl").write_bytes(b"\n".join(map(body, cdrs)))
    record: Json = {"country_code": "NL", "party_id": "CPA", "id": "R", "invoice_id": "INV1"}
    record |= {
        "cdrs": [f"C{at}" for at in range(count)],
        "currency": "EUR",
        "total_cost": amount("54000.00", "65340.00"),
    }
    (tmp_path / "i.json").write_bytes(body(record))

    ended = check(tmp_path / "c.jsonl", "--invoice", tmp_path / "i.json")

    assert "L-INVOICE" not in ended.out


def test_sessions(files: Path, tmp_path: Path) -> None:
    """C-SESSION: kWh, times and cost of the newest state of the Session; a CDR whose Session is not there is told."""
    same = {"start_date_time": RIGHT["start_date_time"], "end_date_time": RIGHT["end_date_time"]}
    old = session(
        id="s1", country_code="NL", party_id="CPA", kwh=number("3"), last_updated="2024-03-01T09:30:00Z", **same
    )
    new = old | {"kwh": number("10"), "total_cost": amount("6.00", "7.26"), "last_updated": "2024-03-01T10:31:00Z"}
    less = new | {"id": "S2", "kwh": number("9.5"), "end_date_time": "2024-03-01T10:29:00Z"}
    path = tmp_path / "sessions" / "s.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"\n".join(map(body, (new, old, less))))

    lines = check(files, "--session", path, "--json").out.splitlines()
    wrong = check(files, "--session", tmp_path / "notes.txt")

    told = {
        one["cdr"]: {(found["pointer"], found["message"]) for found in one["findings"] if found["rule"] == "C-SESSION"}
        for one in map(json.loads, lines)
        if "cdr" in one
    }
    assert told["C1"] == set()
    assert told["C2"] == {
        ("/total_energy", "the Session says 9.5"),
        ("/end_date_time", "the Session says 2024-03-01T10:29:00Z"),
        ("/total_cost/incl_vat", "the Session says 7.26"),
    }
    assert told["C3"] == {("/session_id", "names no Session that is known")}
    assert (wrong.exit_code, "--session" in wrong.err) == (2, True)
