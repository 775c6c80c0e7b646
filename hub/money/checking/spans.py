"""Periods in which the price changes, against "the CPO SHALL add a new Charging Period": what they can have cost.

Time can be split exactly; energy cannot, so its cost lies between all of it at the cheapest price and all at the dearest.
Source: OCPI 2.2.1, mod_cdrs, ChargingPeriod.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from hub.money.billing import MAX_WORK, moments
from hub.money.changes import Stretch, TooLong, changes
from hub.money.facts import Period
from hub.money.limits import Ratio, hold
from hub.money.moments import Moment, figures_at, find
from hub.money.policy import Clock
from hub.money.priced import Priced
from hub.money.rounding import Amounts
from hub.money.sums import Sum, total
from hub.money.tariff import ENERGY, FLAT, SESSION, CompiledTariff, Component

_ZERO = Decimal(0)


class Segment(NamedTuple):
    """A part of a period with one component; None where the dimension is free."""

    at: datetime
    seconds: int
    component: Component | None


@dataclass(frozen=True, slots=True)
class Span:
    """A quantity of one period that was billed at one price, though its price changed meanwhile."""

    period: int
    dimension: str
    tariff: CompiledTariff
    measured: int
    segments: Sequence[Segment]

    @property
    def exact(self) -> bool:
        """It is time that fills its period: each part of it is known, but for the second that rounding costs."""
        return self.dimension != ENERGY and abs(self.measured - sum(one.seconds for one in self.segments)) <= 1


class Interval(NamedTuple):
    """Between these amounts the total must lie; a side is None where it is not known."""

    low: Amounts
    high: Amounts

    def holds(self, excl: Decimal | None, incl: Decimal | None) -> bool:
        """Do the stated amounts lie inside?"""
        return _inside(self.low.excl, excl, self.high.excl) and _inside(self.low.incl, incl, self.high.incl)


def find_spans(priced: Priced) -> list[Span]:
    """All of them; what is too long, or takes more than MAX_WORK, is not looked into."""
    zone = UTC if priced.zone is None or priced.policy.clock is Clock.UTC else priced.zone
    found: list[Span] = []
    work = 0
    for at, moment in enumerate(moments(priced.facts)):
        tariff = priced.tariffs[at]
        if tariff is None or not tariff.figures or priced.facts.periods[at].length_s <= 1:
            continue
        cuts = _cuts(tariff, moment, priced.facts.periods[at], zone)
        work += len(cuts) * tariff.size
        if work > MAX_WORK:
            break
        if cuts:
            found += _in_period(priced, at, [moment, *cuts], (tariff, zone))
    return found


def cost_interval(priced: Priced, spans: Sequence[Span]) -> Interval:
    """What the session can have cost, given that each span was split somehow."""
    whole = total(priced.groups)
    low_net = high_net = whole.net
    low_gross = high_gross = whole.gross
    for span in spans:
        first, *costs = _costs(priced, span)
        low_net += min(cost.net for cost in costs) - first.net
        high_net += max(cost.net for cost in costs) - first.net
        low_gross += min(cost.gross for cost in costs) - first.gross
        high_gross += max(cost.gross for cost in costs) - first.gross
    return Interval(
        _bounds(priced, Sum(low_net, low_gross - low_net), up=False),
        _bounds(priced, Sum(high_net, high_gross - high_net), up=True),
    )


def _cuts(tariff: CompiledTariff, moment: Moment, period: Period, zone: tzinfo) -> list[Moment]:
    try:
        return changes(tariff, Stretch(moment, period.length_s, period.energy_kwh or _ZERO), zone)
    except TooLong:
        return []


def _in_period(priced: Priced, at: int, starts: list[Moment], by: tuple[CompiledTariff, tzinfo]) -> Iterator[Span]:
    tariff, zone = by
    period = priced.facts.periods[at]
    figures = [figures_at(one, period, tariff, zone, priced.policy) for one in starts]
    lengths = [later.elapsed_s - one.elapsed_s for one, later in pairwise(starts)]
    lengths.append(period.length_s - sum(lengths))
    for dimension, measured in _quantities(priced, at):
        components = [find(tariff, SESSION, dimension, one, priced.policy)[0] for one in figures]
        if any(one != components[0] for one in components):
            segments = [Segment(*one) for one in zip((one.at for one in starts), lengths, components, strict=True)]
            yield Span(at, dimension, tariff, measured, segments)


def _quantities(priced: Priced, at: int) -> Iterator[tuple[str, int]]:
    """What the session itself used in a period, whether it was billed or free."""
    lines = [one for one in priced.bill.lines if one.period == at and one.phase == SESSION]
    yield from ((one.dimension, one.measured) for one in lines if one.dimension != FLAT)
    free = [one for one in priced.bill.unpriced if one.period == at and one.phase == SESSION]
    yield from ((one.dimension, one.measured) for one in free)


def _costs(priced: Priced, span: Span) -> list[Sum]:
    """What the engine charged, then what it can have cost: at each price, or split exactly."""
    factor = priced.bill.factor(span.tariff, span.dimension)
    charged = _cost(span.segments[0].component, factor * span.measured)
    if span.exact:
        parts = [_cost(one.component, factor * one.seconds) for one in span.segments]
        return [charged, Sum(sum(part.net for part in parts), sum(part.tax for part in parts))]
    return [charged, *(_cost(one.component, factor * span.measured) for one in span.segments)]


def _cost(component: Component | None, factor: int) -> Sum:
    return Sum(0, 0) if component is None else Sum(factor * component.net, factor * component.tax)


def _bounds(priced: Priced, whole: Sum, *, up: bool) -> Amounts:
    held = hold(whole, priced.bill.unit, priced.tariffs, priced.policy, [])
    return Amounts(
        _outwards(held.net, priced.digits, up=up) if priced.knowing.net else None,
        _outwards(held.gross, priced.digits, up=up) if priced.knowing.gross else None,
        priced.digits,
    )


def _outwards(ratio: Ratio | None, digits: int, *, up: bool) -> int | None:
    """Rounded away from the inside of the interval."""
    if ratio is None:
        return None
    numerator: int = ratio.numerator * 10**digits
    return -(-numerator // ratio.denominator) if up else numerator // ratio.denominator


def _inside(low: Decimal | None, stated: Decimal | None, high: Decimal | None) -> bool:
    return stated is None or low is None or high is None or low <= stated <= high
