"""Opening hours of the station file become OCPI Hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.simulate.hours import read_hours


def test_always_open_has_no_regular_hours() -> None:
    """24/7 is a flag, not a list of days."""
    assert read_hours("24/7") == {"twentyfourseven": True}


def test_a_range_of_days_is_one_period_a_day() -> None:
    """Mo-We are the weekdays 1 to 3."""
    hours = read_hours("Mo-We 08:00-19:00, Su 09:00-12:00")

    assert [period["weekday"] for period in hours["regular_hours"]] == [1, 2, 3, 7]


def test_hours_without_a_day_hold_every_day() -> None:
    """A bare time range means all seven weekdays."""
    assert [period["weekday"] for period in read_hours("08:30-20:30")["regular_hours"]] == [1, 2, 3, 4, 5, 6, 7]


def test_midnight_ends_on_the_same_day() -> None:
    """00:00 as an end would lie before the beginning, so the last minute of the day stands for it."""
    assert read_hours("Mo 07:00-00:00")["regular_hours"] == [
        {"weekday": 1, "period_begin": "07:00", "period_end": "23:59"}
    ]


@pytest.mark.parametrize("written", ["Mo 08:00-19:30, Mo 09:00-23:00", "Mo 09:00-12:00, Mo 08:00-23:00"])
def test_overlapping_periods_become_one(written: str) -> None:
    """Two rules for one day give the time from the earliest opening to the latest closing."""
    assert read_hours(written)["regular_hours"] == [{"weekday": 1, "period_begin": "08:00", "period_end": "23:00"}]


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 11)), min_size=1))
def test_separate_periods_survive(slots: set[tuple[int, int]]) -> None:
    """Periods that do not touch are kept as they are, ordered by weekday and time."""
    days = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
    written = ",".join(f"{days[day]} {slot * 2:02}:00-{slot * 2:02}:30" for day, slot in slots)

    periods = read_hours(written)["regular_hours"]

    assert [(p["weekday"] - 1, int(p["period_begin"][:2]) // 2) for p in periods] == sorted(slots)


def test_what_is_not_hours_is_refused() -> None:
    """A broken rule is an error that shows it."""
    with pytest.raises(ValueError, match="on request"):
        read_hours("on request")
