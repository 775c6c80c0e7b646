"""min_price and max_price hold the totals, before and after tax each for itself."""

from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.policy import DEFAULT, Limits, Policy
from hub.money.priced import Priced
from hub.money.pricing import price
from tests.hub.money.sessions import amount, component, element, facts_of, number, tariff


def priced_with(kwh: object, policy: Policy = DEFAULT, **limits: Any) -> Priced:
    """So many kWh at 1.00 each."""
    written = tariff(element(component("ENERGY", 1, vat=20)), **limits)
    facts = facts_of(("2024-01-15T10:00:00Z", {"ENERGY": kwh}), end="2024-01-15T11:00:00Z")
    return price(facts, [compile_tariff(written)], UTC, policy)


@pytest.mark.parametrize(
    ("kwh", "excl", "incl", "by"),
    [
        (5, "5.00", "6.00", ""),
        (9, "9.00", "10.50", "max_price"),
        (20, "10.00", "10.50", "max_price"),
        (1, "2.00", "2.40", "min_price"),
    ],
)
def test_each_side_has_its_own_bound(kwh: int, excl: str, incl: str, by: str) -> None:
    """At 9.00 only the total with tax is above its maximum of 10.50."""
    priced = priced_with(kwh, min_price=amount(2, "2.40"), max_price=amount(10, "10.50"))

    assert (priced.total.excl, priced.total.incl, priced.held.by) == (Decimal(excl), Decimal(incl), by)


@given(cents=st.integers(0, 5000), low=st.integers(0, 3000), high=st.integers(0, 3000))
def test_a_total_is_never_outside_its_limits(cents: int, low: int, high: int) -> None:
    """Between both, on each side; where they contradict each other the maximum wins."""
    limits: dict[str, Any] = {
        "min_price": amount(Decimal(low) / 100, Decimal(low) / 80),
        "max_price": amount(Decimal(high) / 100, Decimal(high) / 80),
    }
    priced = priced_with(Decimal(cents) / 100, **limits)
    net, gross = (
        Decimal(held.numerator) / Decimal(held.denominator) for held in (priced.held.net, priced.held.gross) if held
    )

    assert net <= Decimal(high) / 100
    assert net >= min(Decimal(low), Decimal(high)) / 100
    assert gross <= Decimal(high) / 80


def test_a_limit_without_tax_takes_the_tax_along() -> None:
    """Only the net maximum is given: the tax shrinks in the same proportion, and a note says so."""
    priced = priced_with(20, max_price=amount(10))

    assert (priced.total.excl, priced.total.incl) == (Decimal("10.00"), Decimal("12.00"))
    assert [note.code for note in priced.notes] == ["limit_without_tax"]


def test_a_minimum_for_nothing_has_no_known_tax() -> None:
    """A session that cost nothing has no rate from which the tax of its minimum could follow."""
    priced = priced_with(0, min_price=amount(2))

    assert (priced.total.excl, priced.total.incl) == (Decimal("2.00"), None)


def test_limits_can_be_ignored_as_some_do() -> None:
    """It is one of the deviations."""
    assert priced_with(20, Policy(limits=Limits.IGNORED), max_price=amount(10, 12)).total.excl == 20


def test_of_several_tariffs_the_first_one_limits() -> None:
    """OCPI does not say whose limits count; the one at the start of the session does, and a note says so."""
    first = tariff(element(component("ENERGY", 1)), id="A", max_price=amount(3))
    second = tariff(element(component("ENERGY", 1)), id="B", max_price=amount(5))
    facts = facts_of(
        ("2024-01-15T10:00:00Z", {"ENERGY": 10}), ("2024-01-15T11:00:00Z", {"ENERGY": 10}), end="2024-01-15T12:00:00Z"
    )
    periods = [one._replace(tariff_id=name) for one, name in zip(facts.periods, ("a", "B"), strict=True)]
    tariffs = [compile_tariff(first), compile_tariff(second)]

    priced = price(facts._replace(periods=periods), tariffs, UTC)
    last = price(facts._replace(periods=periods), tariffs, UTC, Policy(limits=Limits.AT_END))

    assert [priced.total.excl, last.total.excl] == [Decimal(3), Decimal(5)]
    assert "limits_of_one" in [note.code for note in priced.notes]


def test_prices_of_2_3_0_have_other_names() -> None:
    """before_taxes and after_taxes."""
    limit = {"before_taxes": number(10), "after_taxes": number(11)}

    priced = priced_with(20, max_price=limit)

    assert (priced.total.excl, priced.total.incl) == (Decimal(10), Decimal(11))
