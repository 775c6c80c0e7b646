"""What a session will cost, asked before it begins: it is split where the price changes, in time and in energy."""

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


def estimate(tariff: CompiledTariff, plan: Plan, zone: tzinfo | None = None, policy: Policy = DEFAULT) -> Priced:
    """Price a planned session; raises NoEstimate.

    The periods are those that a correct CDR would have: one for each change of price.
    """
    _check(plan)
    clock = UTC if zone is None or policy.clock is Clock.UTC else zone
    try:
        periods = tuple(_periods(tariff, plan, clock, policy))
    except TooLong as error:
        raise NoEstimate(f"the session has {error}") from None
    facts = Facts(start=periods[0].start, end=periods[-1].end, periods=periods, currency=tariff.currency)
    return price(facts, (tariff,), zone, policy)


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


def _periods(tariff: CompiledTariff, plan: Plan, zone: tzinfo, policy: Policy) -> Iterator[Period]:
    begin = Moment(plan.start.astimezone(UTC), _ZERO, 0)
    charging_s, parked_s = plan.minutes * 60, plan.parked_minutes * 60
    if charging_s:
        power = plan.kwh * SECONDS_PER_HOUR / charging_s if plan.power_kw is None else plan.power_kw
        like = _measured(power, plan.current_a)
        yield from _split(tariff, Stretch(begin, charging_s, plan.kwh), like, (zone, policy))
    if parked_s:
        stopped = Moment(begin.at + timedelta(seconds=charging_s), plan.kwh, charging_s)
        like = _measured(_ZERO, _ZERO)
        yield from _split(tariff, Stretch(stopped, parked_s, _ZERO), like, (zone, policy), parked=True)


def _measured(power_kw: Decimal, current_a: Decimal | None) -> Period:
    """A period that knows nothing but its measures."""
    nothing = datetime.min.replace(tzinfo=UTC)
    return Period(
        nothing,
        nothing,
        min_power_kw=power_kw,
        max_power_kw=power_kw,
        min_current_a=current_a,
        max_current_a=current_a,
    )


def _split(
    tariff: CompiledTariff, stretch: Stretch, like: Period, by: tuple[tzinfo, Policy], *, parked: bool = False
) -> Iterator[Period]:
    """The stretch as periods, each with its own set of price components."""
    begin, length_s, energy_kwh = stretch
    dimensions = (PARKING_TIME, FLAT) if parked else (ENERGY, TIME, FLAT)
    ends = Moment(begin.at + timedelta(seconds=length_s), EXACT.add(begin.kwh, energy_kwh), begin.elapsed_s + length_s)
    started, active = begin, _active(tariff, begin, like, dimensions, by)
    for moment in (*changes(tariff, stretch, by[0]), ends):
        following = active if moment is ends else _active(tariff, moment, like, dimensions, by)
        if moment is ends or following != active:
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
    energy = EXACT.subtract(end.kwh, start.kwh)
    return like._replace(
        start=start.at,
        end=end.at,
        energy_kwh=None if parked else energy,
        time_s=None if parked else seconds,
        parking_s=seconds if parked else None,
    )
