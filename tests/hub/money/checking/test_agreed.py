"""What two parties want of a CDR between them: the stricter mode, the tighter limits."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.money.checking.agreed import AgreedLimits, CdrPolicy, Direction, Duty, HoldOn, Mode, duty_of
from hub.money.checking.check import check_cdr
from hub.money.checking.known import PartnerLimits
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import amount, number
from tests.words import CPO

MISMATCH = check_cdr(cdr(total_cost=amount("6.00", "9.99")))
WRONG_ENERGY = check_cdr(cdr(total_energy=number(11)))
EXPLAINED = check_cdr(cdr(total_cost=amount("6.50", "7.87"), total_fixed_cost=amount("1.00", "1.21")))
RIGHT = check_cdr(cdr())


def wish(mode: Mode, hold_on: HoldOn = HoldOn.MISMATCH, **limits: Any) -> CdrPolicy:
    """Of the operator, for what it sends."""
    return CdrPolicy(
        party=CPO,
        direction=Direction.SENT,
        mode=mode,
        hold_on=hold_on,
        limits=AgreedLimits(**limits),
        changed_at=datetime(2024, 1, 1, tzinfo=UTC),
    )


def duty(*wishes: CdrPolicy) -> Duty:
    """What they make together."""
    found = duty_of(wishes)
    assert found is not None
    return found


def test_nobody_wants_anything() -> None:
    """No duty."""
    assert duty_of([]) is None


@pytest.mark.parametrize(
    ("modes", "mode"),
    [
        ([Mode.OBSERVE], Mode.OBSERVE),
        ([Mode.FLAG, Mode.OBSERVE], Mode.FLAG),
        ([Mode.OBSERVE, Mode.HOLD], Mode.HOLD),
    ],
)
def test_the_stricter_mode_counts(modes: list[Mode], mode: Mode) -> None:
    """Of both sides."""
    assert duty(*map(wish, modes)).mode is mode


def test_the_tighter_limits_count() -> None:
    """The least of each that is stated; one that nobody states is as usual."""
    together = duty(
        wish(Mode.FLAG, max_cost="100", max_age_days=90), wish(Mode.FLAG, max_cost="50.5", tolerance="0.01")
    )

    assert together.limits == PartnerLimits(max_cost=Decimal("50.5"), max_age_days=90, tolerance=Decimal("0.01"))


@pytest.mark.parametrize(
    ("hold_on", "held"),
    [
        (HoldOn.MISMATCH, [True, False, False, False]),
        (HoldOn.DIFFERENCE, [True, True, False, False]),
        (HoldOn.ERROR, [True, False, True, False]),
    ],
)
def test_what_is_held(hold_on: HoldOn, held: list[bool]) -> None:
    """Wrong costs, or any error; a right CDR never, and nothing at all by who only flags."""
    holding = duty(wish(Mode.HOLD, hold_on))

    assert [holding.holds(one) for one in (MISMATCH, EXPLAINED, WRONG_ENERGY, RIGHT)] == held
    assert not duty(wish(Mode.FLAG, hold_on)).holds(MISMATCH)


def test_what_is_flagged() -> None:
    """Every error and every named deviation, but by nobody who only observes."""
    assert [duty(wish(mode)).flags(EXPLAINED) for mode in Mode] == [False, True, True]
    assert [duty(wish(mode)).flags(WRONG_ENERGY) for mode in Mode] == [False, True, True]
    assert not duty(wish(Mode.FLAG)).flags(RIGHT)
