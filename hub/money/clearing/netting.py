"""Who owes how much over all statements, and the fewest payments that settle it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.money.clearing.statement import Statement
from hub.wire.party import Party

EXACT_PARTIES = 12
"""Up to so many parties with a position the list of payments is the shortest that there is; beyond, a short one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """In minor units."""

    payer: Party
    payee: Party
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """All that is owed in one currency."""

    currency: str
    digits: int
    positions: Mapping[Party, int]
    """What each gets; negative: what it pays. They add up to nothing."""
    payments: Sequence[Payment]
    shortest: bool


def settle(statements: Iterable[Statement]) -> list[Settlement]:
    """Net positions and payments of each currency."""
    digits: dict[str, int] = {}
    positions: dict[str, dict[Party, int]] = defaultdict(lambda: defaultdict(int))
    for one in statements:
        digits[one.currency] = one.digits
        positions[one.currency][one.operator] += one.gross
        positions[one.currency][one.provider] -= one.gross
    return [_settlement(currency, digits[currency], positions[currency]) for currency in sorted(positions)]


def _settlement(currency: str, digits: int, positions: Mapping[Party, int]) -> Settlement:
    owed = [(party, amount) for party, amount in sorted(positions.items()) if amount]
    shortest = len(owed) <= EXACT_PARTIES
    groups = _balanced(owed) if shortest else [owed]
    payments = [payment for group in groups for payment in _payments(group)]
    return Settlement(
        currency=currency,
        digits=digits,
        positions=dict(sorted(positions.items())),
        payments=payments,
        shortest=shortest,
    )


def _balanced(owed: Sequence[tuple[Party, int]]) -> list[list[tuple[Party, int]]]:
    """As many groups as possible that each add up to nothing: a group of n needs n - 1 payments.

    `most[set]` is how many such groups can be taken off one after the other while the set is built up.
    """
    size = 1 << len(owed)
    sums, most, last = [0] * size, [0] * size, [0] * size
    for members in range(1, size):
        lowest = (members & -members).bit_length() - 1
        sums[members] = sums[members & (members - 1)] + owed[lowest][1]
        best = max((at for at in range(len(owed)) if members >> at & 1), key=lambda at: most[members & ~(1 << at)])
        last[members] = best
        most[members] = most[members & ~(1 << best)] + (sums[members] == 0)
    groups: list[list[tuple[Party, int]]] = []
    members = size - 1
    while members:
        if sums[members] == 0:
            groups.append([])
        groups[-1].append(owed[last[members]])
        members &= ~(1 << last[members])
    return groups


def _payments(group: Sequence[tuple[Party, int]]) -> Iterable[Payment]:
    """The largest debtor pays the largest creditor, until nobody owes anything."""
    left = dict(group)
    while left:
        payer, payee = min(left, key=lambda one: (left[one], one)), max(left, key=lambda one: (left[one], one))
        amount = min(-left[payer], left[payee])
        yield Payment(payer=payer, payee=payee, amount=amount)
        for party, change in ((payer, amount), (payee, -amount)):
            left[party] += change
            if not left[party]:
                del left[party]
