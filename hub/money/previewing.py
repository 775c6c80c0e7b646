"""A small table of what a tariff charges for the sessions that most drivers have."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from hub.money.estimating import Plan, estimate
from hub.money.exact import fixed_text, plain_text, rounded
from hub.money.policy import DEFAULT, Policy
from hub.money.priced import Priced
from hub.money.tariff import CompiledTariff


class Standard(NamedTuple):
    """A session that is priced for the table."""

    name: str
    kwh: int
    minutes: int
    parked_minutes: int = 0


SESSIONS = (
    Standard("shopping, 11 kW", 11, 60),
    Standard("street, 11 kW, parked", 22, 120, 60),
    Standard("workplace, 7.4 kW, parked", 30, 244, 236),
    Standard("fast, 50 kW", 25, 30),
    Standard("motorway, 150 kW", 45, 18),
)
HOURS = (3, 9, 13, 18)
"""Of a Wednesday, and of the Saturday after it."""
_DAYS = (2, 5)


def preview(
    tariff: CompiledTariff, around: datetime, zone: tzinfo | None, policy: Policy = DEFAULT
) -> list[dict[str, Any]]:
    """Each standard session at different times; starts at which nothing differs are told once, by the first of them.

    `around` is a day of the week that is priced, in the zone's own time. Raises NoEstimate.
    """
    rows: list[dict[str, Any]] = []
    for standard in SESSIONS:
        seen: set[tuple[Any, ...]] = set()
        for start in _starts(tariff, around):
            plan = Plan(
                kwh=Decimal(standard.kwh),
                minutes=standard.minutes,
                parked_minutes=standard.parked_minutes,
                start=start,
            )
            priced = estimate(tariff, plan, zone, policy)
            if priced.total not in seen:
                seen.add(priced.total)
                rows.append(_row(standard, start, priced))
    return rows


def _starts(tariff: CompiledTariff, around: datetime) -> Sequence[datetime]:
    if not tariff.needs_zone:
        return [around]
    monday = (around - timedelta(days=around.weekday())).replace(minute=0, second=0, microsecond=0)
    return [(monday + timedelta(days=day)).replace(hour=hour) for day in _DAYS for hour in HOURS]


def _row(standard: Standard, start: datetime, priced: Priced) -> dict[str, Any]:
    total = priced.total
    whole = total.excl if total.excl is not None else total.incl
    assert whole is not None
    numerator, denominator = whole.as_integer_ratio()
    return {
        "session": standard.name,
        "start": f"{start:%a %H:%M}",
        "kwh": str(standard.kwh),
        "minutes": standard.minutes,
        "parked_minutes": standard.parked_minutes,
        "currency": priced.currency,
        **total.as_dict(),
        "per_kwh": fixed_text(rounded(numerator, denominator * standard.kwh, 4), 4),
        "lines": [f"{line.dimension} {plain_text(line.component.price)}" for line in priced.bill.lines],
        "notes": [note.text for note in priced.notes],
    }
