"""The verdict on the costs of a CDR: equal, equal but for a named difference, unequal, or not to be verified.

The simplest explanation wins: rounding before other readings, one deviation before two. What else would fit is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from hub.money.checking.deviations import (
    PERIOD_SPANS_CHANGE,
    PUBLISHED_TARIFF,
    READINGS,
    ROUNDINGS,
    WITHIN_TOLERANCE,
    Deviation,
)
from hub.money.checking.figures import TOTAL, Compared, Stated, compare
from hub.money.checking.spans import Interval
from hub.money.policy import Policy
from hub.money.priced import Priced

MAX_TRIES_WORK = 200_000
PERIOD_WORK = 25
"""A period costs about as much as looking at this many price components."""


class Verdict(StrEnum):
    """What became of the comparison."""

    EXACT = "EXACT"
    ROUNDING = "ROUNDING"
    """Equal under a named rounding variant, or within the agreed tolerance."""
    EXPLAINED = "EXPLAINED"
    """Equal under a named deviation, or within the cost interval of a period whose price changes."""
    MISMATCH = "MISMATCH"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and its reasons."""

    verdict: Verdict
    figures: Sequence[Compared]
    """Stated and computed, by the policy that was asked for."""
    cause: str = ""
    """Names of deviations, joined by `+`."""
    also: Sequence[str] = ()
    """Other causes, as simple, that explain the figures as well."""
    computed: Priced | None = None
    """The price under the cause, where that is another price."""
    complete: bool = True
    """False when not every cause was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A priced CDR, and ways to price it otherwise."""

    priced: Priced
    stated: list[Stated]
    reprice: Callable[[Policy], Priced]
    published: Callable[[Policy], Priced] | None
    """By the published tariffs; None where none is known."""
    interval: Interval | None
    tolerance: Decimal


class Exhausted(Exception):
    """The CDR is so large that no more ways to price it are tried."""


class Repricer:
    """Prices a session again and again, as long as it stays cheap."""

    def __init__(self, again: Callable[[Policy], Priced], priced: Priced) -> None:
        self._again = again
        periods = len(priced.facts.periods)
        self._cost = periods * PERIOD_WORK + sum(one.size for one in priced.tariffs if one is not None)
        self._left = MAX_TRIES_WORK

    def __call__(self, policy: Policy) -> Priced:
        """The price under another policy; raises Exhausted."""
        self._left -= self._cost
        if self._left < 0:
            raise Exhausted
        return self._again(policy)


def judge(case: Case) -> Judgement:
    """Compare, and find the cause of a difference."""
    policy = case.priced.policy
    figures = compare(case.priced, case.stated, policy)
    if case.priced.doubts or not figures:
        return Judgement(Verdict.UNVERIFIABLE, figures)
    if _agree(figures):
        return Judgement(Verdict.EXACT, figures)
    fitting = [one.name for one in ROUNDINGS if _fits(case.priced, case.stated, one.of(policy))]
    if fitting:
        return _simplest(Verdict.ROUNDING, figures, fitting)
    if all(abs(one.stated - one.computed) <= case.tolerance for one in figures):
        return Judgement(Verdict.ROUNDING, figures, WITHIN_TOLERANCE)
    try:
        return _explained(case, figures) or Judgement(Verdict.MISMATCH, figures)
    except Exhausted:
        return Judgement(Verdict.MISMATCH, figures, complete=False)


def _explained(case: Case, figures: Sequence[Compared]) -> Judgement | None:
    policy = case.priced.policy
    others = {name: priced for name, priced in _otherwise(case) if _differs(priced, case.priced)}
    fitting = [name for name, priced in others.items() if _fits(priced, case.stated, priced.policy)]
    if fitting:
        return replace(_simplest(Verdict.EXPLAINED, figures, fitting), computed=others[fitting[0]])
    if _within(case):
        return Judgement(Verdict.EXPLAINED, figures, PERIOD_SPANS_CHANGE)
    for name, priced in others.items():
        rounded = [one.name for one in ROUNDINGS if _fits(priced, case.stated, one.of(priced.policy))]
        if rounded:
            return Judgement(Verdict.EXPLAINED, figures, f"{name}+{rounded[0]}", computed=priced)
    return _two_together(case, figures, [one for one in READINGS if one.name in others], policy)


def _two_together(
    case: Case, figures: Sequence[Compared], effective: Sequence[Deviation], policy: Policy
) -> Judgement | None:
    """Two deviations at once; only those that change something alone are tried."""
    for one, other in combinations(effective, 2):
        if one.changes.keys().isdisjoint(other.changes):
            priced = case.reprice(other.of(one.of(policy)))
            if _fits(priced, case.stated, priced.policy):
                return Judgement(Verdict.EXPLAINED, figures, f"{one.name}+{other.name}", computed=priced)
    return None


def _otherwise(case: Case) -> Iterator[tuple[str, Priced]]:
    policy = case.priced.policy
    for deviation in READINGS:
        changed = deviation.of(policy)
        if changed != policy:
            yield deviation.name, case.reprice(changed)
    if case.published is not None:
        yield PUBLISHED_TARIFF, case.published(policy)


def _differs(priced: Priced, base: Priced) -> bool:
    """It costs something else in total or in part; what is in doubt explains nothing."""
    if priced.doubts:
        return False
    if priced.bill.unit != base.bill.unit:
        return True
    return priced.groups != base.groups or priced.held != base.held


def _within(case: Case) -> bool:
    """Is the stated total inside the interval of a period whose price changes?"""
    if case.interval is None:
        return False
    return any(case.interval.holds(one.excl, one.incl) for one in case.stated if one.name == TOTAL)


def _fits(priced: Priced, stated: list[Stated], policy: Policy) -> bool:
    return _agree(compare(priced, stated, policy))


def _agree(figures: Sequence[Compared]) -> bool:
    return bool(figures) and all(one.agrees for one in figures)


def _simplest(verdict: Verdict, figures: Sequence[Compared], fitting: list[str]) -> Judgement:
    """The first one; of the others those that are not more complicated."""
    parts = fitting[0].count("+")
    also = [name for name in fitting[1:] if name.count("+") == parts]
    return Judgement(verdict, figures, fitting[0], also)
