"""From exact sums to the totals of a CDR, rounded as a policy says. OCPI gives no rule for it, on purpose.

Source: OCPI 2.2.1, mod_tariffs, Tariff, the note about rounding.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from hub.money.exact import fixed, rounded
from hub.money.limits import Held, Ratio
from hub.money.lines import Line
from hub.money.policy import Policy, RoundAt, TaxOn
from hub.money.sums import Group, Kind, Sum, by_rate, kind_of, total


class Amounts(NamedTuple):
    """One total without and with tax; None where it is not known."""

    excl: Decimal | None
    incl: Decimal | None


class Knowing(NamedTuple):
    """Which side of the tax is known at all."""

    net: bool
    gross: bool


class Rounder:
    """Rounds the sums of one bill."""

    def __init__(self, lines: Iterable[Line], groups: Mapping[Group, Sum], unit: int, knowing: Knowing) -> None:
        self._lines = lines
        self._groups = groups
        self._unit = unit
        self._knowing = knowing

    def of_kind(self, kind: Kind, policy: Policy, digits: int) -> Amounts:
        """The total of one kind of cost."""
        return self._amounts(*self._pair(kind, policy, digits), digits)

    def of_total(self, held: Held, policy: Policy, digits: int) -> Amounts:
        """The total; where a limit holds it, the limit itself is rounded."""
        (net, gross), whole = self._pair(None, policy, digits), total(self._groups)
        return self._amounts(
            net if self._is(held.net, whole.net) else self._limit(held.net, policy, digits),
            gross if self._is(held.gross, whole.gross) else self._limit(held.gross, policy, digits),
            digits,
        )

    def _is(self, held: Ratio | None, exact: int) -> bool:
        """No limit changed this side of the total."""
        return held is not None and held.numerator * self._unit == exact * held.denominator

    def _limit(self, held: Ratio | None, policy: Policy, digits: int) -> int | None:
        return None if held is None else rounded(held.numerator, held.denominator, digits, policy.rounding)

    def _amounts(self, net: int | None, gross: int | None, digits: int) -> Amounts:
        return Amounts(
            fixed(net, digits) if self._knowing.net and net is not None else None,
            fixed(gross, digits) if self._knowing.gross and gross is not None else None,
        )

    def _pair(self, kind: Kind | None, policy: Policy, digits: int) -> tuple[int, int]:
        """Net and gross in 10^-digits."""
        parts = self._parts(kind, policy.round_at)
        net = sum(self._round(part.net, policy, digits) for part in parts)
        if policy.tax_on is TaxOn.EXACT_NET:
            return net, sum(self._round(part.gross, policy, digits) for part in parts)
        return net, net + sum(self._tax(*item, policy, digits) for item in by_rate(self._groups, kind).items())

    def _parts(self, kind: Kind | None, round_at: RoundAt) -> list[Sum]:
        """What is rounded before it is added up."""
        if round_at is RoundAt.LINE:
            return [Sum(line.net, line.tax) for line in self._lines if kind in (None, kind_of(line))]
        if round_at is RoundAt.VAT_RATE:
            return [*by_rate(self._groups, kind).values()]
        if round_at is RoundAt.DIMENSION and kind is None:
            return [total(self._groups, one) for one in {of for of, _ in self._groups}]
        return [total(self._groups, kind)]

    def _tax(self, rate: Decimal | None, part: Sum, policy: Policy, digits: int) -> int:
        """The tax of a rounded net amount."""
        if rate is None:
            return 0
        numerator, denominator = rate.as_integer_ratio()
        net = self._round(part.net, policy, digits)
        return rounded(net * numerator, 100 * denominator * 10**digits, digits, policy.rounding)

    def _round(self, amount: int, policy: Policy, digits: int) -> int:
        return rounded(amount, self._unit, digits, policy.rounding)
