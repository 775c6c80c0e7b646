"""Typical sessions are priced at a time when the tariff is valid."""

from datetime import UTC, datetime
from decimal import Decimal

from hub.money.compiling import compile_tariff
from hub.money.linting.typical import cost_of, start_for
from tests.hub.money.sessions import component, element, tariff

PRICED = tariff(element(component("ENERGY", "0.50", vat=20), component("PARKING_TIME", 6, vat=20)))


def test_a_working_day_at_noon_or_when_it_begins() -> None:
    """The tariff of a later year is priced then."""
    later = compile_tariff(PRICED | {"start_date_time": "2030-05-01T00:00:00Z"})

    assert start_for(compile_tariff(PRICED)) == datetime(2025, 1, 15, 11, tzinfo=UTC)
    assert start_for(later) == datetime(2030, 5, 1, tzinfo=UTC)
    assert cost_of(later, kwh=Decimal(20), minutes=120) == Decimal("10.00")


def test_the_cost_without_tax_or_else_with_it() -> None:
    """What is known; nothing where the tariff is over before it can be priced."""
    inclusive = compile_tariff(tariff(element(component("ENERGY", 1)), tax_included="YES"))
    over = compile_tariff(PRICED | {"end_date_time": "2020-01-01T00:00:00Z"})

    assert cost_of(compile_tariff(PRICED), kwh=Decimal(2), minutes=60, parked_minutes=30) == Decimal("4.00")
    assert cost_of(inclusive, kwh=Decimal(2), minutes=60) == Decimal("2.00")
    assert cost_of(over, kwh=Decimal(2), minutes=60) is None
