"""Sessions as most drivers have them, at a time when a tariff is valid: what its steps and jumps are measured by."""

from datetime import UTC, datetime
from decimal import Decimal

from hub.money.cdr_reading import FIRST_YEAR, LAST_YEAR
from hub.money.estimating import NoEstimate, Plan, estimate
from hub.money.tariff import CompiledTariff

_NOON = datetime(2025, 1, 15, 11, tzinfo=UTC)
"""A Wednesday, at noon in most of Europe."""


def start_for(tariff: CompiledTariff) -> datetime:
    """Noon of a working day, or the first moment at which the tariff is valid."""
    start = tariff.valid_from
    if tariff.valid_at(_NOON) or start is None or not FIRST_YEAR <= start.year < LAST_YEAR:
        return _NOON
    return start


def cost_of(tariff: CompiledTariff, *, kwh: Decimal, minutes: int, parked_minutes: int = 0) -> Decimal | None:
    """What the session costs without tax (with it, where only that is known); None when the tariff is not valid then."""
    plan = Plan(kwh=kwh, minutes=minutes, parked_minutes=parked_minutes, start=start_for(tariff))
    try:
        priced = estimate(tariff, plan, UTC)
    except NoEstimate:
        return None
    if priced.doubts:
        return None
    total = priced.total
    return total.incl if total.excl is None else total.excl
