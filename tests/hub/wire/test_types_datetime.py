"""Timestamps: what the specification writes, what the field writes, and what is none."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.types import format_datetime, parse_datetime

instants = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001
offsets = st.integers(-14 * 60, 14 * 60)


@given(instants)
def test_a_datetime_survives_writing_and_reading(naive: datetime) -> None:
    """H7.06: what is written is at most 25 characters in UTC with Z, and reads as the same millisecond."""
    instant = naive.replace(tzinfo=UTC)

    written = format_datetime(instant)

    assert len(written) <= 25
    assert written.endswith("Z")
    assert parse_datetime(written) == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@given(instants, offsets)
def test_an_offset_is_converted_to_utc(naive: datetime, offset_min: int) -> None:
    """H7.06: an offset, which OCPI does not allow and the field writes, means the same instant."""
    local = naive.replace(tzinfo=timezone(timedelta(minutes=offset_min)))

    read_back = parse_datetime(local.isoformat())

    assert read_back == local
    assert read_back.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "written",
    [
        "2015-06-29T20:39:09Z",
        "2015-06-29T20:39:09",
        "2015-06-29 20:39:09",
        "2015-06-29t20:39:09z",
        "2015-06-29T20:39:09.000Z",
        "2015-06-29T22:39:09+02:00",
        "2015-06-29T22:39:09 02:00",
        "2015-06-29T22:39:09+0200",
        "2015-06-29T20:39:09-00:00",
    ],
)
def test_the_ways_to_write_an_instant(written: str) -> None:
    """H7.06: Z, no designator (UTC), a missing T, an offset, and a + that became a space mean one instant."""
    assert parse_datetime(written) == datetime(2015, 6, 29, 20, 39, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "example",
    ["2016-12-29T17:45:09.2Z", "2016-12-29T17:45:09.2", "2018-01-01T01:08:01.123Z", "2018-01-01T01:08:01.123"],
)
def test_fractions_are_kept(example: str) -> None:
    """H7.06: the specification's own fractional timestamps keep their fraction."""
    fraction = example.rstrip("Z").rpartition(".")[2]

    assert parse_datetime(example).microsecond == int(fraction.ljust(6, "0"))


def test_an_instant_is_written_in_one_way() -> None:
    """H7.06: whole seconds have no fraction, others have milliseconds."""
    instant = datetime(2024, 3, 1, 8, 0, 0, 999, tzinfo=UTC)

    assert format_datetime(instant) == "2024-03-01T08:00:00Z"
    assert format_datetime(instant + timedelta(milliseconds=20)) == "2024-03-01T08:00:00.020Z"


def test_a_leap_second_is_the_next_second() -> None:
    """H7.06: RFC 3339 allows second 60, which no clock here has."""
    assert parse_datetime("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2015-06-29",
        "20150629T203909Z",
        "2015-W27-1T20:39:09Z",
        "2015-06-31T20:39:09Z",
        "2015-06-29T24:00:00Z",
        "2015-06-29T20:39:61Z",
        "2015-06-29T20:39:09+24:00",
        "2015-06-29T20:39:09+02:60",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1970-1-1T00:00:00Z",
        "٢٠١٥-06-29T20:39:09Z",
        "2015-06-29T20:39:09Z\n",
        "2015-06-29T20:39:09." + "1" * 100 + "Z",
    ],
)
def test_what_is_no_timestamp(written: str) -> None:
    """H7.06: what is no RFC 3339 date and time is refused, impossible dates and offsets included."""
    with pytest.raises(ValueError, match=r"^is not a"):
        parse_datetime(written)


def test_a_time_without_a_zone_is_not_written() -> None:
    """H7.06: a naive datetime could mean local time, so it is never written."""
    with pytest.raises(ValueError, match="zone"):
        format_datetime(datetime(2024, 1, 1))  # noqa: DTZ001
