"""Where within a stretch of a session a price may change: windows that open or close, durations and energies that are reached.

Instants are found from local times, and judged by turning each instant into local time: a clock change never counts twice.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from hub.money.exact import EXACT, fixed, rounded
from hub.money.facts import whole_seconds
from hub.money.moments import Moment
from hub.money.restrictions import DAY_MINUTES
from hub.money.tariff import CompiledTariff, Figure

MAX_DAYS = 62
MAX_CHANGES = 2000
_ENERGY_DIGITS = 4
_ONE_DAY = timedelta(days=1)


class TooLong(ValueError):
    """A stretch with more days or changes than are looked into."""


class Stretch(NamedTuple):
    """A part of a session during which energy flows evenly."""

    start: Moment
    length_s: int
    energy_kwh: Decimal


def changes(tariff: CompiledTariff, stretch: Stretch, zone: tzinfo) -> list[Moment]:
    """Moments within the stretch, its ends left out, at which a restriction of `tariff` may begin or cease to hold.

    Energy that is reached is exact; energy at an instant is what flowed evenly until then, to 0.1 Wh. Raises TooLong.
    """
    if not tariff.figures:
        return []
    if stretch.length_s > MAX_DAYS * 86400:
        raise TooLong(f"more than {MAX_DAYS} days")
    found: dict[int, Decimal] = {}
    for offset_s in {*_by_duration(tariff, stretch), *_by_clock(tariff, stretch, zone)}:
        if 0 < offset_s < stretch.length_s:
            found[offset_s] = _energy_at(stretch, offset_s)
    for offset_s, kwh in _by_energy(tariff, stretch):
        found[offset_s] = max(kwh, found.get(offset_s, kwh))
    if len(found) > MAX_CHANGES:
        raise TooLong(f"more than {MAX_CHANGES} possible changes of price")
    return [*_in_order(stretch, found)]


def _in_order(stretch: Stretch, found: dict[int, Decimal]) -> Iterator[Moment]:
    """Energy never falls on the way, whatever rounding did."""
    reached = stretch.start.kwh
    for offset_s in sorted(found):
        reached = max(reached, found[offset_s]) if stretch.energy_kwh >= 0 else min(reached, found[offset_s])
        at = stretch.start.at + timedelta(seconds=offset_s)
        yield Moment(at, reached, stretch.start.elapsed_s + offset_s)


def _by_duration(tariff: CompiledTariff, stretch: Stretch) -> Iterator[int]:
    """The session has lasted as long as a restriction says."""
    for bound in tariff.thresholds.get(Figure.ELAPSED_S, ()):
        yield int(bound) - stretch.start.elapsed_s


def _by_energy(tariff: CompiledTariff, stretch: Stretch) -> Iterator[tuple[int, Decimal]]:
    """As much energy has flowed as a restriction says; the instant is the next whole second."""
    if stretch.energy_kwh <= 0:
        return
    for bound in map(Decimal, tariff.thresholds.get(Figure.KWH, ())):
        missing = EXACT.subtract(bound, stretch.start.kwh)
        if 0 < missing < stretch.energy_kwh:
            (part, of_part), (whole, of_whole) = missing.as_integer_ratio(), stretch.energy_kwh.as_integer_ratio()
            seconds = -(-part * of_whole * stretch.length_s // (of_part * whole))
            if seconds < stretch.length_s:
                yield seconds, bound


def _energy_at(stretch: Stretch, offset_s: int) -> Decimal:
    numerator, denominator = stretch.energy_kwh.as_integer_ratio()
    flowed = rounded(numerator * offset_s, denominator * stretch.length_s, _ENERGY_DIGITS)
    return EXACT.add(stretch.start.kwh, fixed(flowed, _ENERGY_DIGITS))


def _by_clock(tariff: CompiledTariff, stretch: Stretch, zone: tzinfo) -> Iterator[int]:
    """A window opens or closes, a day begins, or the clock is changed."""
    if not tariff.needs_zone:
        return
    start = stretch.start.at
    minutes = {int(bound) % DAY_MINUTES for bound in tariff.thresholds.get(Figure.MINUTE, ())}
    if not tariff.figures.isdisjoint((Figure.DAY, Figure.WEEKDAY)):
        minutes.add(0)
    for day in _days(stretch, zone):
        for minute in minutes:
            for instant in _instants(day, minute, zone):
                yield whole_seconds(start, instant)
        yield from _clock_change(start, day, zone)


def _days(stretch: Stretch, zone: tzinfo) -> Iterator[date]:
    """Local dates that the stretch touches."""
    day = stretch.start.at.astimezone(zone).date()
    last = (stretch.start.at + timedelta(seconds=stretch.length_s)).astimezone(zone).date()
    while day <= last:
        yield day
        day += _ONE_DAY


def _instants(day: date, minute: int, zone: tzinfo) -> Iterator[datetime]:
    """When the local clock shows this time on this day: twice in an autumn night."""
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    yield local.astimezone(UTC)
    yield local.replace(fold=1).astimezone(UTC)


def _clock_change(start: datetime, day: date, zone: tzinfo) -> Iterator[int]:
    """The second at which the offset from UTC changes on this day, if it does."""
    before = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    low, high = 0, 86400
    old, new = (_offset(before, second, zone) for second in (low, high))
    if old == new:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(before, middle, zone) == old else (low, middle)
    yield whole_seconds(start, before) + high


def _offset(before: datetime, second: int, zone: tzinfo) -> timedelta | None:
    return (before + timedelta(seconds=second)).astimezone(zone).utcoffset()
