"""step_size: once for the energy, once for charging and parking together, once for a reservation.

Source: OCPI 2.2.1, mod_cdrs, step_size ("SHALL only be taken into account once per session"); mod_tariffs, PriceComponent.
"""

from collections.abc import Sequence

from hub.money.lines import Bill, Line, StepTaken
from hub.money.policy import Policy, StepSize, TimeStep
from hub.money.tariff import ENERGY, FLAT, PARKING_TIME, SESSION, TIME

WH_PER_KWH = 1000


def apply_steps(bill: Bill, policy: Policy) -> None:
    """Raise what is billed to whole steps; the rest is added to the last priced period, at its price."""
    if policy.step_size is StepSize.IGNORED:
        return
    if policy.step_size is StepSize.EACH_PERIOD:
        for line in bill.lines:
            if line.dimension != FLAT:
                _round_up(bill, [line], line.measured)
        return
    energy, charging, parking, reserved = _buckets(bill)
    _round_up(bill, energy, sum(line.measured for line in energy))
    _round_up(bill, reserved, sum(line.measured for line in reserved))
    if _counts(TIME, charging, parking, policy):
        _round_up(bill, charging, sum(line.measured for line in charging))
    if _counts(PARKING_TIME, charging, parking, policy):
        free = sum(one.measured for one in bill.unpriced if one.dimension == PARKING_TIME)
        total = sum(line.measured for line in parking)
        _round_up(bill, parking, total + free if policy.unpriced_parking_counts else total)


def _buckets(bill: Bill) -> tuple[list[Line], list[Line], list[Line], list[Line]]:
    """Lines of energy, of charging, of parking, of the time reserved."""
    energy: list[Line] = []
    charging: list[Line] = []
    parking: list[Line] = []
    reserved: list[Line] = []
    of = {ENERGY: energy, TIME: charging, PARKING_TIME: parking}
    for line in bill.lines:
        if line.dimension != FLAT:
            (of[line.dimension] if line.phase == SESSION else reserved).append(line)
    return energy, charging, parking, reserved


def _counts(dimension: str, charging: Sequence[Line], parking: Sequence[Line], policy: Policy) -> bool:
    """Is this dimension of the time bucket the one that is rounded?"""
    if not parking or policy.time_step is TimeStep.BOTH:
        return True
    if policy.time_step is TimeStep.PARKING_ABSORBS:
        return dimension == PARKING_TIME
    last = TIME if charging and charging[-1].period > parking[-1].period else PARKING_TIME
    return dimension == last


def _round_up(bill: Bill, lines: Sequence[Line], total: int) -> None:
    """Round `total` up to a multiple of the last line's step; nothing to do for step 0, or where energy flowed back."""
    if not lines or total <= 0:
        return
    last = lines[-1]
    step_size = last.component.step_size
    step = step_size * bill.scale // WH_PER_KWH if last.dimension == ENERGY else step_size
    missing = -total % step if step else 0
    if missing:
        last.billed += missing
        last.step = StepTaken(step_size, total, total + missing, last.component)
