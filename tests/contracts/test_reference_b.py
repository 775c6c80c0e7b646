"""The checks of the functional modules against the reference partners: clean they pass, each defect is found by its check."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from contracts.report import Report
from contracts.run import Target, run
from contracts.suite import load
from hub.simulate.cpo import Cpo
from hub.simulate.defects import Defect, known
from hub.simulate.emsp import Emsp
from hub.simulate.platform import Platform
from hub.simulate.reference import OPERATOR, PROVIDER, reference_cpo, reference_emsp

KINDS = frozenset({"LOC", "TAR", "TOK", "SES", "CDR", "CMD", "CHP"})
CREDENTIALS_TOKEN = "a-credentials-token-of-the-tests"
SUITE = load()
OURS = {check.check_id: check for check in SUITE.checks if check.check_id[:3] in KINDS}
BLOCKERS = {check_id for check_id, check in OURS.items() if check.gates}
DEFECTS = known()
PARTNERS: dict[str, Callable[[], Platform]] = {"CPO": reference_cpo, "EMSP": reference_emsp}


@asynccontextmanager
async def _connected(platform: Platform, defect: Defect | None = None) -> AsyncIterator[Platform]:
    """A platform that knows the suite's token, and may do one thing wrong."""
    platform.issued_token = platform.outgoing_token = CREDENTIALS_TOKEN
    platform.defect = defect
    async with platform:
        yield platform


async def _judged(platform: Platform, role: str, checks: set[str]) -> Report:
    target = Target(
        role=role,
        versions_url=platform.versions_url,
        token=CREDENTIALS_TOKEN,
        mode="exercise",
        checks=frozenset(checks),
    )
    return await run(SUITE, target)


def _verdicts(report: Report, *which: str) -> dict[str, str]:
    return {
        one.check_id: f"{one.expected or 'skipped'}: {one.observed}" for one in report.results if one.verdict in which
    }


@pytest.mark.parametrize("role", ["CPO", "EMSP"])
async def test_a_clean_reference_partner_passes_every_check(role: str) -> None:
    """No check fails, none is skipped, and each one that is for this role was there."""
    async with _connected(PARTNERS[role]()) as platform:
        report = await _judged(platform, role, set(OURS))

    assert _verdicts(report, "failed", "warning", "skipped") == {}
    assert {one.check_id for one in report.results} == {name for name, check in OURS.items() if role in check.roles}


@pytest.mark.parametrize("check_id", OURS)
async def test_a_defect_is_found_by_its_check(check_id: str) -> None:
    """With the one defect that it is for, a check fails, and no blocker but itself."""
    role = OURS[check_id].roles[0]
    async with _connected(PARTNERS[role](), DEFECTS[check_id]) as platform:
        report = await _judged(platform, role, BLOCKERS | {check_id})

    found = _verdicts(report, "failed", "warning")
    assert check_id in found
    assert {name: said for name, said in found.items() if name in BLOCKERS - {check_id}} == {}


def test_every_check_has_a_defect() -> None:
    """A check that nothing proves would be a promise of nothing."""
    assert OURS.keys() - DEFECTS.keys() == set()


def test_nearly_half_of_the_checks_demand_a_refusal() -> None:
    """What a platform must not do is as important as what it must."""
    negative = [check for check in OURS.values() if check.kind == "negative"]

    assert len(negative) >= 0.45 * len(OURS)


def test_a_check_that_only_looks_asks_by_get_alone() -> None:
    """A check in mode `observe` is safe on a live platform: no call of it has another method."""
    looking = [check for check in OURS.values() if check.mode == "observe"]

    assert [check.check_id for check in looking if "'method'" in str(check.steps)] == []
    assert [check.check_id for check in looking if "'together'" in str(check.steps)] == []


async def test_a_session_that_the_suite_started_is_stopped() -> None:
    """After START_SESSION comes STOP_SESSION, for the very session, and nothing goes on charging at the operator."""
    operator = reference_cpo()
    async with _connected(operator):
        await _judged(operator, "CPO", {"CMD-01"})
        stopped = [one.json["session_id"] for one in operator.requests if one.path.endswith("/STOP_SESSION")]
        await operator.tasks.join()

    assert stopped == list(operator.runs)
    assert [operator.sessions[session_id]["status"] for session_id in stopped] == ["COMPLETED"]


async def test_checks_of_an_empty_list_are_skipped() -> None:
    """Where a platform has nothing to look at, a check says so and does not fail."""
    operator, provider = Cpo(OPERATOR), Emsp(PROVIDER, tokens=[])
    operator.tariffs.clear()
    reports = []
    for platform in (operator, provider):
        async with _connected(platform):
            reports.append(await _judged(platform, platform.roles[0].role, set(OURS)))

    assert [_verdicts(report, "failed", "warning") for report in reports] == [{}, {}]
    skipped = [one for report in reports for one in report.results if one.verdict == "skipped"]
    assert {one.check_id for one in skipped} >= {"LOC-01", "TAR-01", "SES-01", "CDR-01", "CMD-01", "TOK-01", "TOK-04"}
    assert [one.check_id for one in skipped if not one.observed] == []
