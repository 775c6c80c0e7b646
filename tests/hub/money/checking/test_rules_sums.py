"""Rules about totals: they are the sums of their parts, but for what rounding loses."""

from typing import Any

import pytest

from tests.hub.money.checking.cases import TARIFF, cdr, findings
from tests.hub.money.sessions import amount, component, element, number, tariff


@pytest.mark.parametrize(
    ("rule", "changes", "told"),
    [
        ("C-SUM-ENERGY", {"total_energy": number("10.5")}, [("E", "/total_energy")]),
        ("C-SUM-ENERGY", {"total_energy": number("10.0004")}, []),
        ("C-SUM-ENERGY", {"total_energy": None}, []),
        ("C-SUM-TIME", {"total_time": number("1.6")}, [("E", "/total_time")]),
        ("C-SUM-TIME", {"total_time": number("1.5001")}, []),
        ("C-SUM-PARKING", {"total_parking_time": number("0.6")}, [("E", "/total_parking_time")]),
        ("C-SUM-PARKING", {"total_parking_time": number("0.5001")}, []),
        ("C-SUM-PARKING", {"total_parking_time": None}, []),
        ("C-PARTS", {"total_cost": amount("6.50", "7.26")}, [("E", "/total_cost/excl_vat")]),
        ("C-PARTS", {"total_cost": amount("6.00", "7.28")}, []),
        ("C-PARTS", {"total_cost": amount("6.00", "7.30")}, [("E", "/total_cost/incl_vat")]),
        ("C-PARTS", {"total_cost": amount("6.50", "7.26"), "total_fixed_cost": None}, []),
        (
            "C-NEG",
            {"total_parking_cost": amount("-1.50", "-1.82")},
            [("E", "/total_parking_cost/excl_vat"), ("E", "/total_parking_cost/incl_vat")],
        ),
        ("C-NEG", {}, []),
        ("C-SUM-ENERGY", {}, []),
        ("C-SUM-TIME", {}, []),
        ("C-SUM-PARKING", {}, []),
        ("C-PARTS", {}, []),
    ],
)
def test_a_sum(rule: str, changes: Any, told: Any) -> None:
    """What rounding to the written decimals can lose is let pass; anything more is told, at the figure."""
    assert findings(rule, cdr(**changes)) == told


def test_energy_that_no_period_states() -> None:
    """It cannot be verified; that is told, and is no error."""
    periods = [
        {"start_date_time": "2024-03-01T09:00:00Z", "dimensions": [{"type": "TIME", "volume": number("1.5")}]},
    ]

    assert findings("C-SUM-ENERGY", cdr(charging_periods=periods)) == [("I", "/total_energy")]


def test_total_time_with_and_without_the_reservation() -> None:
    """Both are met on the road: counted from the reservation on, or from the session on."""
    periods = [
        {
            "start_date_time": "2024-03-01T09:00:00Z",
            "dimensions": [{"type": "RESERVATION_TIME", "volume": number("0.5")}],
        },
        {"start_date_time": "2024-03-01T09:30:00Z", "dimensions": [{"type": "ENERGY", "volume": number(10)}]},
    ]

    for total in ("1.5", "1.0"):
        assert findings("C-SUM-TIME", cdr(charging_periods=periods, total_time=number(total))) == []
    assert findings("C-SUM-TIME", cdr(charging_periods=periods, total_time=number("1.2"))) == [("E", "/total_time")]


def test_parts_need_not_add_up_under_a_limit() -> None:
    """A limit changes the total, and no part."""
    limited = TARIFF | {"max_price": amount(5, "6.05")}

    assert findings("C-PARTS", cdr(tariffs=[limited], total_cost=amount("5.00", "6.05"))) == []


def test_a_credit_is_negative_and_a_tariff_may_pay() -> None:
    """Only the total of a Credit CDR is negative; and where the tariff pays for energy, a CDR may too."""
    paying = tariff(element(component("ENERGY", "-0.10", vat=0)))
    paid = {
        "tariffs": [paying],
        "total_cost": amount("-1.00", "-1.00"),
        "total_energy_cost": amount("-1.00", "-1.00"),
        "total_fixed_cost": None,
        "total_parking_cost": None,
    }

    assert findings("C-NEG", cdr(**paid)) == []
    assert findings("C-NEG", cdr(credit=True, credit_reference_id="X", total_cost=amount("-6.00", "-7.26"))) == []
