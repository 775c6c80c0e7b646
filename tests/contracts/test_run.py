"""A run: in order, in time, to its end, and never green when it was cut."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.counterpart import CannotListen
from contracts.verbs import VERBS
from tests.contracts.platforms import JSON_HEADER, judge, platform, run_on
from tests.contracts.raw_partner import answer, envelope
from tests.contracts.suites import Steps, check, suite_of

CALL: Steps = [{"call": {"url": "${partner.versions_url}"}}, {"expect": {"http": 200, "ocpi": 1000}}]
SLOW: Steps = [{"pause": {"seconds": 20}}]


async def test_a_check_has_its_time(tmp_path: Path) -> None:
    """A check that takes longer than it may has failed, and the next is judged all the same."""
    suite = suite_of(tmp_path, check("TRA-01", SLOW, limit_s=0.2), check("TRA-02", CALL))
    async with platform() as partner:
        report = await run_on(suite, partner)

    assert [(one.verdict, one.observed) for one in report.results] == [("failed", "it took longer"), ("passed", "")]
    assert report.results[0].expected == "all of it within 0.2 s"
    assert report.complete


async def test_a_run_has_its_time(tmp_path: Path) -> None:
    """When the time is over, what runs is cut and the rest skipped with the reason; the report is incomplete and not ok."""
    suite = suite_of(tmp_path, check("TRA-01", CALL), check("TRA-02", SLOW), check("TRA-03", CALL, severity="minor"))
    async with platform() as partner:
        report = await run_on(suite, partner, limit_s=0.5)

    assert [one.verdict for one in report.results] == ["passed", "failed", "skipped"]
    assert report.results[2].observed == "the time for the whole run was over"
    assert (report.complete, report.ok) == (False, False)
    assert report.seconds < 1.5


async def test_a_cut_run_is_not_green_even_when_nothing_failed(tmp_path: Path) -> None:
    """A check that was cut on the watch-list only warns; the run is incomplete all the same."""
    suite = suite_of(tmp_path, check("TRA-01", CALL), check("TRA-02", SLOW, status="watch-list"))
    async with platform() as partner:
        report = await run_on(suite, partner, limit_s=0.3)

    assert [one.verdict for one in report.results] == ["passed", "warning"]
    assert not report.ok


async def test_a_silent_platform_does_not_use_up_the_run_before_it_begins(tmp_path: Path) -> None:
    """However silent, the first check is judged, not skipped."""
    suite = suite_of(tmp_path, check("TRA-01", CALL))
    async with platform({"/versions": _silent}) as partner:
        report = await run_on(suite, partner, limit_s=0.5)

    assert report.results[0].verdict == "failed"


def _silent(_: object) -> bytes:
    return b""


async def test_checks_run_by_phase_then_by_name(tmp_path: Path) -> None:
    """The order is the suite's, whatever the files are called; progress tells it, and ends."""
    suite = suite_of(
        tmp_path,
        check("ABC-01", CALL, phase="end"),
        check("XYZ-01", CALL),
        check("DEF-01", CALL, modules=["transport", "locations"]),
        check("GHI-01", CALL, phase="unregistered"),
    )
    told: list[tuple[int, int, str]] = []
    async with platform() as partner:
        report = await run_on(suite, partner, lambda *step: told.append(step), register=True)

    names = ["GHI-01 transport", "DEF-01 transport", "DEF-01 locations", "XYZ-01 transport", "ABC-01 transport"]
    assert [f"{one.check_id} {one.module}" for one in report.results] == names
    assert told == [*((number, 5, name) for number, name in enumerate(names)), (5, 5, "done")]


async def test_a_run_can_be_narrowed(tmp_path: Path) -> None:
    """By module with what counts for all, by check, and by role and mode anyhow; the report says to what."""
    suite = suite_of(
        tmp_path,
        check("AAA-01", CALL),
        check("BBB-01", CALL, modules=["locations"]),
        check("CCC-01", CALL, modules=["sessions"]),
        check("DDD-01", CALL, roles=["EMSP"]),
        check("EEE-01", CALL, mode="exercise"),
    )
    async with platform() as partner:
        everything = await run_on(suite, partner)
        module = await run_on(suite, partner, modules=frozenset({"locations"}))
        one = await run_on(suite, partner, checks=frozenset({"CCC-01"}))
        exercise = await run_on(suite, partner, mode="exercise", role="EMSP", checks=frozenset({"DDD-01", "EEE-01"}))

    assert [one.check_id for one in everything.results] == ["AAA-01", "BBB-01", "CCC-01"]
    assert ([one.check_id for one in module.results], module.only) == (["AAA-01", "BBB-01"], {"modules": ["locations"]})
    assert ([one.check_id for one in one.results], one.only) == (["CCC-01"], {"checks": ["CCC-01"]})
    assert [one.check_id for one in exercise.results] == ["DDD-01", "EEE-01"]


async def test_who_registers_registers_also_for_one_check(tmp_path: Path) -> None:
    """With a token A the checks that register are run before the one that was asked for; without it they are not."""
    suite = suite_of(tmp_path, check("CRE-01", CALL, phase="registering"), check("TRA-01", CALL), check("TRA-02", CALL))
    async with platform() as partner:
        with_a = await run_on(suite, partner, register=True, checks=frozenset({"TRA-01"}))
        without = await run_on(suite, partner, checks=frozenset({"TRA-01"}))

    assert [one.check_id for one in with_a.results] == ["CRE-01", "TRA-01"]
    assert [one.check_id for one in without.results] == ["TRA-01"]


async def test_what_would_end_a_registration_needs_one_of_its_own(tmp_path: Path) -> None:
    """With an established token nothing is registered or ended."""
    suite = suite_of(tmp_path, check("CRE-01", CALL, phase="registering"), check("CRE-09", CALL, phase="end"))
    async with platform() as partner:
        report = await run_on(suite, partner, mode="exercise")

    assert {one.verdict for one in report.results} == {"skipped"}
    assert all("--register" in one.observed for one in report.results)


async def test_a_fault_of_a_verb_ends_one_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside a check, the others are judged."""

    async def breaks(*_: object) -> None:
        raise ArithmeticError("division by zero")

    monkeypatch.setitem(VERBS, "pause", breaks)
    suite = suite_of(tmp_path, check("TRA-01", SLOW), check("TRA-02", CALL))
    async with platform() as partner:
        report = await run_on(suite, partner)

    assert [one.verdict for one in report.results] == ["failed", "passed"]
    assert report.results[0].observed == "ArithmeticError: division by zero"


async def test_what_a_check_says_is_short(tmp_path: Path) -> None:
    """However much of an answer a check puts into its words, the report has the start of it."""
    steps: Steps = [*CALL, {"compare": {"wanted": 1, "got": 2, "about": "what they said: ${reply.data}"}}]
    only = await judge(suite_of(tmp_path, check("TRA-01", steps)), {"/versions": "x" * 1_000_000})

    assert (only.verdict, len(only.expected)) == ("failed", 1000)


async def test_a_script_lasts_as_long_as_its_check(tmp_path: Path) -> None:
    """What one check makes the counterpart answer does not disturb the next."""
    scripted: Steps = [{"script": {"path": "/versions", "http": 500, "times": 9}}]
    suite = suite_of(
        tmp_path,
        check("TRA-01", scripted),
        check("TRA-02", [{"call": {"url": "${us.versions_url}"}}, {"expect": {"http": 200}}]),
    )
    async with platform() as partner:
        report = await run_on(suite, partner)

    assert [one.verdict for one in report.results] == ["passed", "passed"]


async def test_the_party_is_found_or_given(tmp_path: Path) -> None:
    """Without --party it is the first of its role in the platform's credentials; what is no party is not taken."""
    suite = suite_of(tmp_path, check("TRA-01", CALL))
    weird = {"roles": [{"role": "CPO", "country_code": "N\r\nL", "party_id": "X" * 5000}]}
    async with platform() as partner, platform({"/2.2.1/credentials": weird}) as other:
        found = await run_on(suite, partner)
        given = await run_on(suite, partner, party={"country_code": "DE", "party_id": "ABC"})
        not_found = await run_on(suite, other)

    assert (found.party, given.party, not_found.party) == ("NL*CPA", "DE*ABC", "")


async def test_older_software_is_talked_to_as_it_likes(tmp_path: Path) -> None:
    """A platform that wants the token as it is gets it so, and the report says so."""

    def picky(asked: Any) -> Any:
        raw = not asked.headers["authorization"].endswith("=")
        return [{"version": "2.2.1", "url": "x"}] if raw else answer(envelope(), JSON_HEADER, status="401 Unauthorized")

    suite = suite_of(tmp_path, check("TRA-01", CALL))
    async with platform({"/versions": picky}) as partner:
        report = await run_on(suite, partner)

    assert report.quirks["token_encoding"] == "raw"
    assert report.results[0].verdict == "passed"


async def test_an_address_that_is_taken_is_said(tmp_path: Path) -> None:
    """When the counterpart cannot listen there is no run, and the error names the address."""
    suite = suite_of(tmp_path, check("TRA-01", CALL))
    async with platform() as partner:
        with pytest.raises(CannotListen, match=r"127.0.0.1:[0-9]+ cannot be listened on"):
            await run_on(suite, partner, listen=("127.0.0.1", int(partner.url.rpartition(":")[2])))


async def test_calls_at_once_are_all_over_when_their_check_is(tmp_path: Path) -> None:
    """One that fails does not leave the others on their way."""
    under_way = 0

    def counted(asked: Any) -> Any:
        nonlocal under_way
        under_way += "page" in asked.target
        return b"nonsense\r\n\r\n" if "page=0" in asked.target else [{}]

    calls = [{"url": "${partner.versions_url}", "query": {"page": number}} for number in range(5)]
    suite = suite_of(tmp_path, check("TRA-01", [{"together": {"calls": calls}}]))

    only = await judge(suite, {"/versions": counted})

    assert only.verdict == "failed"
    assert under_way == 5


async def test_a_report_of_a_run_can_be_read_again(tmp_path: Path) -> None:
    """What a run reports survives JSON."""
    suite = suite_of(tmp_path, check("TRA-01", CALL))
    async with platform() as partner:
        report = await run_on(suite, partner)

    assert json.loads(json.dumps(report.value()))["suite_digest"] == suite.digest
