"""TariffRestrictions as intervals over what a session is at an instant. Source: OCPI 2.2.1, mod_tariffs, TariffRestrictions."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from hub.money.exact import read_number, read_whole
from hub.money.tariff import EXPIRED, RESERVATION, SESSION, Figure, Restriction

DAY_MINUTES = 24 * 60
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
PHASE_OF = {None: SESSION, "RESERVATION": RESERVATION, "RESERVATION_EXPIRES": EXPIRED}
Value = TypeVar("Value")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

FIELDS = (
    "start_time", "end_time", "start_date", "end_date", "min_kwh", "max_kwh", "min_current", "max_current", "min_power",
    "max_power", "min_duration", "max_duration", "day_of_week", "reservation",
)  # fmt: skip


class WrongField(ValueError):
    """A restriction that cannot be read: the tariff cannot be priced without guessing."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def read_restrictions(value: Mapping[str, Any]) -> tuple[Restriction, ...]:
    """All restrictions but `reservation`; null means absent. Raises WrongField."""
    return (
        *_time_of_day(value),
        *_range(value, Figure.DAY, "start_date", "end_date", _day),
        *_days_of_week(value),
        *_range(value, Figure.KWH, "min_kwh", "max_kwh", read_number),
        *_range(value, Figure.ELAPSED_S, "min_duration", "max_duration", read_whole),
        *_least(value, Figure.MIN_CURRENT, "min_current"),
        *_most(value, Figure.MAX_CURRENT, "max_current"),
        *_least(value, Figure.MIN_POWER, "min_power"),
        *_most(value, Figure.MAX_POWER, "max_power"),
    )


def read_phase(value: Mapping[str, Any]) -> str:
    """For what an element is; raises WrongField."""
    written = value.get("reservation")
    if not isinstance(written, str | None) or written not in PHASE_OF:
        raise WrongField("reservation", "is not RESERVATION or RESERVATION_EXPIRES")
    return PHASE_OF[written]


def read_minute(written: Any) -> int:
    """`13:30` as minutes from midnight; raises ValueError."""
    matched = _TIME.fullmatch(written) if isinstance(written, str) else None
    if matched is None:
        raise ValueError("is not a time of day such as 18:15")
    return int(matched[1]) * 60 + int(matched[2])


def _time_of_day(value: Mapping[str, Any]) -> Iterator[Restriction]:
    """Start inclusive, end exclusive; an end before the start wraps over midnight, an end of 00:00 is the end of the day."""
    start, end = _read(value, "start_time", read_minute), _read(value, "end_time", read_minute)
    if start is None and end is None:
        return
    low, high = start or 0, end or DAY_MINUTES
    text = f"{value.get('start_time') or '00:00'} to {value.get('end_time') or '24:00'}"
    if low > high:
        yield Restriction(Figure.MINUTE, text, high, low, outside=True)
    elif low == high:
        yield Restriction(Figure.MINUTE, text, low, high, same_time=True)
    else:
        yield Restriction(Figure.MINUTE, text, low, high)


def _days_of_week(value: Mapping[str, Any]) -> Iterator[Restriction]:
    days = value.get("day_of_week")
    if days is None or days == []:
        return
    if not isinstance(days, list) or not all(isinstance(day, str) and day in WEEKDAYS for day in days):
        raise WrongField("day_of_week", "is not a list of days such as MONDAY")
    among = frozenset(WEEKDAYS.index(day) for day in days)
    yield Restriction(
        Figure.WEEKDAY, f"day_of_week {' '.join(WEEKDAYS[day][:3] for day in sorted(among))}", among=among
    )


def _range(
    value: Mapping[str, Any], figure: Figure, least: str, most: str, read: Callable[[Any], Decimal | int]
) -> Iterator[Restriction]:
    """Two restrictions of one figure, each with a text of its own: an explanation names the one that failed."""
    yield from _least(value, figure, least, read)
    yield from _most(value, figure, most, read)


def _least(
    value: Mapping[str, Any], figure: Figure, field: str, read: Callable[[Any], Decimal | int] = read_number
) -> Iterator[Restriction]:
    low = _read(value, field, read)
    if low is not None:
        yield Restriction(figure, f"{field} {value[field]}", low=low)


def _most(
    value: Mapping[str, Any], figure: Figure, field: str, read: Callable[[Any], Decimal | int] = read_number
) -> Iterator[Restriction]:
    high = _read(value, field, read)
    if high is not None:
        yield Restriction(figure, f"{field} {value[field]}", high=high)


def _read(value: Mapping[str, Any], field: str, read: Callable[[Any], Value]) -> Value | None:
    written = value.get(field)
    if written is None:
        return None
    try:
        return read(written)
    except ValueError as error:
        raise WrongField(field, str(error)) from None


def _day(written: Any) -> int:
    """A date as its day number."""
    if not isinstance(written, str) or _DATE.fullmatch(written) is None:
        raise ValueError("is not a date such as 2015-12-24")
    try:
        return date.fromisoformat(written).toordinal()
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
