"""A CDR of OCPI 2.1.1, 2.2, 2.2.1 or 2.3.0 as Facts. Source: mod_cdrs of each version.

What differs: the end is `stop_date_time` in 2.1.1, which also has FLAT as a dimension and a number in a string.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from hub.money.exact import EXACT, read_number, seconds_of
from hub.money.facts import Facts, Period
from hub.money.findings import Finding, error
from hub.wire.types import parse_datetime

MAX_PERIODS = 10_000
FIRST_YEAR, LAST_YEAR = 1970, 2200
"""1970-01-01 stands for an unknown time. Source: OCPI 2.2.1, mod_cdrs, CDR, note on start_date_time."""
NOT_AVAILABLE = "#NA"
SCHEMA = "C-SCHEMA"
_FIELDS = {
    "ENERGY": "energy_kwh", "TIME": "time_s", "PARKING_TIME": "parking_s", "RESERVATION_TIME": "reservation_s",
    "MIN_CURRENT": "min_current_a", "MAX_CURRENT": "max_current_a", "MIN_POWER": "min_power_kw",
    "MAX_POWER": "max_power_kw",
}  # fmt: skip
"""Dimensions that matter, and where they go in a Period."""
_HOURS = frozenset({"time_s", "parking_s", "reservation_s"})


class CdrVersion(StrEnum):
    """Whose shape a CDR has."""

    V2_1_1 = "2.1.1"
    V2_2 = "2.2"
    V2_2_1 = "2.2.1"
    V2_3_0 = "2.3.0"


class CdrUnreadable(ValueError):
    """A CDR whose facts cannot be read; `finding` says where and why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.pointer or 'the CDR'} {finding.message}")
        self.finding = finding


def version_of(cdr: Mapping[str, Any]) -> CdrVersion:
    """Tell the versions apart by what only one of them has."""
    if "stop_date_time" in cdr or "auth_id" in cdr:
        return CdrVersion.V2_1_1
    cost, token = cdr.get("total_cost"), cdr.get("cdr_token")
    if isinstance(cost, dict) and "before_taxes" in cost:
        return CdrVersion.V2_3_0
    owned = not isinstance(token, dict) or "country_code" in token
    return CdrVersion.V2_2_1 if owned else CdrVersion.V2_2


def read_facts(cdr: Any) -> Facts:
    """Read what happened; raises CdrUnreadable."""
    if not isinstance(cdr, dict):
        _refuse("", "should be an object")
    end_name = "end_date_time" if "end_date_time" in cdr else "stop_date_time"
    start, end = _instant(cdr, "start_date_time", ""), _instant(cdr, end_name, "")
    written = cdr.get("charging_periods")
    if not isinstance(written, list) or not written:
        _refuse("/charging_periods", "should be a list with at least one element")
    if len(written) > MAX_PERIODS:
        _refuse("/charging_periods", f"has {len(written)} periods; more than {MAX_PERIODS} are not priced")
    periods = tuple(_periods(written, end))
    currency = cdr.get("currency")
    return Facts(
        start=start,
        end=end,
        periods=periods,
        currency=currency.upper() if isinstance(currency, str) else None,
        expired=_expired(cdr, periods),
    )


def _periods(written: list[Any], end: datetime) -> Iterator[Period]:
    starts = [_instant(period, "start_date_time", f"/charging_periods/{at}") for at, period in enumerate(written)]
    for at, period in enumerate(written):
        until = starts[at + 1] if at + 1 < len(starts) else end
        yield _period(period, starts[at], until, at)


def _period(written: Mapping[str, Any], start: datetime, end: datetime, at: int) -> Period:
    dimensions, tariff_id = written.get("dimensions"), written.get("tariff_id")
    if not isinstance(dimensions, list):
        _refuse(f"/charging_periods/{at}/dimensions", "should be a list")
    said: dict[str, Any] = {}
    for place, dimension in enumerate(dimensions):
        kind = dimension.get("type") if isinstance(dimension, dict) else None
        if type(kind) is not str:
            _refuse(f"/charging_periods/{at}/dimensions/{place}/type", "is required")
        name = _FIELDS.get(kind)
        if name is None:
            continue
        try:
            volume: Any = read_number(dimension.get("volume"))
        except ValueError as wrong:
            _refuse(f"/charging_periods/{at}/dimensions/{place}/volume", str(wrong))
        if name in _HOURS:
            volume = seconds_of(volume)
        said[name] = volume if name not in said else _both(name, said[name], volume)
    return Period(start, end, tariff_id=tariff_id if isinstance(tariff_id, str) and tariff_id else None, **said)


def _both(name: str, first: Any, second: Any) -> Any:
    """A quantity that is given twice is summed; of two measures the wider one counts."""
    if name in _HOURS:
        return first + second
    if name == "energy_kwh":
        return EXACT.add(first, second)
    return min(first, second) if name.startswith("min") else max(first, second)


def _expired(cdr: Mapping[str, Any], periods: tuple[Period, ...]) -> bool:
    """A reservation without a session: nothing charged and nothing parked, and no session or no EVSE is named."""
    reserved = any(period.reservation_s for period in periods)
    used = any(period.energy_kwh or period.time_s or period.parking_s for period in periods)
    if used or not reserved:
        return False
    place = cdr.get("cdr_location")
    place = place if isinstance(place, dict) else {}
    unnamed = any(place.get(name) == NOT_AVAILABLE for name in ("evse_uid", "evse_id", "connector_id"))
    return unnamed or not cdr.get("session_id")


def _instant(container: Any, name: str, pointer: str) -> datetime:
    written = container.get(name) if isinstance(container, dict) else None
    if type(written) is not str:
        _refuse(f"{pointer}/{name}", "is required" if written is None else "should be a timestamp")
    try:
        if len(written) == 20 and written[10] == "T" and written[13] == ":" and written[19] == "Z":
            instant = datetime.fromisoformat(written)  # nearly every timestamp, and much quicker
        else:
            instant = parse_datetime(written)
    except ValueError:
        _refuse(f"{pointer}/{name}", "is not a timestamp such as 2015-06-29T20:39:09Z")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        _refuse(f"{pointer}/{name}", f"is not between {FIRST_YEAR} and {LAST_YEAR}")
    return instant


def _refuse(pointer: str, words: str) -> NoReturn:
    raise CdrUnreadable(error(SCHEMA, pointer, words))
