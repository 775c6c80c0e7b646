"""The checks of versions, credentials, transport, paging and hubclientinfo, proved on the reference partners over real HTTP."""

import pytest

from contracts.suite import Check
from hub.simulate import defects
from tests.contracts.reference_partners import PARTNERS, observed, published, registered

FAMILIES = frozenset({"AUT", "CRE", "HCI", "OFF", "PAG", "ROB", "TRA", "VER"})
CHECKS = {one.check_id: one for one in published().checks if one.check_id[:3] in FAMILIES}
BLOCKERS = frozenset(one.check_id for one in published().checks if one.gates)
HANDSHAKE = frozenset(name for name, one in CHECKS.items() if one.phase != "main")
"""They are told from one another by what came before, so all of them are always there."""
ROLES = sorted(PARTNERS)
PAIRS = [(role, one) for one in sorted(CHECKS) for role in CHECKS[one].roles]


@pytest.mark.parametrize("role", ROLES)
async def test_a_clean_partner_passes_every_check(role: str) -> None:
    """From token A to DELETE nothing is found, and nothing is skipped."""
    judged = await registered(role, checks=frozenset(CHECKS))

    assert judged.verdicts("failed") + judged.verdicts("warning") + judged.verdicts("skipped") == []
    assert {one.check_id for one in judged.report.results} == set(CHECKS)
    assert judged.report.ok


@pytest.mark.parametrize("role", ROLES)
async def test_a_clean_partner_in_use_passes_what_can_be_observed(role: str) -> None:
    """With the token of a connection that carries traffic, every check that only looks is judged, and passes."""
    judged = await observed(role)

    own = [one for one in judged.report.results if one.check_id in CHECKS]
    assert {one.check_id for one in own} == {name for name, one in CHECKS.items() if one.mode == "observe"}
    assert [one.check_id for one in own if one.verdict != "passed"] == []


@pytest.mark.parametrize("role", ROLES)
async def test_observing_sends_nothing_but_gets(role: str) -> None:
    """Safe on a live platform: no method but GET, no body, and one request without a token in the whole suite."""
    requests = (await observed(role)).partner.requests

    assert {(one.method, one.body) for one in requests} == {("GET", b"")}
    assert [one.path for one in requests if "Authorization" not in one.headers] == ["/ocpi/versions"]


@pytest.mark.parametrize(("role", "check_id"), PAIRS)
async def test_a_defect_is_caught_by_its_check(role: str, check_id: str) -> None:
    """A partner that is wrong in one thing fails the check of this thing, and no other that would close a module."""
    check = CHECKS[check_id]
    judged = await registered(role, defects.known()[check_id], checks=BLOCKERS | HANDSHAKE | {check_id})

    failed = {one.check_id for one in judged.report.results if one.verdict in {"failed", "warning"}}
    assert check_id in failed, _missed(check)
    assert failed & BLOCKERS - {check_id} == set(), judged.verdicts("failed")


def _missed(check: Check) -> str:
    return f"{check.check_id} did not see this: {check.defect}"


def test_every_check_has_a_defect() -> None:
    """No check is published that was never seen to fail."""
    assert CHECKS.keys() - defects.known().keys() == set()


def test_two_in_five_checks_want_a_refusal() -> None:
    """What a platform must not do is looked for as well as what it must."""
    negative = [name for name, one in CHECKS.items() if one.kind == "negative"]

    assert len(negative) >= 0.4 * len(CHECKS)
