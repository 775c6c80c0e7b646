"""Is a place open now, in its own time zone?"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.hours import is_open

AMSTERDAM = "Europe/Amsterdam"
OFFICE = {
    "twentyfourseven": False,
    "regular_hours": [{"weekday": day, "period_begin": "08:00", "period_end": "20:00"} for day in range(1, 6)],
}
CHRISTMAS = {"period_begin": "2026-12-24T23:00:00Z", "period_end": "2026-12-25T23:00:00Z"}


def local(written: str, zone: str = AMSTERDAM) -> datetime:
    """An instant by the clock on the wall."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-12-01T08:00", True),
        ("2026-12-01T07:59", False),
        ("2026-12-01T19:59", True),
        ("2026-12-01T20:00", False),
        ("2026-12-05T12:00", False),
    ],
)
def test_regular_hours(at: str, is_so: bool) -> None:
    """From the first minute to before the last, on the days that are named."""
    assert is_open(OFFICE, AMSTERDAM, local(at)) is is_so


def test_the_clock_on_the_wall_counts() -> None:
    """The same instant of UTC is another hour in summer, and another in another place."""
    winter, summer = datetime(2026, 1, 5, 7, 30, tzinfo=UTC), datetime(2026, 7, 6, 6, 30, tzinfo=UTC)

    assert is_open(OFFICE, AMSTERDAM, winter) is True
    assert is_open(OFFICE, AMSTERDAM, summer) is True
    assert is_open(OFFICE, AMSTERDAM, summer - timedelta(hours=1)) is False
    assert is_open(OFFICE, "Europe/London", winter) is False


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), False),
    ],
)
def test_the_nights_when_clocks_change(at: datetime, is_so: bool) -> None:
    """Open until 03:00 on a Sunday: in spring the hour from 2 to 3 is not there, in autumn it comes twice."""
    night = {"regular_hours": [{"weekday": 7, "period_begin": "00:00", "period_end": "03:00"}]}

    assert is_open(night, AMSTERDAM, at) is is_so


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-12-04T23:00", True),
        ("2026-12-05T01:59", True),
        ("2026-12-05T02:00", False),
        ("2026-12-04T21:59", False),
        ("2026-12-05T23:00", False),
    ],
)
def test_a_night_that_ends_on_the_next_day(at: str, is_so: bool) -> None:
    """Some write it so, although OCPI wants two periods: Friday from 22:00 to 02:00 ends on Saturday."""
    friday = {"regular_hours": [{"weekday": 5, "period_begin": "22:00", "period_end": "02:00"}]}

    assert is_open(friday, AMSTERDAM, local(at)) is is_so


def test_sunday_night_ends_on_monday() -> None:
    """The week is a ring."""
    sunday = {"regular_hours": [{"weekday": 7, "period_begin": "22:00", "period_end": "02:00"}]}

    assert is_open(sunday, AMSTERDAM, local("2026-12-07T01:00")) is True


def test_an_end_of_midnight_is_the_end_of_the_day() -> None:
    """As some write it; 00:00 to 00:00 is all day."""
    evening = {"regular_hours": [{"weekday": 5, "period_begin": "18:00", "period_end": "00:00"}]}
    all_day = {"regular_hours": [{"weekday": 5, "period_begin": "00:00", "period_end": "00:00"}]}

    assert is_open(evening, AMSTERDAM, local("2026-12-04T23:59")) is True
    assert is_open(evening, AMSTERDAM, local("2026-12-05T00:00")) is False
    assert is_open(all_day, AMSTERDAM, local("2026-12-04T03:00")) is True
    assert is_open(all_day, AMSTERDAM, local("2026-12-05T03:00")) is False


@pytest.mark.parametrize(
    ("times", "is_so"),
    [
        ({"twentyfourseven": True}, True),
        ({"twentyfourseven": True, "exceptional_closings": [CHRISTMAS]}, False),
        (OFFICE | {"exceptional_closings": [CHRISTMAS]}, False),
        (OFFICE | {"exceptional_openings": [CHRISTMAS], "exceptional_closings": [CHRISTMAS]}, False),
        ({"regular_hours": [], "exceptional_openings": [CHRISTMAS]}, True),
        (OFFICE, True),
        (OFFICE | {"exceptional_closings": ["?", {}, {"period_begin": "x", "period_end": "y"}]}, True),
    ],
)
def test_exceptions_come_first(times: dict[str, Any], is_so: bool) -> None:
    """A closing wins over everything, an opening over regular hours; one that cannot be read is none. Christmas is a Friday."""
    assert is_open(times, AMSTERDAM, local("2026-12-25T12:00")) is is_so


def test_a_period_of_exception_ends_before_its_end() -> None:
    """Begin inclusive, end exclusive, as instants."""
    closed = {"twentyfourseven": True, "exceptional_closings": [CHRISTMAS]}

    assert is_open(closed, AMSTERDAM, datetime(2026, 12, 24, 23, tzinfo=UTC)) is False
    assert is_open(closed, AMSTERDAM, datetime(2026, 12, 25, 23, tzinfo=UTC)) is True


@pytest.mark.parametrize("times", [None, "always", {}, {"regular_hours": "?"}, {"twentyfourseven": False}])
def test_a_place_that_does_not_say_is_neither(times: Any) -> None:
    """None: whoever asks for what is open now does not get it, and nothing says that it is closed."""
    assert is_open(times, AMSTERDAM, local("2026-12-01T12:00")) is None


def test_an_unknown_time_zone_is_neither() -> None:
    """Nor one that leads out of the database of zones."""
    for zone in ("", "Mars/Olympus", "../../etc/passwd", "\0"):
        assert is_open(OFFICE, zone, local("2026-12-01T12:00")) is None


@given(
    st.recursive(
        st.none() | st.text(max_size=9) | st.integers(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(
                    ["twentyfourseven", "regular_hours", "exceptional_openings", "weekday", "period_begin"]
                ),
                one,
            )
        ),
    )
)
def test_nothing_that_is_written_breaks_it(times: Any) -> None:
    """What a partner sends is hostile."""
    assert is_open(times, AMSTERDAM, local("2026-12-01T12:00")) in {True, False, None}
