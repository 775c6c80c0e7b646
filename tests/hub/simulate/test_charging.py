"""A charging plan is drawn from a seed; its periods add up."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.simulate.charging import draw_plan, hours, period

HALF_WH = Decimal("0.0005")
START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.text(max_size=10), st.integers(1, 500))
def test_a_plan_stays_within_its_limits(seed: str, power_kw: int) -> None:
    """Duration within the minutes, energy between 50 and 95 percent of the power, in whole Wh."""
    plan = draw_plan(seed, Decimal(power_kw), (15, 45))

    assert 15 * 60 <= plan.duration_s <= 45 * 60
    full_kwh = Decimal(power_kw) * plan.duration_s / 3600
    assert full_kwh * Decimal("0.50") - HALF_WH <= plan.energy_kwh <= full_kwh * Decimal("0.95") + HALF_WH
    assert plan.energy_kwh == plan.energy_kwh.quantize(Decimal("0.001"))


def test_a_seed_gives_the_same_plan_and_another_seed_another() -> None:
    """A demo can be repeated."""
    plans = [draw_plan(seed, Decimal(22), (15, 45)) for seed in ("1/S1", "1/S1", "2/S1")]

    assert plans[0] == plans[1] != plans[2]


@given(st.lists(st.integers(0, 2700), max_size=6), st.integers(0, 99))
def test_the_periods_add_up_to_the_whole(cuts: list[int], seed: int) -> None:
    """However a session is cut into periods, their energy and time are those of the session."""
    plan = draw_plan(str(seed), Decimal(150), (15, 45))
    marks = [0, *sorted(min(cut, plan.duration_s) for cut in cuts), plan.duration_s]

    periods = [period(plan, START, a, b, "DC") for a, b in pairwise(marks)]

    assert sum(p["dimensions"][0]["volume"] for p in periods) == plan.energy_kwh
    assert sum(p["dimensions"][1]["volume"] for p in periods) == hours(plan.duration_s)
