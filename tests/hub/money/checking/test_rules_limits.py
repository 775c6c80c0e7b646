"""Rules about what is plausible and what was agreed."""

from decimal import Decimal
from typing import Any

import pytest

from hub.money.checking.known import Known, PartnerLimits
from tests.hub.money.checking.cases import cdr, findings
from tests.hub.money.sessions import number


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Known(), []),
        (Known(connector_power_kw=Decimal(11)), []),
        (Known(connector_power_kw=Decimal("7.4")), [("W", "/charging_periods/0")]),
        (Known(limits=PartnerLimits(max_power_kw=Decimal(9))), [("W", "/charging_periods/0")]),
    ],
)
def test_power(known: Known, told: Any) -> None:
    """10 kWh in an hour fit a connector of 11 kW, also one of 9.1; not one of 7.4 kW."""
    assert findings("C-POWER", cdr(), known) == told


def test_a_huge_power_is_told_shortly() -> None:
    """Hostile numbers make no long sentence."""
    periods = [
        {"start_date_time": "2024-03-01T09:00:00Z", "dimensions": [{"type": "ENERGY", "volume": number("1e60")}]}
    ]

    assert findings("C-POWER", cdr(charging_periods=periods)) == [("W", "/charging_periods/0")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"total_energy": number("0.01")}, [("W", "/total_energy")]),
        ({"end_date_time": "2024-03-01T09:00:30Z"}, [("W", "/total_time")]),
        ({}, []),
    ],
)
def test_zero(changes: Any, told: Any) -> None:
    """Next to no energy, or half a minute."""
    assert findings("C-ZERO", cdr(**changes)) == told


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (PartnerLimits(max_energy_kwh=Decimal("9.9")), [("W", "/total_energy")]),
        (PartnerLimits(max_hours=Decimal("1.4")), [("W", "/total_time")]),
        (PartnerLimits(max_cost=Decimal("7.25")), [("W", "/total_cost")]),
        (PartnerLimits(max_energy_kwh=Decimal(10), max_hours=Decimal("1.5"), max_cost=Decimal("7.26")), []),
        (PartnerLimits(), []),
    ],
)
def test_most(limits: PartnerLimits, told: Any) -> None:
    """More than was agreed with this sender; exactly as much is agreed."""
    assert findings("C-MAX", cdr(), Known(limits=limits)) == told
