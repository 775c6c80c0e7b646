"""What a report says of a run, and the schema that it keeps to."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from contracts import report as reports
from contracts.files import CannotWrite, prepare, write
from contracts.report import Report
from contracts.suite import ROOT
from tests.contracts.reports import NASTY, failed, report, result

SCHEMA: dict[str, Any] = json.loads((ROOT / "report.schema.json").read_text())
LOCATIONS = {"module": "locations"}


def closed(schema: Any) -> Any:
    """The same schema, but it knows every member that there is."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(one) for name, one in schema.items()}
    return {"additionalProperties": False} | inner if "properties" in schema else inner


def validate(value: Any) -> None:
    """Raise unless it is as the published schema says, without a member that the schema does not speak of."""
    Draft202012Validator(closed(SCHEMA)).validate(value)


@pytest.mark.parametrize(
    "one",
    [
        report(),
        report(result(), failed(), result("LOC-01", verdict="skipped", observed="not offered", **LOCATIONS)),
        report(*(failed(f"TRA-{number:02}", said[:200]) for number, said in enumerate(NASTY))),
        report(failed(status="watch-list", verdict="warning"), complete=False, party=""),
        report(
            result(), only={"modules": ["locations"], "checks": ["VER-01"]}, quirks={"raw": True, "limit": 50, "a": "b"}
        ),
    ],
)
def test_a_report_is_as_its_schema_says(one: Report) -> None:
    """Every report is valid by the published schema, which names each of its members; read again it is the same."""
    value = json.loads(json.dumps(one.value()))

    validate(value)
    assert reports.read(value) == one


@pytest.mark.parametrize("change", [{"format": 2}, {"suite_digest": "x"}, {"ok": None}, {"results": [{}]}, {"more": 1}])
def test_the_schema_sees_what_is_no_report(change: dict[str, Any]) -> None:
    """The test above would notice a member that is missing, wrong or new."""
    with pytest.raises(ValidationError):
        validate(report(result()).value() | change)


def test_a_blocker_closes_its_module() -> None:
    """A failed blocker of locations closes locations, and leaves sessions green."""
    one = report(failed("LOC-01", **LOCATIONS), result("SES-01", module="sessions"), result())

    assert one.modules() == {
        "locations": {"green": False, "failed_blockers": ["LOC-01"]},
        "sessions": {"green": True, "failed_blockers": []},
    }
    assert not one.ok


def test_a_common_blocker_closes_every_module() -> None:
    """What fails in versions, credentials or transport counts for all."""
    one = report(failed("VER-02"), result("LOC-01", **LOCATIONS))

    assert one.modules() == {"locations": {"green": False, "failed_blockers": ["VER-02"]}}


@pytest.mark.parametrize(
    "harmless", [{"severity": "major"}, {"severity": "minor"}, {"verdict": "warning", "status": "watch-list"}]
)
def test_what_is_no_blocker_closes_nothing(harmless: dict[str, str]) -> None:
    """A failed check that is no blocker, or only watched, leaves the run green."""
    one = report(failed("LOC-01", **LOCATIONS, **harmless), result("LOC-02", **LOCATIONS))

    assert one.ok
    assert one.modules()["locations"]["green"]


def test_a_cut_run_is_never_green() -> None:
    """Without a single failed check a run that was cut is neither ok nor are its modules green."""
    one = report(result("LOC-01", **LOCATIONS), complete=False)

    assert not one.ok
    assert not one.modules()["locations"]["green"]
    assert "not the whole" in one.said


def test_a_run_that_judged_nothing_is_not_green() -> None:
    """Only skipped checks, or none at all, prove nothing."""
    assert not report().ok
    assert not report(result(verdict="skipped")).ok


def test_the_files_of_a_report(tmp_path: Path) -> None:
    """Three files, each with version and digest of the suite, whatever a partner sent."""
    one = report(*(failed(f"TRA-{number:02}", said) for number, said in enumerate(NASTY)))
    folder = tmp_path / "out" / "here"

    prepare(folder)
    files = write(one, folder)

    assert [file.name for file in files] == ["report.json", "report.xml", "report.html"]
    assert sorted(file.name for file in folder.iterdir()) == sorted(file.name for file in files)
    for file in files:
        assert one.suite_digest in file.read_text(encoding="utf-8")
        assert one.suite_version in file.read_text(encoding="utf-8")
    validate(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A file in the way is named before anything runs."""
    (tmp_path / "file").touch()

    with pytest.raises(CannotWrite, match=r"--report .*file/out cannot be written: "):
        prepare(tmp_path / "file" / "out")
