"""What a session is at an instant, and which element prices a dimension then.

Source: OCPI 2.2.1, mod_tariffs, Tariff (the first matching element with a component of the dimension), TariffRestrictions.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from hub.money.exact import EXACT, SECONDS_PER_HOUR
from hub.money.facts import Period
from hub.money.policy import Lookup, Policy, SameTime, UnknownMeasure
from hub.money.tariff import MEASURES, CompiledTariff, Component, Figure, Offer, Restriction

NEARLY = Decimal("1e-70")
"""Less than any two readable energies differ by: what the energy has not quite reached just before the end of a period."""
_SECOND = timedelta(seconds=1)

MAX_SKIPPED = 20
"""Elements that are remembered as passed over, for one quantity."""
Figures = list[Any]
"""By Figure; None where it is not known."""


_PER_DIMENSION = Lookup.PER_DIMENSION


class Moment(NamedTuple):
    """An instant of a session: when, how much was charged until then, how long it had lasted."""

    at: datetime
    kwh: Decimal
    elapsed_s: int


class Skipped(NamedTuple):
    """An element that prices the dimension and did not match, and the first of its restrictions that failed."""

    element: int
    restriction: Restriction


def figures_at(moment: Moment, period: Period, tariff: CompiledTariff, zone: tzinfo, policy: Policy) -> Figures:
    """The figures that the restrictions of `tariff` look at."""
    figures: Figures = [moment.kwh, moment.elapsed_s, None, None, None, None, None, None, None]
    wanted = tariff.figures
    if tariff.needs_zone:
        local = moment.at.astimezone(zone)
        figures[Figure.MINUTE] = local.hour * 60 + local.minute
        figures[Figure.DAY] = local.toordinal()
        figures[Figure.WEEKDAY] = local.weekday()
    if not MEASURES.isdisjoint(wanted):
        least, most = period.min_current_a, period.max_current_a
        figures[Figure.MIN_CURRENT] = most if least is None else least
        figures[Figure.MAX_CURRENT] = least if most is None else most
        least, most = power_of(period, policy)
        figures[Figure.MIN_POWER] = most if least is None else least
        figures[Figure.MAX_POWER] = least if most is None else most
    return figures


def power_of(period: Period, policy: Policy) -> tuple[Decimal | None, Decimal | None]:
    """MIN_POWER and MAX_POWER of a period; the mean power stands in for both where neither is given."""
    least, most = period.min_power_kw, period.max_power_kw
    if least is None and most is None and policy.derive_power:
        least = mean_power_kw(period)
    return least, most


def mean_power_kw(period: Period) -> Decimal | None:
    """Energy by the time of charging, to 28 digits; by the length of the period when it states no such time."""
    seconds = period.time_s or period.length_s
    if period.energy_kwh is None or seconds <= 0:
        return None
    return period.energy_kwh * SECONDS_PER_HOUR / seconds


def just_before(end: Moment) -> Moment:
    """The last instant of the period that ends then."""
    return Moment(end.at - _SECOND, EXACT.subtract(end.kwh, NEARLY), end.elapsed_s - 1)


def find(
    tariff: CompiledTariff, phase: str, dimension: str, figures: Figures, policy: Policy
) -> tuple[Component | None, tuple[Skipped, ...]]:
    """The component that prices the dimension, and the elements that were passed over before it."""
    offers = tariff.offers.get((phase, dimension))
    if offers is None:
        return None, ()
    if policy.lookup is not _PER_DIMENSION:
        offers = _of_first_element(tariff, phase, offers, figures, policy)
    skipped: list[Skipped] = []
    for component, restrictions in offers:
        failed = first_failed(restrictions, figures, policy) if restrictions else None
        if failed is None:
            return component, tuple(skipped)
        if len(skipped) < MAX_SKIPPED:
            skipped.append(Skipped(component.element, failed))
    return None, tuple(skipped)


def first_failed(restrictions: Sequence[Restriction], figures: Figures, policy: Policy) -> Restriction | None:
    """The first restriction that does not hold; None when all do."""
    for restriction in restrictions:
        figure, _, low, high, outside, among, same_time = restriction
        value = figures[figure]
        if value is None:
            if policy.unknown_measure is not UnknownMeasure.MATCH:
                return restriction
        elif same_time:
            if policy.same_time is SameTime.NEVER:
                return restriction
        elif among is not None:
            if value not in among:
                return restriction
        elif ((low is None or low <= value) and (high is None or value < high)) is outside:
            return restriction
    return None


def _of_first_element(
    tariff: CompiledTariff, phase: str, offers: tuple[Offer, ...], figures: Figures, policy: Policy
) -> tuple[Offer, ...]:
    """Only what the first matching element offers, whatever dimensions it has."""
    for index, restrictions in enumerate(tariff.restrictions):
        if tariff.phases[index] == phase and first_failed(restrictions, figures, policy) is None:
            return tuple(offer for offer in offers if offer.component.element == index)
    return ()
