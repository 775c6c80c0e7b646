"""Statements: whatever CDRs there are, everything adds up to the cent."""

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.money.clearing.entry import CdrState, VatShare
from hub.money.clearing.statement import statements_of
from tests.hub.money.clearing.cleared import B, C, entry, random_entries


def test_a_statement() -> None:
    """Charged, credited, late and disputed ones each in their place."""
    cdrs = [
        entry("C1"),
        entry("C2", net=1000, gross=1090, vat=(VatShare(rate="9", net=1000, tax=90),), month="2024-02"),
        entry("C1-C", net=-600, gross=-726, credits_key="NL*P00/c1", energy_kwh="10"),
        entry("C3", state=CdrState.DISPUTED),
        entry("C4", provider=C),
    ]

    first, second = statements_of("2024-03", cdrs)

    assert (first.statement_id, second.provider) == ("2024-03/EUR/NL*P00>NL*P01", C)
    assert (first.cdrs, first.credits, first.late, first.disputed) == (3, 1, 1, 1)
    assert (first.charged_gross, first.credited_gross, first.gross) == (1816, -726, 1090)
    assert (first.disputed_gross, first.energy_kwh) == (726, "10")
    assert first.vat == (VatShare(rate="9", net=1000, tax=90), VatShare(rate="21", net=0, tax=0))
    assert first.amount(first.net) == "10.00"


@given(st.integers(0, 2**32))
def test_everything_adds_up(seed: int) -> None:
    """Sums of statements are sums of CDRs; VAT groups are the whole; nothing is counted twice or lost."""
    cdrs = random_entries(Random(seed))

    statements = statements_of("2024-03", cdrs)

    counted = [one for one in cdrs if one.state is not CdrState.DISPUTED]
    for currency in ("EUR", "CHF"):
        mine = [one for one in statements if one.currency == currency]
        assert sum(one.net for one in mine) == sum(one.net for one in counted if one.currency == currency)
        assert sum(one.gross for one in mine) == sum(one.gross for one in counted if one.currency == currency)
    for one in statements:
        assert sum(share.net for share in one.vat) == one.net
        assert sum(share.net + share.tax for share in one.vat) == one.gross
        assert Decimal(one.amount(one.net)) + Decimal(one.amount(one.gross - one.net)) == Decimal(one.amount(one.gross))
    assert sum(one.cdrs + one.disputed for one in statements) == len(cdrs)


@given(st.integers(0, 2**32))
def test_the_order_does_not_matter(seed: int) -> None:
    """The same CDRs give the same statements."""
    rng = Random(seed)
    cdrs = random_entries(rng)
    shuffled = rng.sample(cdrs, len(cdrs))

    assert statements_of("2024-03", cdrs) == statements_of("2024-03", shuffled)


def test_a_credited_cdr_costs_nothing() -> None:
    """Original and credit are both in the sums, and the energy is that of neither."""
    back = {"net": -600, "gross": -726, "credits_key": "NL*P00/c1"}
    cdrs = [entry("C1", state=CdrState.CREDITED), entry("C1-C", **back)]

    (statement,) = statements_of("2024-03", cdrs)

    assert (statement.net, statement.gross, statement.energy_kwh, statement.cdrs) == (0, 0, "0", 2)
    assert statement.provider == B
