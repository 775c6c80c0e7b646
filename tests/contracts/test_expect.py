"""expect: the first thing that is wrong is the one that is named, and what may be missing may be missing."""

from pathlib import Path
from typing import Any

import pytest

from contracts.assertions import shown
from tests.contracts.platforms import JSON_HEADER, judge
from tests.contracts.raw_partner import answer, envelope
from tests.contracts.suites import check, suite_of


async def outcome(folder: Path, expectation: dict[str, Any], said: Any) -> tuple[str, str, str]:
    """Verdict, expected and observed of a call to the versions endpoint."""
    steps = [{"call": {"url": "${partner.versions_url}"}}, {"expect": expectation}]
    one = await judge(suite_of(folder, check("TRA-01", steps)), {"/versions": said})
    return one.verdict, one.expected, one.observed


WANTED: dict[str, Any] = {
    "http": 200,
    "ocpi": 1000,
    "headers": {"content-type": {"matches": "application/json"}},
    "schema": "[VersionInfo]",
    "that": [{"value": "${reply.data.0.version}", "about": "the version", "equals": "2.2.1"}],
}


@pytest.mark.parametrize(
    ("said", "expected", "observed"),
    [
        (answer(b"gone", status="404 Not Found"), "HTTP 200", "HTTP 404, no JSON"),
        (answer(b"<html>", JSON_HEADER), "an OCPI envelope with a status_code", "HTTP 200, no JSON"),
        (answer(b"[]", JSON_HEADER), "an OCPI envelope with a status_code", "HTTP 200, no OCPI envelope"),
        (answer(b'{"status_code": 2001, "status_message": "no"}'), "status_code 1000", "HTTP 200, OCPI 2001 (no)"),
        (answer(envelope([])), 'the header content-type of the form "application/json"', "null"),
        (
            [{"version": 2}],
            "a valid [VersionInfo]",
            "/0: 'url' is a required property; /0/version: 2 is not of type \"string\"",
        ),
        ([], "a value at reply.data.0.version", "there is none"),
        ([{"version": "2.1", "url": "http://x.example"}], 'the version equal to "2.2.1"', '"2.1"'),
    ],
)
async def test_the_first_fault_is_named(tmp_path: Path, said: Any, expected: str, observed: str) -> None:
    """HTTP, then envelope, headers, schema, values: an answer without data fails for what it is, not for what it lacks."""
    assert await outcome(tmp_path, WANTED, said) == ("failed", expected, observed)


@pytest.mark.parametrize(
    ("data", "present", "verdict"),
    [
        ({"a": 1}, True, "passed"),
        ({"a": 1}, False, "failed"),
        ({}, False, "passed"),
        ({}, True, "failed"),
        (None, False, "passed"),
    ],
)
async def test_what_may_be_missing(tmp_path: Path, data: Any, present: bool, verdict: str) -> None:
    """`present` asks whether something is there, so its place may lead nowhere."""
    that = [{"value": "${reply.data.a}", "about": "the answer", "present": present}]

    found, expected, _ = await outcome(tmp_path, {"that": that}, data)

    assert found == verdict
    assert expected == ("" if verdict == "passed" else "the answer to be there" if present else "no answer")


async def test_one_of_several(tmp_path: Path) -> None:
    """Of `any_of` one must hold, also when another asks for what is not there."""
    several = {"any_of": [{"that": [{"value": "${reply.data.a}", "equals": 1}]}, {"http": [200, 201]}]}

    assert (await outcome(tmp_path, several, {}))[0] == "passed"


def test_a_value_for_people_is_short_whatever_it_is() -> None:
    """Of a large or deep value only the start is written, as JSON."""
    assert shown({"a": [1, True, None, "é"]}) == '{"a": [1, true, null, "é"]}'
    assert shown([[[[[1]]]]]) == "[[[[[…]]]]]"
    assert shown(list(range(100))) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …]"
    assert len(shown([{"a": "x" * 10_000_000}] * 1000)) == 200
