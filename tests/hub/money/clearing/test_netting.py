"""Positions and payments: they settle everything, with as few payments as there can be."""

from collections import defaultdict
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from hub.money.clearing.netting import EXACT_PARTIES, Settlement, settle
from hub.money.clearing.statement import statements_of
from hub.wire.party import Party
from tests.hub.money.clearing.cleared import PARTIES, A, B, C, entry, random_entries


def settled(*owed: tuple[Party, Party, int]) -> Settlement:
    """Who is owed by whom, and how much."""
    cdrs = [
        entry(f"C{at}", operator=operator, provider=provider, net=much, gross=much)
        for at, (operator, provider, much) in enumerate(owed)
    ]
    (found,) = settle(statements_of("2024-03", cdrs))
    return found


def after(one: Settlement) -> dict[Party, int]:
    """What is left of each position once everybody has paid."""
    left = dict(one.positions)
    for payment in one.payments:
        left[payment.payer] += payment.amount
        left[payment.payee] -= payment.amount
    return left


def test_a_circle_needs_no_payment() -> None:
    """A owes B, B owes C, C owes A, each as much."""
    assert settled((A, B, 500), (B, C, 500), (C, A, 500)).payments == []


def test_a_chain_is_one_payment() -> None:
    """C owes B and B owes A as much: C pays A."""
    (payment,) = settled((A, B, 500), (B, C, 500)).payments

    assert (payment.payer, payment.payee, payment.amount) == (C, A, 500)


def test_balanced_groups_stay_apart() -> None:
    """Two debtors of 3 and 7 against creditors of 3 and 7, and a greedy mind would need three."""
    p = PARTIES
    found = settled((p[0], p[8], 700), (p[1], p[8], 300), (p[8], p[2], 700), (p[8], p[3], 300))

    assert len(found.payments) == 2
    assert found.shortest


@given(st.integers(0, 2**32))
def test_payments_settle_everything(seed: int) -> None:
    """In each currency: positions add up to nothing, nothing is left, every payment is of more than nothing."""
    for one in settle(statements_of("2024-03", random_entries(Random(seed)))):
        assert sum(one.positions.values()) == 0
        assert set(after(one).values()) <= {0}
        assert all(payment.amount > 0 and payment.payer != payment.payee for payment in one.payments)
        assert len(one.payments) <= max(0, sum(amount != 0 for amount in one.positions.values()) - 1)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=7))
def test_there_is_no_shorter_list(amounts: list[int]) -> None:
    """By the definition: parties less the largest number of groups that add up to nothing."""
    amounts = [*amounts, -sum(amounts)]
    bank = Party(country_code="NL", party_id="BNK")
    owed = [(PARTIES[at], bank, much) for at, much in enumerate(amounts) if much > 0]
    owed += [(bank, PARTIES[at], -much) for at, much in enumerate(amounts) if much < 0]
    if not owed:
        return
    found = settled(*owed)
    open_positions = [amount for amount in found.positions.values() if amount]

    assert len(found.payments) == len(open_positions) - _most_groups(tuple(open_positions))


def _most_groups(amounts: tuple[int, ...]) -> int:
    """Try every group that contains the first one."""
    if not amounts:
        return 0
    first, *others = amounts
    best = 0
    for size in range(len(others) + 1):
        for chosen in combinations(range(len(others)), size):
            if first + sum(others[at] for at in chosen) == 0:
                rest = tuple(one for at, one in enumerate(others) if at not in chosen)
                best = max(best, 1 + _most_groups(rest))
    return best


def test_many_parties_are_settled_in_short() -> None:
    """Beyond the bound the list may not be the shortest, and says so."""
    rng = Random(5)
    many = [Party(country_code="NL", party_id=f"Q{at:02}") for at in range(EXACT_PARTIES + 8)]
    owed: dict[tuple[Party, Party], int] = defaultdict(int)
    for _ in range(100):
        operator, provider = rng.sample(many, 2)
        owed[operator, provider] += rng.randint(1, 10**6)
    found = settled(*((one, other, much) for (one, other), much in owed.items()))

    assert not found.shortest
    assert set(after(found).values()) == {0}
    assert len(found.payments) < len(many)
