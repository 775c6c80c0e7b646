"""What verdicts mean for a module: it needs one to carry traffic, has time to get well, and an operator may step in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.standing import Side, Standing, State, aged, carries, complaint, judged, side_of
from hub.wire.interface import ModuleId
from hub.wire.party import Role

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LOCATIONS = ModuleId("locations")
VALID, GRACE = timedelta(days=30), timedelta(days=14)


def verdict(before: Standing | None, *failed: str, now: datetime = NOON) -> Standing:
    """The standing after a verdict with these failed blockers."""
    return judged(
        before,
        side=Side.CPO,
        module=LOCATIONS,
        failed_blockers=failed,
        suite_version="1.0.0",
        mode="observe",
        now=now,
        valid=VALID,
    )


def test_a_green_verdict_verifies_and_a_red_one_does_not() -> None:
    """Who never was green stays in the sandbox, and says which checks fail."""
    green, red = verdict(None), verdict(None, "LOC-01", "PAG-02")

    assert (green.state, carries(green)) == (State.VERIFIED, True)
    assert (red.state, carries(red)) == (State.SANDBOX, False)
    assert complaint(red) == "is SANDBOX: LOC-01, PAG-02 failed"
    assert verdict(verdict(red, "LOC-01")).state is State.VERIFIED


def test_who_was_verified_has_fourteen_days_to_get_well() -> None:
    """A failed blocker degrades; traffic goes on until the grace is over, then it stops until the next green verdict."""
    red = verdict(verdict(None), "LOC-01")
    later = verdict(red, "LOC-02", now=NOON + timedelta(days=13))

    assert (red.state, carries(red), red.failing_since) == (State.DEGRADED, True, NOON)
    assert later.failing_since == NOON
    assert aged(later, NOON + GRACE - timedelta(seconds=1), GRACE).state is State.DEGRADED
    blocked = aged(later, NOON + GRACE, GRACE)
    assert (blocked.state, carries(blocked)) == (State.BLOCKED, False)
    assert verdict(blocked, "LOC-02").state is State.BLOCKED
    assert verdict(blocked).state is State.VERIFIED


def test_a_verdict_that_nobody_renewed_degrades_and_then_blocks() -> None:
    """Thirty days, and fourteen more."""
    green = verdict(None)

    assert aged(green, NOON + VALID - timedelta(seconds=1), GRACE) == green
    assert aged(green, NOON + VALID, GRACE).state is State.DEGRADED
    assert aged(green, NOON + VALID + GRACE, GRACE).state is State.BLOCKED
    assert "last verdict is of 2026-12-01" in complaint(aged(green, NOON + VALID + GRACE, GRACE))


def test_an_override_lets_pass_for_its_time_alone() -> None:
    """Whatever the verdict; afterwards it is as if it had never been."""
    red = verdict(None, "LOC-01")
    let = replace(red, override_until=NOON + timedelta(hours=2), override_reason="the fix is on its way")

    assert carries(let)
    assert carries(verdict(let, "LOC-01", now=NOON + timedelta(hours=1)))
    assert aged(let, NOON + timedelta(hours=2), GRACE) == red


def test_nobody_is_verified_without_a_verdict() -> None:
    """What was never judged carries nothing."""
    assert not carries(None)
    assert complaint(None) == "was never verified"


@pytest.mark.parametrize(
    ("role", "side"), [(Role.CPO, "CPO"), (Role.NAP, "CPO"), (Role.EMSP, "EMSP"), (Role.NSP, "EMSP")]
)
def test_every_role_is_judged_as_one_side(role: Role, side: str) -> None:
    """Roles that the suite does not name are judged as what they do."""
    assert side_of(role) == side


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=12))
def test_what_carries_was_green_lately_or_is_within_its_grace(story: list[tuple[bool, int]]) -> None:
    """However verdicts follow one another: traffic passes only within validity and grace after some green verdict."""
    standing: Standing | None = None
    now, green_at = NOON, None
    for is_green, days in story:
        standing = verdict(standing, *(() if is_green else ("LOC-01",)), now=now)
        green_at = now if is_green else green_at
        now += timedelta(days=days)
        standing = aged(standing, now, GRACE)

        assert not carries(standing) or (green_at is not None and now < green_at + VALID + GRACE)
