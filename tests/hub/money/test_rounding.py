"""From exact sums to totals: which way, with how many decimals, and what is rounded first."""

from datetime import UTC
from decimal import Decimal

import pytest

from hub.money.compiling import compile_tariff
from hub.money.exact import Rounding
from hub.money.policy import DEFAULT, Policy, RoundAt, TaxOn
from hub.money.pricing import price
from hub.money.tariff import Kind
from tests.hub.money.sessions import component, element, facts_of, tariff

FIELD = tariff(element(component("ENERGY", "0.6", vat=21)))
FIELD_SESSION = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "3.0617"}), end="2024-01-15T11:00:00Z")
MIXED = tariff(
    element(component("ENERGY", "0.111", vat=21), component("TIME", "0.111", vat=21), component("FLAT", "0.114", vat=7))
)
MIXED_SESSION = facts_of(
    ("2024-01-15T10:00:00Z", {"ENERGY": 1, "TIME": 1}),
    ("2024-01-15T11:00:00Z", {"ENERGY": 1}),
    end="2024-01-15T12:00:00Z",
)


def test_a_cdr_from_the_field_is_understood() -> None:
    """Exact 1.83702 and 2.2227942: the CDR said 1.83 and 2.21, the net cut off and VAT on what was left."""
    priced = price(FIELD_SESSION, [compile_tariff(FIELD)], UTC)
    cut = Policy(rounding=Rounding.DOWN, tax_on=TaxOn.ROUNDED_NET)

    assert (priced.total.excl, priced.total.incl) == (Decimal("1.84"), Decimal("2.22"))
    assert (priced.total_as(cut, 2).excl, priced.total_as(cut, 2).incl) == (Decimal("1.83"), Decimal("2.21"))


@pytest.mark.parametrize(
    ("round_at", "excl", "incl"),
    [
        (RoundAt.TOTAL, "0.45", "0.52"),
        (RoundAt.LINE, "0.44", "0.51"),
        (RoundAt.DIMENSION, "0.44", "0.52"),
        (RoundAt.VAT_RATE, "0.44", "0.52"),
    ],
)
def test_what_is_rounded_before_it_is_added(round_at: RoundAt, excl: str, incl: str) -> None:
    """Three times 0.111 and 0.114 are 0.447; each line alone is 0.11."""
    total = price(MIXED_SESSION, [compile_tariff(MIXED)], UTC).total_as(Policy(round_at=round_at), 2)

    assert (total.excl, total.incl) == (Decimal(excl), Decimal(incl))


def test_parts_are_rounded_each_for_itself() -> None:
    """The totals of a kind have the same rounding; a kind without lines is nothing."""
    priced = price(MIXED_SESSION, [compile_tariff(MIXED)], UTC)

    assert {kind: part.excl for kind, part in priced.parts.items()} == {
        Kind.FIXED: Decimal("0.11"),
        Kind.ENERGY: Decimal("0.22"),
        Kind.TIME: Decimal("0.11"),
    }
    assert priced.part_as(Kind.PARKING, DEFAULT, 2).excl == 0
    assert priced.part_as(Kind.ENERGY, Policy(round_at=RoundAt.LINE), 2).incl == Decimal("0.26")


@pytest.mark.parametrize(("currency", "written"), [("EUR", "0.45"), ("JPY", "0"), ("KWD", "0.447")])
def test_a_currency_has_its_decimals(currency: str, written: str) -> None:
    """Two for the euro, none for the yen, three for the dinar; a policy may say otherwise."""
    facts, tariffs = MIXED_SESSION._replace(currency=currency), [compile_tariff(MIXED)]

    assert price(facts, tariffs, UTC).total.excl == Decimal(written)
    assert price(facts, tariffs, UTC, Policy(digits=4)).total.excl == Decimal("0.4470")


def test_decimals_have_bounds() -> None:
    """A policy with a negative or a huge number of decimals is none."""
    for digits in (-1, 11):
        with pytest.raises(ValueError, match="decimals"):
            Policy(digits=digits)
