"""The costs that a CDR states, read in the shape of each version and compared with the engine's."""

from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest

from hub.money.checking.figures import WrongAmount, compare, read_stated
from hub.money.compiling import compile_tariff
from hub.money.policy import DEFAULT
from hub.money.pricing import price
from tests.hub.money.sessions import amount, component, element, facts_of, number, tariff

PRICED = price(
    facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "3.0617"}), end="2024-01-15T11:00:00Z"),
    [compile_tariff(tariff(element(component("ENERGY", "0.6", vat=21, step_size=0))))],
    UTC,
)
"""Exactly 1.83702 and 2.2227942."""


@pytest.mark.parametrize(
    ("value", "excl", "incl"),
    [
        (number("4.00"), "4.00", None),
        ("4.00", "4.00", None),
        (amount(4), "4", None),
        (amount("4.00", "4.84"), "4.00", "4.84"),
        ({"before_taxes": number(4)}, "4", None),
        ({"before_taxes": number(4), "taxes": [{"name": "VAT", "amount": number("0.84")}]}, "4", "4.84"),
        (
            {"before_taxes": number(4), "taxes": [{"amount": number("0.30")}, {"amount": number("0.07")}]},
            "4",
            "4.37",
        ),
    ],
)
def test_a_cost_is_read_in_every_shape(value: Any, excl: str, incl: str | None) -> None:
    """A number (2.1.1), excl_vat and incl_vat (2.2), before_taxes and taxes (2.3.0)."""
    (stated,) = read_stated({"total_cost": value})

    assert (stated.excl, stated.incl) == (Decimal(excl), None if incl is None else Decimal(incl))


def test_the_total_of_a_credit_is_read_as_its_original_had_it() -> None:
    """Only the total is negated; the other costs of a Credit CDR are those of its original."""
    written = {"credit": True, "total_cost": amount("-4.00", "-4.84"), "total_energy_cost": amount("4.00", "4.84")}

    assert [(one.excl, one.incl) for one in read_stated(written)] == [(Decimal("4.00"), Decimal("4.84"))] * 2


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({}, "/total_cost/excl_vat"),
        (amount("4") | {"incl_vat": "much"}, "/total_cost/incl_vat"),
        ({"before_taxes": number(4), "taxes": [1]}, "/total_cost/taxes/0/amount"),
        ([], "/total_cost"),
    ],
)
def test_what_is_no_amount(value: Any, pointer: str) -> None:
    """It is named by its place."""
    with pytest.raises(WrongAmount) as wrong:
        read_stated({"total_cost": value})

    assert wrong.value.pointer == pointer


@pytest.mark.parametrize(
    ("excl", "agrees"), [("1.84", True), ("1.837", True), ("1.83702", True), ("1.83", False), ("1.8371", False)]
)
def test_an_amount_agrees_at_the_precision_it_is_written_in(excl: str, agrees: bool) -> None:
    """1.84 is right for an exact 1.83702, and so is 1.837; 1.83 is not."""
    (compared,) = compare(PRICED, read_stated({"total_cost": amount(excl)}), DEFAULT)

    assert compared.agrees is agrees


def test_a_figure_as_json() -> None:
    """Both amounts and their difference as decimal strings."""
    (compared,) = compare(PRICED, read_stated({"total_cost": amount("1.90")}), DEFAULT)

    assert compared.as_dict() == {
        "figure": "/total_cost/excl_vat",
        "stated": "1.90",
        "computed": "1.84",
        "difference": "0.06",
    }
