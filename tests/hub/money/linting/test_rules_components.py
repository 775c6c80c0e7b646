"""Rules about price components."""

from typing import Any

import pytest

from hub.money.linting.vat_rates import VAT_RATES
from tests.hub.money.linting.linting import ENERGY, GOOD, told, with_elements
from tests.hub.money.sessions import component, element, tariff

FIRST, SECOND = "/elements/0/price_components/0", "/elements/0/price_components/1"


def of(*components: Any, **fields: Any) -> Any:
    """A tariff with one element."""
    return tariff(element(*components), **fields)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("T-DUP-DIM", of(ENERGY, ENERGY), [("W", f"{SECOND}/type")]),
        ("T-DUP-DIM", GOOD, []),
        ("T-EMPTY-ELEM", with_elements(element()), [("E", "/elements/0/price_components")]),
        ("T-EMPTY-ELEM", GOOD, []),
        ("T-RESERV-DIM", with_elements(element(ENERGY, reservation="RESERVATION")), [("E", f"{FIRST}/type")]),
        (
            "T-RESERV-DIM",
            with_elements(element(component("TIME", 1), component("FLAT", 1), reservation="RESERVATION")),
            [],
        ),
        (
            "T-RESERV-ORDER",
            tariff(
                element(component("TIME", 1), reservation="RESERVATION"),
                element(component("TIME", 2), reservation="RESERVATION_EXPIRES"),
            ),
            [("W", "/elements/1")],
        ),
        (
            "T-RESERV-ORDER",
            tariff(
                element(component("TIME", 2), reservation="RESERVATION_EXPIRES"),
                element(component("TIME", 1), reservation="RESERVATION"),
            ),
            [],
        ),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat=121)), [("E", f"{FIRST}/vat")]),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat=-1)), [("E", f"{FIRST}/vat")]),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat=20)), [("W", f"{FIRST}/vat")]),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat="21.00")), []),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat=20), country_code="AT"), []),
        ("T-VAT-RANGE", of(component("ENERGY", 1, vat=20), country_code="US"), []),
        ("T-VAT-MISSING", of(ENERGY, component("TIME", 1)), [("W", f"{SECOND}/vat")]),
        ("T-VAT-MISSING", of(ENERGY, component("TIME", 0)), []),
        ("T-VAT-MISSING", of(component("ENERGY", 1), component("TIME", 1)), []),
        ("T-TAX-NA", of(ENERGY, tax_included="N/A"), [("E", f"{FIRST}/vat")]),
        ("T-TAX-NA", of(component("ENERGY", 1), tax_included="N/A"), []),
        ("T-TAX-YES-NO-RATE", of(component("ENERGY", 1), tax_included="YES"), [("I", "/tax_included")]),
        ("T-TAX-YES-NO-RATE", of(ENERGY, tax_included="YES"), []),
        ("T-NOTHING-BY-USE", of(component("FLAT", 5)), [("I", "/elements")]),
        ("T-NOTHING-BY-USE", of(component("TIME", 5)), []),
        ("T-NEG-PRICE", of(component("ENERGY", "-0.1")), [("W", f"{FIRST}/price")]),
        ("T-NEG-PRICE", of(component("ENERGY", "0.1")), []),
        ("T-PRICE-UNIT", of(component("ENERGY", 40)), [("W", f"{FIRST}/price")]),
        ("T-PRICE-UNIT", of(component("PARKING_TIME", 61)), [("W", f"{FIRST}/price")]),
        ("T-PRICE-UNIT", of(component("ENERGY", 5), component("TIME", 60)), []),
        ("T-PRICE-UNIT", of(component("ENERGY", 40), currency="CZK"), []),
        ("T-STEP-FLAT", of(component("FLAT", 1, step_size=2)), [("I", f"{FIRST}/step_size")]),
        ("T-STEP-FLAT", of(component("FLAT", 1, step_size=1), component("TIME", 1, step_size=60)), []),
    ],
)
def test_a_rule(rule: str, value: Any, expected: Any) -> None:
    """What is named, and what is not."""
    assert told(value, rule) == expected


def test_the_rates_that_are_known() -> None:
    """Every one is a percentage, the standard rate first, which is the highest but for countries that just lowered it."""
    for country, written in VAT_RATES.items():
        rates = [float(rate) for rate in written.split()]
        assert len(country) == 2
        assert all(0 < rate < 30 for rate in rates), country
        assert rates[0] == max(rates), country
