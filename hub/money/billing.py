"""Which quantities are billed at which price, before step_size.

Source: OCPI 2.2.1, mod_tariffs, Tariff; mod_cdrs, ChargingPeriod.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from itertools import repeat
from math import lcm

from hub.money.exact import EXACT, SECONDS_PER_HOUR, digits_of, scaled
from hub.money.facts import Facts, Period, whole_seconds
from hub.money.lines import Bill, Line, Unpriced
from hub.money.moments import Figures, Moment, Skipped, figures_at, find, just_before
from hub.money.notes import Doubt, Note
from hub.money.policy import Flat, Policy, PricedAt, UnknownMeasure
from hub.money.tariff import (
    ENERGY,
    EXPIRED,
    FLAT,
    MEASURES,
    PARKING_TIME,
    RESERVATION,
    SESSION,
    TIME,
    CompiledTariff,
    Component,
)

MAX_WORK = 40_000
"""Price components times periods: what one CDR may cost to look up."""
_WH_PER_KWH_DIGITS = 3
_NO_FIGURES: Figures = []
_ZERO = Decimal(0)
_NO_MOMENT = Moment(datetime.min.replace(tzinfo=UTC), _ZERO, 0)
"""Where no tariff looks at it."""


class Biller:
    """Walks through the periods of one session and writes down what is billed."""

    def __init__(self, facts: Facts, zone: tzinfo, policy: Policy, notes: list[Note]) -> None:
        self._facts = facts
        self._zone = zone
        self._policy = policy
        self._notes = notes
        self._once = policy.flat is Flat.FIRST_OF_PHASE
        self._reservation = EXPIRED if facts.expired else RESERVATION
        self._paid: dict[str, set[tuple[int, int, int]]] = {}
        """Phase -> FLAT components that were billed: identity of the tariff, element, position."""

    def bill(self, chosen: Sequence[CompiledTariff | None]) -> Bill:
        """Bill each period by its tariff, as measured and without costs yet."""
        bill = self._empty(chosen)
        if sum(tariff.size for tariff in chosen if tariff is not None) > MAX_WORK:
            text = f"more than {MAX_WORK} price components would have to be looked at"
            self._notes.append(Note("too_much", text, doubt=Doubt.TOO_MUCH))
            return bill
        restricted = any(tariff is not None and tariff.figures for tariff in chosen)
        starts = moments(self._facts) if restricted else repeat(_NO_MOMENT)
        for at, (tariff, moment) in enumerate(zip(chosen, starts, strict=False)):
            if tariff is None:
                period = self._facts.periods[at]
                bill.unpriced += [
                    Unpriced(at, dimension, phase, measured, ())
                    for dimension, phase, measured in self._quantities(period, bill.scale)
                ]
            else:
                self._period(bill, at, moment, tariff)
        return bill

    def _empty(self, chosen: Sequence[CompiledTariff | None]) -> Bill:
        digits = _WH_PER_KWH_DIGITS
        for period in self._facts.periods:
            if period.energy_kwh is not None:
                digits = max(digits, digits_of(period.energy_kwh))
        scale: int = 10**digits
        units = {tariff.unit for tariff in chosen if tariff is not None}
        return Bill([], [], digits, scale, SECONDS_PER_HOUR * scale * lcm(*units))

    def _period(self, bill: Bill, at: int, moment: Moment, tariff: CompiledTariff) -> None:
        period = self._facts.periods[at]
        figures = self._figures(moment, period, tariff) if tariff.figures else _NO_FIGURES
        for dimension, phase, measured in self._quantities(period, bill.scale):
            component, skipped = find(tariff, phase, dimension, figures, self._policy)
            if component is None:
                bill.unpriced.append(Unpriced(at, dimension, phase, measured, skipped))
            else:
                bill.lines.append(Line(at, dimension, phase, tariff, component, skipped, measured, measured))
            if skipped:
                self._note_unknown(at, figures, skipped)
        if period.reservation_s is not None:
            self._flat(bill, at, self._reservation, tariff, figures)
        if period.charges:
            self._flat(bill, at, SESSION, tariff, figures)

    def _flat(self, bill: Bill, at: int, phase: str, tariff: CompiledTariff, figures: Figures) -> None:
        """Bill the FLAT of a phase, when one applies and is due."""
        if self._once and phase in self._paid:
            return
        component, skipped = find(tariff, phase, FLAT, figures, self._policy)
        if component is not None and self._due(phase, tariff, component):
            bill.lines.append(Line(at, FLAT, phase, tariff, component, skipped, 1, 1))

    def _figures(self, moment: Moment, period: Period, tariff: CompiledTariff) -> Figures:
        if self._policy.priced_at is PricedAt.END:
            moment = just_before(after(moment, period))
        return figures_at(moment, period, tariff, self._zone, self._policy)

    def _quantities(self, period: Period, scale: int) -> list[tuple[str, str, int]]:
        """Dimension, phase and amount of what there is at all; a reservation's time is priced as TIME."""
        quantities = []
        if period.energy_kwh:
            quantities.append((ENERGY, SESSION, scaled(period.energy_kwh, scale)))
        if period.time_s:
            quantities.append((TIME, SESSION, period.time_s))
        if period.parking_s:
            quantities.append((PARKING_TIME, SESSION, period.parking_s))
        if period.reservation_s:
            quantities.append((TIME, self._reservation, period.reservation_s))
        return quantities

    def _due(self, phase: str, tariff: CompiledTariff, component: Component) -> bool:
        """Is this FLAT due now? It counts as paid from here on."""
        paid, this = self._paid.setdefault(phase, set()), (id(tariff), component.element, component.position)
        due = not paid or self._policy.flat is Flat.EACH_PERIOD
        if not due and self._policy.flat is Flat.EACH_COMPONENT:
            due = this not in paid
        paid.add(this)
        return due

    def _note_unknown(self, at: int, figures: Figures, skipped: tuple[Skipped, ...]) -> None:
        """Tell of an element that did not match only because the period does not state its current or power."""
        for element, restriction in skipped:
            if restriction.figure in MEASURES and figures[restriction.figure] is None:
                doubtful = self._policy.unknown_measure is UnknownMeasure.UNVERIFIABLE
                text = f"element {element} has {restriction.text}, and the period states no such measure: no match"
                self._notes.append(Note("measure_unknown", text, at, Doubt.MEASURE if doubtful else None))
                return


def moments(facts: Facts) -> Iterator[Moment]:
    """The start of each period: kWh until then, and seconds since the session began (a reservation has its own)."""
    kwh, first, lead_s = _ZERO, None, 0
    for period in facts.periods:
        if first is None and period.charges:
            first, lead_s = period.start, period.reservation_s or 0
        begun = facts.periods[0].start if first is None else first
        yield Moment(period.start, kwh, max(0, whole_seconds(begun, period.start) - (lead_s if first else 0)))
        if period.energy_kwh is not None:
            kwh = EXACT.add(kwh, period.energy_kwh)


def after(moment: Moment, period: Period) -> Moment:
    """The end of the period that starts at `moment`."""
    kwh = moment.kwh if period.energy_kwh is None else EXACT.add(moment.kwh, period.energy_kwh)
    return Moment(period.end, kwh, moment.elapsed_s + period.length_s)
