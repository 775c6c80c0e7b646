"""Prices with and without tax, in all versions, as whole numbers of one unit."""

from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.pricing import price
from hub.money.rounding import Amounts
from hub.money.taxes import Taxes, TaxIncluded
from tests.hub.money.sessions import Json, component, element, exact, facts_of, tariff

TEN_KWH = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": 10}), end="2024-01-15T11:00:00Z")


def total(written: Json) -> Amounts:
    """The total of ten kWh."""
    return price(TEN_KWH, [compile_tariff(written)], UTC).total


@pytest.mark.parametrize(
    ("included", "vat", "excl", "incl"),
    [
        (None, 21, "2.50", "3.03"),
        (None, None, "2.50", "2.50"),
        ("NO", 21, "2.50", "3.03"),
        ("NO", None, "2.50", None),
        ("YES", 25, "2.00", "2.50"),
        ("YES", None, None, "2.50"),
        ("N/A", None, "2.50", "2.50"),
        ("N/A", 21, "2.50", "2.50"),
    ],
)
def test_what_a_price_includes(included: str | None, vat: int | None, excl: str | None, incl: str | None) -> None:
    """tax_included says whether the price is before or after tax; what cannot be known is not made up."""
    fields = {} if included is None else {"tax_included": included}
    found = total(tariff(element(component("ENERGY", "0.25", vat=vat)), **fields))

    assert (found.excl, found.incl) == tuple(None if side is None else Decimal(side) for side in (excl, incl))


def test_2_1_1_knows_no_tax() -> None:
    """A tariff of nobody in particular and without any rate is 2.1.1's: amounts with tax are unknown."""
    written = tariff(element(component("ENERGY", "0.25")))
    del written["country_code"], written["party_id"]

    assert (total(written).excl, total(written).incl) == (Decimal("2.50"), None)


def test_a_rate_that_does_not_divide_is_still_exact() -> None:
    """1.00 including 21 % and 7 % taxes: nets are fractions, and ten times a tenth is the whole."""
    written = tariff(element(component("ENERGY", 1, vat=21), component("TIME", 1, vat=7)), tax_included="YES")
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": "12.1", "TIME": "1.07"}), end="2024-01-15T11:10:00Z")

    assert exact(price(facts, [compile_tariff(written)], UTC)) == 11


@given(
    price_text=st.decimals(-1000, 1000, places=4),
    rate=st.decimals(0, 100, places=2),
    included=st.sampled_from(TaxIncluded),
)
def test_net_and_tax_are_whole_and_exact(price_text: Decimal, rate: Decimal, included: TaxIncluded) -> None:
    """Net plus tax is the gross price; net times the rate is the tax."""
    taxes = Taxes.of([price_text], [rate], included, names_owner=True)
    net, tax = taxes.of_price(price_text, rate)

    if included is TaxIncluded.NOT_APPLICABLE:
        assert tax == 0
    else:
        assert tax * 100 == net * rate
        assert (net + tax if included is TaxIncluded.YES else net) == price_text * taxes.unit
