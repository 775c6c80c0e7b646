"""From exact sums to the totals of a CDR, rounded as a policy says. OCPI gives no rule for it, on purpose.

Source: OCPI 2.2.1, mod_tariffs, Tariff, the note about rounding.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from hub.money.exact import fixed, fixed_text, rounded
from hub.money.limits import Held, Ratio
from hub.money.lines import Line
from hub.money.policy import Policy, RoundAt, TaxOn
from hub.money.sums import NOTHING, Group, Sum, by_rate, total
from hub.money.tariff import Kind

_KINDS = tuple(Kind)
_AT_TOTAL, _EXACT_NET = RoundAt.TOTAL, TaxOn.EXACT_NET
"""Looking a member up in its enum takes longer than comparing it."""


class Amounts(NamedTuple):
    """One total without and with tax, in 10^-`digits` of the currency; None where it is not known."""

    net: int | None
    gross: int | None
    digits: int

    @property
    def excl(self) -> Decimal | None:
        """Without tax."""
        return None if self.net is None else fixed(self.net, self.digits)

    @property
    def incl(self) -> Decimal | None:
        """With tax."""
        return None if self.gross is None else fixed(self.gross, self.digits)

    def as_dict(self) -> dict[str, str | None]:
        """`{"excl": "5.63", "incl": "6.24"}`."""
        net, gross, digits = self
        return {
            "excl": None if net is None else fixed_text(net, digits),
            "incl": None if gross is None else fixed_text(gross, digits),
        }


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
        self.whole = total(groups)
        present = {kind for kind, _ in groups}
        self.kinds = {kind: total(groups, kind) for kind in _KINDS if kind in present}
        """Exact sums of the kinds that there are."""

    def of_kind(self, kind: Kind, policy: Policy, digits: int) -> Amounts:
        """The total of one kind of cost."""
        return self._amounts(*self._pair(kind, policy, digits), digits)

    def of_total(self, held: Held, policy: Policy, digits: int) -> Amounts:
        """The total; where a limit holds it, the limit itself is rounded."""
        net: int | None
        gross: int | None
        net, gross = self._pair(None, policy, digits)
        if held.by:
            net = net if self._is(held.net, self.whole.net) else self._limit(held.net, policy, digits)
            gross = gross if self._is(held.gross, self.whole.gross) else self._limit(held.gross, policy, digits)
        return self._amounts(net, gross, digits)

    def _is(self, held: Ratio | None, exact: int) -> bool:
        """No limit changed this side of the total."""
        return held is not None and held.numerator * self._unit == exact * held.denominator

    def _limit(self, held: Ratio | None, policy: Policy, digits: int) -> int | None:
        return None if held is None else rounded(held.numerator, held.denominator, digits, policy.rounding)

    def _amounts(self, net: int | None, gross: int | None, digits: int) -> Amounts:
        return Amounts(net if self._knowing.net else None, gross if self._knowing.gross else None, digits)

    def _pair(self, kind: Kind | None, policy: Policy, digits: int) -> tuple[int, int]:
        """Net and gross in 10^-digits."""
        part = self.whole if kind is None else self.kinds.get(kind, NOTHING)
        if policy.round_at is _AT_TOTAL and policy.tax_on is _EXACT_NET:
            return self._round(part.net, policy, digits), self._round(part.net + part.tax, policy, digits)
        parts = self._parts(kind, policy.round_at)
        net = sum(self._round(one.net, policy, digits) for one in parts)
        if policy.tax_on is TaxOn.EXACT_NET:
            return net, sum(self._round(one.gross, policy, digits) for one in parts)
        return net, net + sum(self._tax(*item, policy, digits) for item in by_rate(self._groups, kind).items())

    def _parts(self, kind: Kind | None, round_at: RoundAt) -> list[Sum]:
        """What is rounded before it is added up."""
        if round_at is RoundAt.LINE:
            return [Sum(line.net, line.tax) for line in self._lines if kind in (None, line.component.kind)]
        if round_at is RoundAt.VAT_RATE:
            return [*by_rate(self._groups, kind).values()]
        if round_at is RoundAt.DIMENSION and kind is None:
            return [*self.kinds.values()]
        return [self.whole if kind is None else self.kinds.get(kind, NOTHING)]

    def _tax(self, rate: Decimal | None, part: Sum, policy: Policy, digits: int) -> int:
        """The tax of a rounded net amount."""
        if rate is None:
            return 0
        numerator, denominator = rate.as_integer_ratio()
        net = self._round(part.net, policy, digits)
        return rounded(net * numerator, 100 * denominator * 10**digits, digits, policy.rounding)

    def _round(self, amount: int, policy: Policy, digits: int) -> int:
        return rounded(amount, self._unit, digits, policy.rounding)
