"""What a session will cost, asked before it begins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.estimating import NoEstimate, Plan, estimate, split
from hub.money.notes import Doubt
from hub.money.priced import Priced
from tests.hub.money.sessions import ZONE, component, element, exact, random_stages, random_start, random_tariff, tariff

BY_NIGHT = compile_tariff(
    tariff(
        element(component("ENERGY", 1), start_time="22:00", end_time="06:00"),
        element(component("ENERGY", 2), component("PARKING_TIME", 6, step_size=900)),
    )
)


def plan(start: str, kwh: object, minutes: int, parked: int = 0, **more: Decimal) -> Plan:
    """A plan from strings."""
    return Plan(
        kwh=Decimal(str(kwh)), minutes=minutes, start=datetime.fromisoformat(start), parked_minutes=parked, **more
    )


def lines(priced: Priced) -> list[tuple[str, str]]:
    """Local time and dimension of each line."""
    starts = [priced.facts.periods[line.period].start.astimezone(ZONE) for line in priced.bill.lines]
    return [(f"{start:%H:%M}", line.dimension) for start, line in zip(starts, priced.bill.lines, strict=True)]


def test_a_session_is_split_where_the_price_changes() -> None:
    """21:00 to 23:00 local: half of the energy at each price."""
    priced = estimate(BY_NIGHT, plan("2024-01-15T20:00:00Z", 30, 120), ZONE)

    assert exact(priced) == 15 * 2 + 15 * 1
    assert lines(priced) == [("21:00", "ENERGY"), ("22:00", "ENERGY")]


def test_the_night_when_clocks_change_is_priced_right() -> None:
    """22:00 to 06:00 is nine hours long in autumn and seven in spring: energy flows evenly for ten hours, 10 kWh."""
    autumn = estimate(BY_NIGHT, plan("2024-10-26T20:00:00Z", 10, 600), ZONE)
    spring = estimate(BY_NIGHT, plan("2024-03-30T21:00:00Z", 10, 600), ZONE)

    assert exact(autumn) == 9 * 1 + 1 * 2
    assert exact(spring) == 7 * 1 + 3 * 2


def test_parking_is_priced_after_charging() -> None:
    """Its step counts; charging draws no power while the car is parked."""
    priced = estimate(BY_NIGHT, plan("2024-01-15T10:00:00Z", 10, 60, parked=20), ZONE)

    assert exact(priced) == 10 * 2 + Fraction(6, 2)


def test_energy_and_duration_split_too() -> None:
    """The first 10 kWh, then the rest until half an hour, then the rest."""
    tiers = compile_tariff(
        tariff(
            element(component("ENERGY", 1), max_kwh=10),
            element(component("ENERGY", 2), max_duration=1800),
            element(component("ENERGY", 3)),
        )
    )

    assert exact(estimate(tiers, plan("2024-01-15T10:00:00Z", 40, 60))) == 10 * 1 + 10 * 2 + 20 * 3


@pytest.mark.parametrize(("power", "costs"), [(None, 10), (Decimal(50), 20)])
def test_power_is_the_mean_or_what_is_said(power: Decimal | None, costs: int) -> None:
    """10 kWh in an hour are 10 kW, whatever the connector could."""
    by_power = compile_tariff(tariff(element(component("ENERGY", 1), max_power=22), element(component("ENERGY", 2))))
    planned = replace(plan("2024-01-15T10:00:00Z", 10, 60), power_kw=power)

    assert exact(estimate(by_power, planned)) == costs


def test_current_matters_only_when_it_is_said() -> None:
    """Without it no element with a restriction of current matches, and a note says so."""
    by_current = compile_tariff(
        tariff(element(component("ENERGY", 1), max_current=32), element(component("ENERGY", 2)))
    )

    unknown = estimate(by_current, plan("2024-01-15T10:00:00Z", 10, 60))
    known = estimate(by_current, plan("2024-01-15T10:00:00Z", 10, 60, current_a=Decimal(16)))

    assert [exact(unknown), exact(known)] == [20, 10]
    assert [note.code for note in unknown.notes] == ["measure_unknown"]


def test_a_tariff_that_is_not_valid_then_gives_no_price() -> None:
    """The price is in doubt."""
    over = compile_tariff(tariff(element(component("ENERGY", 1)), end_date_time="2024-01-01T00:00:00Z"))

    assert estimate(over, plan("2024-01-15T10:00:00Z", 10, 60)).doubts == {Doubt.NO_TARIFF}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (plan("2024-01-15T10:00:00", 10, 60), "no time zone"),
        (plan("0001-01-15T10:00:00Z", 10, 60), "not between 1970 and 2200"),
        (plan("2024-01-15T10:00:00Z", 10, 0, parked=5), "minutes of charging"),
        (plan("2024-01-15T10:00:00Z", 0, 0), "lasts no time"),
        (plan("2024-01-15T10:00:00Z", 1, 60 * 24 * 63), "more than 62 days"),
    ],
)
def test_a_session_that_cannot_be_is_refused(wrong: Plan, words: str) -> None:
    """In words."""
    with pytest.raises(NoEstimate, match=words):
        estimate(BY_NIGHT, wrong, ZONE)


@given(seed=st.integers(0, 2**32))
def test_periods_fit_together(seed: int) -> None:
    """Each begins where the one before ended; energy and time add up to what was planned."""
    rng = Random(seed)
    stages, start = random_stages(rng), random_start(rng)

    facts = split(compile_tariff(random_tariff(rng)), start, stages, ZONE)

    assert facts.periods[0].start == start
    assert all(one.end == later.start for one, later in pairwise(facts.periods))
    assert facts.end - facts.start == timedelta(seconds=sum(stage.seconds for stage in stages))
    assert sum(one.energy_kwh or 0 for one in facts.periods) == sum(stage.energy_kwh or 0 for stage in stages)
    assert all(one.length_s == (one.time_s or 0) + (one.parking_s or 0) for one in facts.periods)


def test_utc_is_the_clock_where_no_zone_is_known() -> None:
    """And the price is in doubt, when the tariff looks at the clock."""
    priced = estimate(BY_NIGHT, plan("2024-01-15T21:00:00Z", 10, 120))

    assert exact(priced) == 5 * 2 + 5 * 1
    assert priced.doubts == {Doubt.TIME_ZONE}
    assert priced.facts.periods[0].end == datetime(2024, 1, 15, 22, tzinfo=UTC)
