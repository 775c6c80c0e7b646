"""Opening hours of the station file (`Mo-Fr 08:00-19:30, Sa 09:00-12:00`) as OCPI Hours.

Source: OCPI 2.2.1, mod_locations, Hours and RegularHours; IRVE static schema 2.3, field `horaires`.
"""

import re
from typing import Any

ALWAYS = "24/7"
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_RULE = re.compile(r"(?:([A-Z][a-z])(?:-([A-Z][a-z]))? )?(\d\d:\d\d)-(\d\d:\d\d)")
_LAST_MINUTE = "23:59"


def read_hours(written: str) -> dict[str, Any]:
    """Return an Hours object; raises ValueError for what is not opening hours.

    Periods of one weekday that overlap become one. Midnight as an end becomes 23:59, because an OCPI period ends later
    on the same day than it begins.
    """
    if written == ALWAYS:
        return {"twentyfourseven": True}
    periods: list[tuple[int, str, str]] = []
    for rule in written.split(","):
        periods += _periods(rule.strip())
    regular = [
        {"weekday": weekday, "period_begin": begin, "period_end": end} for weekday, begin, end in _merged(periods)
    ]
    return {"twentyfourseven": False, "regular_hours": regular}


def _periods(rule: str) -> list[tuple[int, str, str]]:
    matched = _RULE.fullmatch(rule)
    if matched is None:
        raise ValueError(f"{rule!r} is not a rule such as 'Mo-Fr 08:00-19:30'")
    first, last, begin, end = matched.groups()
    opens = _DAYS.index(first) if first else 0
    closes = _DAYS.index(last) if last else (opens if first else len(_DAYS) - 1)
    return [(day + 1, begin, _LAST_MINUTE if end == "00:00" else end) for day in range(opens, closes + 1)]


def _merged(periods: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    merged: list[tuple[int, str, str]] = []
    for weekday, begin, end in sorted(periods):
        if merged and merged[-1][0] == weekday and begin <= merged[-1][2]:
            merged[-1] = (weekday, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((weekday, begin, end))
    return merged
