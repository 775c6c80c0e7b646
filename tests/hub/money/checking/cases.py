"""A small right CDR for the tests of the rules, and how to look for a finding."""

from collections.abc import Sequence
from typing import Any

from hub.money.checking.check import Checked, check_cdr
from hub.money.checking.known import NOTHING_KNOWN, Known
from tests import words
from tests.hub.money.sessions import Json, amount, component, element, number, tariff

TARIFF = tariff(
    element(
        component("ENERGY", "0.40", vat=21), component("FLAT", "0.50", vat=21), component("PARKING_TIME", 3, vat=21)
    )
)
"""0.40 a kWh, 0.50 to start, 3.00 an hour of parking."""


def cdr(**changes: Any) -> Json:
    """One hour of charging with 10 kWh, then half an hour of parking: 6.00, with tax 7.26."""
    periods = [
        {
            "start_date_time": "2024-03-01T09:00:00Z",
            "dimensions": [{"type": "ENERGY", "volume": number(10)}, {"type": "TIME", "volume": number(1)}],
        },
        {
            "start_date_time": "2024-03-01T10:00:00Z",
            "dimensions": [{"type": "PARKING_TIME", "volume": number("0.5")}],
        },
    ]
    right: Json = {
        "end_date_time": "2024-03-01T10:30:00Z",
        "tariffs": [TARIFF],
        "charging_periods": periods,
        "total_cost": amount("6.00", "7.26"),
        "total_fixed_cost": amount("0.50", "0.61"),
        "total_energy_cost": amount("4.00", "4.84"),
        "total_parking_cost": amount("1.50", "1.82"),
        "total_energy": number("10.0"),
        "total_time": number("1.5"),
        "total_parking_time": number("0.5"),
    }
    return words.cdr(**(right | changes))


def found(checked: Checked, rule: str) -> Sequence[tuple[str, str]]:
    """Severity and pointer of each finding of a rule."""
    return [(str(one.severity), one.pointer) for one in checked.findings if one.rule == rule]


def findings(rule: str, written: Json, known: Known = NOTHING_KNOWN) -> Sequence[tuple[str, str]]:
    """The same for a CDR that is checked now."""
    return found(check_cdr(written, known), rule)
