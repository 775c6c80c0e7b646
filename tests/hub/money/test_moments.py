"""Restrictions at an instant: bounds, windows, clocks, and measures that a period does not state."""

from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.money.compiling import compile_tariff
from hub.money.notes import Doubt
from hub.money.policy import DEFAULT, Clock, Lookup, Policy, PricedAt, SameTime, UnknownMeasure
from hub.money.pricing import price
from tests.hub.money.sessions import component, cost, element, facts_of, tariff

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FREE = element(component("ENERGY", 0))


def costs_at(start: str, *, zone: ZoneInfo = AMSTERDAM, policy: Policy = DEFAULT, **restrictions: Any) -> bool:
    """Does an element with these restrictions price a kWh that flows from `start` on?"""
    facts = facts_of((start, {"ENERGY": 1}), end=f"{start[:11]}23:59:59Z")
    return cost(tariff(element(component("ENERGY", 1), **restrictions), FREE), facts, policy, zone) == 1


@pytest.mark.parametrize(
    ("start", "window", "inside"),
    [
        ("2024-01-15T08:00:00Z", ("09:00", "17:00"), True),
        ("2024-01-15T07:59:59Z", ("09:00", "17:00"), False),
        ("2024-01-15T16:00:00Z", ("09:00", "17:00"), False),
        ("2024-07-15T07:00:00Z", ("09:00", "17:00"), True),
        ("2024-01-15T22:30:00Z", ("22:00", "06:00"), True),
        ("2024-01-15T04:59:59Z", ("22:00", "06:00"), True),
        ("2024-01-15T05:00:00Z", ("22:00", "06:00"), False),
        ("2024-01-15T22:59:59Z", ("20:00", "00:00"), True),
        ("2024-01-15T23:00:00Z", ("20:00", "00:00"), False),
        ("2024-01-15T12:00:00Z", (None, "13:00"), False),
        ("2024-01-15T11:59:59Z", (None, "13:00"), True),
        ("2024-01-15T12:00:00Z", ("13:00", None), True),
        ("2024-01-15T03:00:00Z", ("00:00", "00:00"), True),
    ],
)
def test_windows_of_the_day(start: str, window: tuple[str | None, str | None], inside: bool) -> None:
    """Local wall clock; start inclusive, end exclusive, over midnight when the end is before the start, 00:00 is 24:00."""
    limits: dict[str, Any] = {
        name: value for name, value in zip(("start_time", "end_time"), window, strict=True) if value
    }

    assert costs_at(start, **limits) is inside


def test_an_autumn_night_has_an_hour_twice() -> None:
    """02:30 of 27 October 2024 is at 00:30 and at 01:30 UTC; 01:30 and 03:30 are once."""
    hits = [hour for hour in range(5) if costs_at(f"2024-10-27T0{hour}:30:00Z", start_time="02:00", end_time="03:00")]

    assert hits == [0, 1]


def test_a_spring_night_lacks_an_hour() -> None:
    """No instant of 31 March 2024 is between 02:00 and 03:00."""
    hits = [hour for hour in range(5) if costs_at(f"2024-03-31T0{hour}:30:00Z", start_time="02:00", end_time="03:00")]

    assert hits == []


@pytest.mark.parametrize(
    ("start", "restrictions", "inside"),
    [
        ("2024-01-20T23:30:00Z", {"day_of_week": ["SUNDAY"]}, True),
        ("2024-01-21T23:30:00Z", {"day_of_week": ["SUNDAY"]}, False),
        ("2024-01-15T22:59:59Z", {"end_date": "2024-01-16"}, True),
        ("2024-01-15T23:00:00Z", {"end_date": "2024-01-16"}, False),
        ("2024-01-15T23:00:00Z", {"start_date": "2024-01-16"}, True),
        ("2024-01-15T22:59:59Z", {"start_date": "2024-01-16"}, False),
        ("2024-01-15T23:30:00Z", {"start_time": "22:00", "end_time": "06:00", "day_of_week": ["MONDAY"]}, False),
    ],
)
def test_days_are_local_days(start: str, restrictions: dict[str, Any], inside: bool) -> None:
    """Dates and weekdays are the place's; in a window over midnight the day is that of the instant."""
    assert costs_at(start, **restrictions) is inside


def test_a_window_of_no_length_is_the_whole_day_or_nothing() -> None:
    """OCPI does not say; free energy by mistake is the worse reading."""
    assert costs_at("2024-01-15T12:00:00Z", start_time="09:00", end_time="09:00")
    assert not costs_at(
        "2024-01-15T12:00:00Z", policy=Policy(same_time=SameTime.NEVER), start_time="09:00", end_time="09:00"
    )


def test_local_time_is_not_utc() -> None:
    """Some senders compare with UTC: 08:30 UTC is 09:30 in winter."""
    assert costs_at("2024-01-15T08:30:00Z", start_time="09:00")
    assert not costs_at("2024-01-15T08:30:00Z", policy=Policy(clock=Clock.UTC), start_time="09:00")


def test_energy_and_duration_count_from_the_start_of_the_session() -> None:
    """At least the minimum, less than the maximum, whatever the element or the parking was."""
    written = tariff(
        element(component("ENERGY", 1), max_kwh=10, max_duration=1800),
        element(component("ENERGY", 10), min_kwh=10, min_duration=1800),
        element(component("ENERGY", 100)),
    )
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"ENERGY": 10}),
        ("2024-01-15T10:30:00Z", {"ENERGY": 1}),
        ("2024-01-15T11:00:00Z", {"PARKING_TIME": 1}),
        end="2024-01-15T12:00:00Z",
    )

    assert cost(written, facts) == 10 + 10


@pytest.mark.parametrize(
    ("measures", "unknown", "kwh_price"),
    [
        ({"MIN_CURRENT": 43}, UnknownMeasure.NO_MATCH, 2),
        ({"MAX_CURRENT": 43}, UnknownMeasure.NO_MATCH, 2),
        ({"MIN_CURRENT": 10, "MAX_CURRENT": 43}, UnknownMeasure.NO_MATCH, 4),
        ({"MAX_CURRENT": 10}, UnknownMeasure.NO_MATCH, 1),
        ({"MAX_CURRENT": 32}, UnknownMeasure.NO_MATCH, 2),
        ({}, UnknownMeasure.NO_MATCH, 4),
        ({}, UnknownMeasure.MATCH, 1),
    ],
)
def test_currents(measures: dict[str, int], unknown: UnknownMeasure, kwh_price: int) -> None:
    """The least current against the minimum, the highest against the maximum; one stands in for the other that is missing."""
    written = tariff(
        element(component("ENERGY", 1), max_current=32),
        element(component("ENERGY", 2), min_current=32),
        element(component("ENERGY", 4)),
    )
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 1, **measures}), end="2024-01-15T11:00:00Z")

    assert cost(written, facts, Policy(unknown_measure=unknown)) == kwh_price


def test_only_the_least_current_is_sent() -> None:
    """The complex tariff on a Saturday with MIN_CURRENT alone: 12.375, not 11.90, which is what treating it as unknown gives."""
    weekend, week = ["SATURDAY", "SUNDAY"], ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
    written = tariff(
        element(component("FLAT", "2.50")),
        element(component("TIME", "1.00", step_size=900), max_current=32),
        element(component("TIME", "2.00", step_size=600), min_current=32, day_of_week=week),
        element(component("TIME", "1.25", step_size=600), min_current=32, day_of_week=weekend),
        element(component("PARKING_TIME", "6.00", step_size=300), start_time="10:00", end_time="17:00"),
    )
    facts = facts_of(
        ("2024-01-20T13:30:00Z", {"TIME": "1.9", "MIN_CURRENT": 43}),
        ("2024-01-20T15:24:00Z", {"PARKING_TIME": "1.1833"}),
        end="2024-01-20T16:35:00Z",
    )

    assert cost(written, facts) == Fraction("12.375")


def test_mean_power_stands_in_where_none_is_stated() -> None:
    """20 kWh in half an hour are 40 kW; a policy can leave it unknown, as 2.2.1 senders should state it."""
    written = tariff(element(component("ENERGY", 1), max_power=32), element(component("ENERGY", 2), min_power=32), FREE)
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 20, "TIME": "0.5"}), end="2024-01-15T10:30:00Z")

    assert cost(written, facts) == 40
    assert cost(written, facts, Policy(derive_power=False)) == 0


def test_an_unknown_measure_is_noted_and_may_be_a_doubt() -> None:
    """The note names the element; under the strict policy the price proves nothing."""
    written = compile_tariff(tariff(element(component("ENERGY", 1), max_current=32), FREE))
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 1}), end="2024-01-15T11:00:00Z")

    usual = price(facts, [written])
    strict = price(facts, [written], policy=Policy(unknown_measure=UnknownMeasure.UNVERIFIABLE))

    assert [note.code for note in usual.notes] == ["measure_unknown"]
    assert "element 0 has max_current 32" in usual.notes[0].text
    assert not usual.doubts
    assert strict.doubts == {Doubt.MEASURE}


def test_a_period_can_be_priced_by_its_end() -> None:
    """Its last instant is a second before the next period, with all of its energy but the last bit."""
    written = tariff(element(component("ENERGY", 1), max_duration=3600, max_kwh=10), element(component("ENERGY", 2)))
    whole = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 10}), end="2024-01-15T11:00:00Z")
    longer = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 10}), end="2024-01-15T11:00:01Z")
    more = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "10.001"}), end="2024-01-15T11:00:00Z")
    by_end = Policy(priced_at=PricedAt.END)

    assert [cost(written, facts, by_end) for facts in (whole, longer, more)] == [10, 20, Fraction("20.002")]
    assert [cost(written, facts) for facts in (whole, longer)] == [10, 10]


def test_one_element_for_all_dimensions_can_be_asked_for() -> None:
    """The letter of 2.1.1: the first matching element alone; its own complex example would lose its charging time."""
    written = tariff(element(component("FLAT", 3)), element(component("ENERGY", 1)))
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 1}), end="2024-01-15T11:00:00Z")

    assert cost(written, facts) == 4
    assert cost(written, facts, Policy(lookup=Lookup.WHOLE_ELEMENT)) == 3
