"""Sums of a bill: by kind and rate, and however they are added the whole is the same."""

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.money.compiling import compile_tariff
from hub.money.pricing import price
from hub.money.sums import Group, Sum, by_group, by_rate, total
from hub.money.tariff import Kind
from tests.hub.money.sessions import ZONE, random_session

D21, D7 = Decimal(21), Decimal(7)
GROUPS: dict[Group, Sum] = {
    (Kind.ENERGY, D21): Sum(100, 21),
    (Kind.TIME, D21): Sum(200, 42),
    (Kind.ENERGY, D7): Sum(100, 7),
}


def test_by_rate_and_by_kind() -> None:
    """The same rate of different kinds is one group, and the other way round."""
    assert by_rate(GROUPS) == {D21: Sum(300, 63), D7: Sum(100, 7)}
    assert by_rate(GROUPS, Kind.ENERGY) == {D21: Sum(100, 21), D7: Sum(100, 7)}
    assert total(GROUPS, Kind.ENERGY) == Sum(200, 28)
    assert (total(GROUPS), total(GROUPS).gross) == (Sum(400, 70), 470)
    assert total({}) == Sum(0, 0)


@given(seed=st.integers(0, 2**32))
def test_nothing_is_lost(seed: int) -> None:
    """Lines, kinds and rates add up to the same total."""
    written, facts = random_session(Random(seed))
    bill = price(facts, [compile_tariff(written)], ZONE).bill
    groups = by_group(bill.lines)
    whole = Sum(sum(line.net for line in bill.lines), sum(line.tax for line in bill.lines))

    assert total(groups) == whole
    for parts in ([*by_rate(groups).values()], [total(groups, kind) for kind in Kind]):
        assert Sum(sum(part.net for part in parts), sum(part.tax for part in parts)) == whole
