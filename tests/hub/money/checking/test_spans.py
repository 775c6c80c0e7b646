"""Periods over a price change: where it changes, and between which amounts the total must lie."""

from datetime import UTC
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.checking.spans import cost_interval, find_spans
from hub.money.compiling import compile_tariff
from hub.money.priced import Priced
from hub.money.pricing import price
from tests.hub.money.sessions import (
    ZONE,
    Json,
    amount,
    component,
    element,
    facts_of,
    number,
    random_session,
    tariff,
    unsplit,
)

ONE_HOUR = ("2024-01-15T10:00:00Z", {"ENERGY": 10, "TIME": 1})
CHEAPER = tariff(
    element(component("ENERGY", "0.20"), component("TIME", 2), start_time="10:30"),
    element(component("ENERGY", "0.50"), component("TIME", 4)),
)


def priced_by(written: Json, *periods: Any, end: str = "2024-01-15T11:00:00Z") -> Priced:
    """A session at that place in UTC."""
    return price(facts_of(*(periods or [ONE_HOUR]), end=end), [compile_tariff(written)], UTC)


def test_time_is_split_exactly_and_energy_is_not() -> None:
    """Half an hour at 4 and half at 2 are 3; 10 kWh cost between 2 and 5."""
    priced = priced_by(CHEAPER)

    spans = find_spans(priced)
    interval = cost_interval(priced, spans)

    assert [(span.dimension, [one.seconds for one in span.segments], span.exact) for span in spans] == [
        ("ENERGY", [1800, 1800], False),
        ("TIME", [1800, 1800], True),
    ]
    assert (interval.low.excl, interval.high.excl) == (Decimal("5.00"), Decimal("8.00"))
    assert interval.holds(Decimal("6.30"), None)
    assert not interval.holds(Decimal("8.01"), None)


@pytest.mark.parametrize(
    "written",
    [
        tariff(element(component("ENERGY", "0.20"), max_kwh=5), element(component("ENERGY", "0.50"))),
        tariff(element(component("ENERGY", "0.20"), max_duration=1800), element(component("ENERGY", "0.50"))),
        tariff(element(component("ENERGY", "0.20"), end_time="10:30")),
        tariff(element(component("ENERGY", "0.20"), end_time="10:59"), element(component("ENERGY", "0.50"))),
    ],
)
def test_every_kind_of_change_is_found(written: Json) -> None:
    """By energy, by duration, by the clock, and where it becomes free."""
    assert [span.dimension for span in find_spans(priced_by(written))] == ["ENERGY"]


@pytest.mark.parametrize(
    "written",
    [
        tariff(element(component("ENERGY", "0.20"), start_time="11:00"), element(component("ENERGY", "0.50"))),
        tariff(element(component("ENERGY", "0.20"), max_kwh=10), element(component("ENERGY", "0.50"))),
        tariff(element(component("ENERGY", "0.20"))),
    ],
)
def test_a_change_at_the_end_is_none(written: Json) -> None:
    """The period ends just when the price changes: so it should be."""
    assert find_spans(priced_by(written)) == []


def test_limits_hold_the_interval_too() -> None:
    """Neither bound is above the maximum."""
    priced = priced_by(CHEAPER | {"max_price": amount(6)})

    assert cost_interval(priced, find_spans(priced)).high.excl == Decimal("6.00")


def test_what_is_too_long_is_not_looked_into() -> None:
    """A session of a year has no spans rather than hundreds of thousands."""
    priced = priced_by(CHEAPER, ONE_HOUR, end="2025-01-15T11:00:00Z")

    assert find_spans(priced) == []


@given(seed=st.integers(0, 2**32))
def test_a_session_that_was_split_has_no_spans_and_the_same_unsplit_lies_in_its_interval(seed: int) -> None:
    """What really happened is always inside, before step_size; a correctly split session has nothing to tell."""
    written, facts = random_session(Random(seed))
    for part in (part for one in written["elements"] for part in one["price_components"]):
        part["step_size"] = number(0)
    compiled = compile_tariff(written)
    right = price(facts, [compiled], ZONE)
    merged = price(unsplit(facts), [compiled], ZONE)

    assert find_spans(right) == []
    interval = cost_interval(merged, find_spans(merged))
    one_cent = Decimal("0.01")
    assert interval.low.excl is not None
    assert interval.high.excl is not None
    assert right.total.excl is not None
    assert interval.low.excl - one_cent <= right.total.excl <= interval.high.excl + one_cent
