"""Is a place open: regular hours in its own time zone, and the exceptions to them. Pure.

Source: OCPI 2.2.1, mod_locations, Hours class.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.wire.types import parse_datetime


def is_open(opening_times: Mapping[str, Any] | None, time_zone: str, at: datetime) -> bool | None:
    """None when the place does not say, or says it in a way that cannot be read."""
    if not isinstance(opening_times, Mapping):
        return None
    if _within(opening_times.get("exceptional_closings"), at):
        return False
    if opening_times.get("twentyfourseven") is True or _within(opening_times.get("exceptional_openings"), at):
        return True
    regular, zone = opening_times.get("regular_hours"), _zone(time_zone)
    if not isinstance(regular, list) or not regular or zone is None:
        return None
    local = at.astimezone(zone)
    return any(_holds(period, local) for period in regular if isinstance(period, Mapping))


def _holds(period: Mapping[str, Any], local: datetime) -> bool:
    """Begin inclusive, end exclusive; one that ends no later than it begins lasts until the next day."""
    weekday, begin, end = period.get("weekday"), str(period.get("period_begin", "")), str(period.get("period_end", ""))
    clock, today = local.strftime("%H:%M"), local.isoweekday()
    if begin < end:
        return weekday == today and begin <= clock < end
    return (weekday == today and begin <= clock) or (weekday == (today - 2) % 7 + 1 and clock < end)


def _within(periods: Any, at: datetime) -> bool:
    for period in periods if isinstance(periods, list) else ():
        try:
            if parse_datetime(str(period["period_begin"])) <= at < parse_datetime(str(period["period_end"])):
                return True
        except (KeyError, TypeError, ValueError):
            continue
    return False


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
