"""What a session will cost, asked before it begins: it is split where the price changes, in time and in energy.

`Plan`, `Stage`, `NoEstimate`, `estimate` and `split` are what other rooms build upon (estimates for apps): they stay as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from hub.money.cdr_reading import FIRST_YEAR, LAST_YEAR
from hub.money.changes import MAX_DAYS, Stretch, TooLong, changes
from hub.money.exact import EXACT, SECONDS_PER_HOUR
from hub.money.facts import Facts, Period
from hub.money.moments import Moment, figures_at, find
from hub.money.policy import DEFAULT, Clock, Policy
from hub.money.priced import Priced
from hub.money.pricing import price
from hub.money.tariff import ENERGY, FLAT, PARKING_TIME, SESSION, TIME, CompiledTariff, Component

_ZERO = Decimal(0)


class NoEstimate(ValueError):
    """A session that cannot be, or that is too long to be looked into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A session that somebody has in mind: even power, then perhaps parking."""

    kwh: Decimal
    minutes: int
    """Of charging."""
    start: datetime
    """Aware."""
    power_kw: Decimal | None = None
    """None: the mean of energy and time."""
    current_a: Decimal | None = None
    """Sum over the phases; None: not known, a restriction of current does not match."""
    parked_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of a session in which power is even; `energy_kwh` None: the car is parked, and draws nothing."""

    seconds: int
    energy_kwh: Decimal | None = None
    power_kw: Decimal | None = None
    current_a: Decimal | None = None

    def within(self, start: datetime, end: datetime) -> Period:
        """A period of this stage, with its measures and no quantity yet."""
        power_kw, current_a = self.power_kw, self.current_a
        if self.energy_kwh is None:
            power_kw = current_a = _ZERO
        elif power_kw is None:
            power_kw = self.energy_kwh * SECONDS_PER_HOUR / self.seconds
        return Period(
            start,
            end,
            min_power_kw=power_kw,
            max_power_kw=power_kw,
            min_current_a=current_a,
            max_current_a=current_a,
        )


def estimate(tariff: CompiledTariff, plan: Plan, zone: tzinfo | None = None, policy: Policy = DEFAULT) -> Priced:
    """Price a planned session; raises NoEstimate.

    The periods are those that a correct CDR would have: one for each change of price.
    """
    _check(plan)
    stages = []
    if plan.minutes:
        charging = Stage(
            seconds=plan.minutes * 60, energy_kwh=plan.kwh, power_kw=plan.power_kw, current_a=plan.current_a
        )
        stages.append(charging)
    if plan.parked_minutes:
        stages.append(Stage(seconds=plan.parked_minutes * 60))
    return price(split(tariff, plan.start, stages, zone, policy), (tariff,), zone, policy)


def split(
    tariff: CompiledTariff,
    start: datetime,
    stages: Sequence[Stage],
    zone: tzinfo | None = None,
    policy: Policy = DEFAULT,
) -> Facts:
    """A session as a correct CDR would tell it: a period for each stage, and for each change of price within it.

    Raises NoEstimate when it is too long to be looked into.
    """
    clock = UTC if zone is None or policy.clock is Clock.UTC else zone
    begin = Moment(start.astimezone(UTC), _ZERO, 0)
    periods: list[Period] = []
    for stage in stages:
        try:
            periods += _periods(tariff, begin, stage, (clock, policy))
        except TooLong as error:
            raise NoEstimate(f"the session has {error}") from None
        begin = _end(begin, stage)
    first, last = periods[0], periods[-1]
    return Facts(start=first.start, end=last.end, periods=tuple(periods), currency=tariff.currency)


def _check(plan: Plan) -> None:
    if plan.start.tzinfo is None:
        raise NoEstimate("the start has no time zone")
    if not FIRST_YEAR <= plan.start.year < LAST_YEAR:
        raise NoEstimate(f"the start is not between {FIRST_YEAR} and {LAST_YEAR}")
    if plan.minutes + plan.parked_minutes > MAX_DAYS * 1440:
        raise NoEstimate(f"the session has more than {MAX_DAYS} days")
    if plan.minutes < 0 or plan.parked_minutes < 0 or plan.minutes + plan.parked_minutes == 0:
        raise NoEstimate("the session lasts no time")
    if plan.kwh and plan.minutes == 0:
        raise NoEstimate("energy needs minutes of charging")


def _end(begin: Moment, stage: Stage) -> Moment:
    kwh = begin.kwh if stage.energy_kwh is None else EXACT.add(begin.kwh, stage.energy_kwh)
    return Moment(begin.at + timedelta(seconds=stage.seconds), kwh, begin.elapsed_s + stage.seconds)


def _periods(tariff: CompiledTariff, begin: Moment, stage: Stage, by: tuple[tzinfo, Policy]) -> Iterator[Period]:
    """One stage as periods, each with its own set of price components."""
    end = _end(begin, stage)
    parked = stage.energy_kwh is None
    dimensions = (PARKING_TIME, FLAT) if parked else (ENERGY, TIME, FLAT)
    like = stage.within(begin.at, end.at)
    started, active = begin, _active(tariff, begin, like, dimensions, by)
    for moment in (*changes(tariff, Stretch(begin, stage.seconds, stage.energy_kwh or _ZERO), by[0]), end):
        following = active if moment is end else _active(tariff, moment, like, dimensions, by)
        if moment is end or following != active:
            yield _period(started, moment, like, parked=parked)
            started, active = moment, following


def _active(
    tariff: CompiledTariff, moment: Moment, like: Period, dimensions: Sequence[str], by: tuple[tzinfo, Policy]
) -> list[Component | None]:
    zone, policy = by
    figures = figures_at(moment, like, tariff, zone, policy)
    return [find(tariff, SESSION, dimension, figures, policy)[0] for dimension in dimensions]


def _period(start: Moment, end: Moment, like: Period, *, parked: bool) -> Period:
    seconds = end.elapsed_s - start.elapsed_s
    return like._replace(
        start=start.at,
        end=end.at,
        energy_kwh=None if parked else EXACT.subtract(end.kwh, start.kwh),
        time_s=None if parked else seconds,
        parking_s=seconds if parked else None,
    )
