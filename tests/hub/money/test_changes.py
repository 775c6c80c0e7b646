"""Where a price may change within a stretch of time: found by the clock, by the duration, by the energy."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from hub.money.changes import MAX_CHANGES, Stretch, TooLong, changes
from hub.money.compiling import compile_tariff
from hub.money.moments import Moment
from hub.money.tariff import CompiledTariff
from tests.hub.money.sessions import Json, component, element, tariff

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def found(
    written: CompiledTariff | Json, start: str, hours: int, kwh: object = 0, zone: ZoneInfo = AMSTERDAM
) -> list[str]:
    """Instants (UTC) at which something may change."""
    compiled = written if isinstance(written, CompiledTariff) else compile_tariff(written)
    begin = Moment(datetime.fromisoformat(start), Decimal(0), 0)
    moments = changes(compiled, Stretch(begin, hours * 3600, Decimal(str(kwh))), zone)
    return [f"{one.at:%dT%H:%M:%S} {one.kwh.normalize():f}" for one in moments]


def by(**restrictions: object) -> Json:
    """A tariff with one restricted element."""
    return tariff(element(component("ENERGY", 1), **restrictions))


def test_windows_open_and_close() -> None:
    """At local times, with the energy that flowed until then."""
    assert found(by(start_time="07:00", end_time="19:00"), "2024-01-15T05:00:00Z", 24, 24) == [
        "15T06:00:00 1",
        "15T18:00:00 13",
    ]


def test_days_begin_at_local_midnight() -> None:
    """For weekdays and for dates."""
    assert found(by(day_of_week=["TUESDAY"]), "2024-01-15T22:00:00Z", 2) == ["15T23:00:00 0"]
    assert found(by(start_date="2024-07-02"), "2024-07-01T21:00:00Z", 2) == ["01T22:00:00 0"]


def test_an_autumn_night_has_a_window_twice() -> None:
    """02:30 comes at 00:30 and at 01:30 UTC, and the clock itself changes at 01:00."""
    assert found(by(start_time="02:30", end_time="12:00"), "2024-10-26T23:00:00Z", 4) == [
        "27T00:30:00 0",
        "27T01:00:00 0",
        "27T01:30:00 0",
    ]


def test_a_spring_night_jumps_over_a_window() -> None:
    """Nothing is at 02:30, but at 01:00 UTC the clock jumps into what the window would have opened."""
    assert "31T01:00:00 0" in found(by(start_time="02:30", end_time="12:00"), "2024-03-30T23:00:00Z", 4)


def test_durations_and_energies_are_reached() -> None:
    """A duration to the second; an energy exactly, at the next whole second."""
    assert found(by(min_duration=1800), "2024-01-15T10:00:00Z", 1, 30) == ["15T10:30:00 15"]
    assert found(by(max_kwh="7.7"), "2024-01-15T10:00:00Z", 1, 30) == ["15T10:15:24 7.7"]
    assert found(by(max_kwh="0.001"), "2024-01-15T10:00:00Z", 1, 30) == ["15T10:00:01 0.001"]


def test_ends_are_left_out_and_nothing_changes_without_restrictions() -> None:
    """What changes with the first or after the last second belongs to the neighbours."""
    assert found(by(start_time="11:00", end_time="12:00"), "2024-01-15T10:00:00Z", 1) == []
    assert found(tariff(element(component("ENERGY", 1))), "2024-01-15T10:00:00Z", 1) == []


def test_what_is_long_is_not_looked_into() -> None:
    """Two months at most, and a bounded number of changes."""
    many = compile_tariff(
        tariff(*[element(component("ENERGY", 1), start_time=f"{at // 60:02}:{at % 60:02}") for at in range(0, 1440, 2)])
    )
    with pytest.raises(TooLong):
        found(by(start_time="08:00"), "2024-01-15T10:00:00Z", 24 * 63)
    with pytest.raises(TooLong):
        found(many, "2024-01-15T10:00:00Z", 24 * 10)
    assert len(found(many, "2024-01-15T10:00:00Z", 24)) < MAX_CHANGES


def test_energy_never_falls_on_the_way() -> None:
    """Whatever rounding did to it: a million steps in a short time."""
    thresholds = [element(component("ENERGY", 1), min_kwh=f"0.0{at:03}", min_duration=at) for at in range(1, 60)]
    begin = Moment(datetime(2024, 1, 15, tzinfo=UTC), Decimal(0), 0)

    moments = changes(compile_tariff(tariff(*thresholds)), Stretch(begin, 60, Decimal("0.06")), UTC)

    assert [one.kwh for one in moments] == sorted(one.kwh for one in moments)
    assert all(later.at - one.at >= timedelta(seconds=1) for one, later in pairwise(moments))
