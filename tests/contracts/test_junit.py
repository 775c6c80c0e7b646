"""A report for build servers."""

from xml.etree import ElementTree as ET

import pytest

from contracts.junit import junit
from contracts.redaction import visible
from contracts.report import Report
from tests.contracts.reports import NASTY, failed, report, result


def read(one: Report) -> ET.Element:
    """The XML of a report, parsed."""
    return ET.fromstring(junit(one))  # noqa: S314 - of our own making


def test_a_suite_for_each_module() -> None:
    """Each module is a suite with its numbers, each check a case of it; the root has the sums."""
    root = read(
        report(result(), failed(), result("LOC-01", module="locations", verdict="skipped", observed="not offered"))
    )

    numbers = {
        suite.attrib["name"]: [suite.attrib[name] for name in ("tests", "failures", "skipped")] for suite in root
    }
    assert numbers == {"versions": ["2", "1", "0"], "locations": ["1", "0", "1"]}
    assert [root.attrib[name] for name in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    assert [case.attrib["name"].split()[0] for case in root.iter("testcase")] == ["VER-01", "VER-02", "LOC-01"]
    assert {one.attrib["name"] for one in root.iter("property")} >= {"suite_version", "suite_digest", "party"}


def test_a_failure_says_both_sides() -> None:
    """Expected and observed in the message; why, fix, source and a line to repeat it in the text."""
    failure = read(report(failed())).find(".//failure")

    assert failure is not None
    assert failure.attrib == {"type": "blocker", "message": "expected HTTP 401 HTTP 200; observed HTTP 200"}
    for said in ("Nobody can connect", "Give it.", "version_information_endpoint#get (H2.01)", "curl -si"):
        assert said in (failure.text or "")


def test_a_skipped_check_says_why() -> None:
    """The reason is the message."""
    skipped = read(report(result(verdict="skipped", observed="not offered"))).find(".//skipped")

    assert skipped is not None
    assert skipped.attrib == {"message": "not offered"}


def test_a_warning_is_no_failure() -> None:
    """What is on the watch-list passes, and says on system-out what was wrong."""
    root = read(report(failed(status="watch-list", verdict="warning")))

    assert root.attrib["failures"] == "0"
    assert "watch-list): expected HTTP 401" in (root.findtext(".//system-out") or "")


def test_a_cut_run_fails() -> None:
    """A build server sees a failed case when the time was over, and none otherwise."""
    assert read(report(result(), complete=False)).attrib["failures"] == "1"
    assert read(report(result())).attrib["failures"] == "0"


@pytest.mark.parametrize("said", NASTY)
def test_whatever_a_partner_sent_is_text(said: str) -> None:
    """As a run reports it, it is well-formed XML, and means what was sent."""
    shown = visible(said, kept="")

    failure = read(report(failed(said=shown))).find(".//failure")

    assert failure is not None
    assert failure.attrib["message"].endswith(f"observed {shown}")
