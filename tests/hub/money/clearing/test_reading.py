"""From a CDR to the books: whole minor units, whose parts by VAT rate add up to the CDR."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.checking.check import check_cdr
from hub.money.clearing.entry import VatShare
from hub.money.clearing.reading import NotClearable, apportion, key_of, rates_of, read_cleared
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import amount, component, element, number, tariff
from tests.words import CPO, EMSP


def read(**changes: Any) -> Any:
    """A CDR of NL*CPA for DE*EMA."""
    return read_cleared(cdr(**changes), CPO, EMSP)


def test_a_cdr() -> None:
    """Amounts in cents, its month by the end of the session, its key folded."""
    one = read(id="CDR-X")

    assert (one.cdr_key, one.month, one.currency) == ("NL*CPA/cdr-x", "2024-03", "EUR")
    assert (one.net, one.gross, one.digits, one.energy_kwh) == (600, 726, 2, "10.0")
    assert one.vat == (VatShare(rate="", net=600, tax=126),)


@pytest.mark.parametrize(
    ("cost", "currency", "net", "gross"),
    [
        (amount("4.997"), "EUR", 500, 500),
        (amount("-0.005", "-0.006"), "EUR", -1, -1),
        (amount("1000", "1100"), "JPY", 1000, 1100),
        (amount("1.2345", "1.3"), "KWD", 1235, 1300),
        ({"before_taxes": number(4), "taxes": [{"name": "VAT", "amount": number("0.84")}]}, "EUR", 400, 484),
    ],
)
def test_amounts_become_minor_units(cost: Any, currency: str, net: int, gross: int) -> None:
    """Rounded half up, by the currency; where nothing is said of tax there is none."""
    one = read(total_cost=cost, currency=currency)

    assert (one.net, one.gross) == (net, gross)


def test_a_month_is_that_of_the_end() -> None:
    """A session over midnight belongs to the month in which it ended."""
    assert read(end_date_time="2024-04-01T00:00:01Z").month == "2024-04"


def test_a_credit() -> None:
    """Its amounts are negative, and it names what it takes back."""
    one = read(id="C-1", credit=True, credit_reference_id="CDR1", total_cost=amount("-6.00", "-7.26"))

    assert (one.net, one.gross, one.credits_key) == (-600, -726, key_of(CPO, "cdr1"))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"currency": None},
        {"total_cost": None},
        {"total_cost": amount("1e30")},
        {"total_cost": {"excl_vat": "much"}},
        {"start_date_time": "yesterday"},
        {"credit": True, "credit_reference_id": None},
    ],
)
def test_what_cannot_be_cleared(changes: Any) -> None:
    """It is refused in words."""
    with pytest.raises(NotClearable):
        read(**changes)


MIXED = tariff(element(component("ENERGY", "0.40", vat=21), component("FLAT", "0.50", vat=9)))


def test_rates() -> None:
    """By the tariff, where it gives what the CDR states: 4.00 at 21 % and 0.50 at 9 %."""
    names = ("total_fixed_cost", "total_energy_cost", "total_parking_cost")
    written = cdr(tariffs=[MIXED], total_cost=amount("4.50", "5.39"), **dict.fromkeys(names))
    priced = check_cdr(written).priced
    assert priced is not None
    one = read_cleared(written, CPO, EMSP)

    shares = rates_of(one, priced)

    assert sorted((share.rate, share.net, share.tax) for share in shares) == [("21", 400, 84), ("9", 50, 5)]


def test_no_rates_for_other_amounts() -> None:
    """A CDR that states something else keeps one share of an unknown rate."""
    priced = check_cdr(cdr()).priced
    assert priced is not None
    one = read(total_cost=amount("6.00", "9.99"))

    assert rates_of(one, priced) == one.vat


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**12), min_size=1, max_size=8))
def test_parts_add_up(whole: int, weights: list[int]) -> None:
    """To the unit, each within one of its share, with the sign of the whole."""
    parts = apportion(whole, weights)

    if sum(weights) == 0 and whole:
        assert parts is None
        return
    assert parts is not None
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert part * whole >= 0
        assert abs(part * sum(weights) - whole * weight) <= max(sum(weights), 1)


def test_no_parts_by_negative_weights() -> None:
    """A tariff that pays for something is split by no rule."""
    assert apportion(5, [3, -1]) is None
