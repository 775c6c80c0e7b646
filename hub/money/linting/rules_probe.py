"""T-SEGMENT-PROBE: a session is priced minute by minute, and neighbours are compared; where the price jumps is told."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from hub.money.exact import plain_text
from hub.money.findings import Finding, info
from hub.money.linting.linted import Linted
from hub.money.linting.typical import cost_of

POWER_KW = 11
FIRST_MINUTE, LAST_MINUTE = 15, 240
JUMP_PERCENT = 20
LEAST_JUMP = Decimal("0.10")
MAX_OFFERS = 200
"""Larger tariffs are not probed."""


def probe(one: Linted) -> Iterator[Finding]:
    """T-SEGMENT-PROBE: charging at 11 kW, and parking after an hour of it, a minute longer each time."""
    if one.tariff.size > MAX_OFFERS:
        return
    charging = [_charged(one, minutes) for minutes in range(FIRST_MINUTE, LAST_MINUTE + 1)]
    yield from _jump(charging, "charging", FIRST_MINUTE)
    hour = Decimal(POWER_KW)
    parking = [cost_of(one.tariff, kwh=hour, minutes=60, parked_minutes=minutes) for minutes in range(LAST_MINUTE + 1)]
    yield from _jump(parking, "parking after an hour of charging", 0)


def _charged(one: Linted, minutes: int) -> Decimal | None:
    return cost_of(one.tariff, kwh=Decimal(POWER_KW * minutes) / 60, minutes=minutes)


def _jump(costs: list[Decimal | None], what: str, first: int) -> Iterator[Finding]:
    """The largest step between neighbours, when it is more than JUMP_PERCENT of the cost, or a step down."""
    found: tuple[Decimal, int] | None = None
    for at, (cost, following) in enumerate(pairwise(costs)):
        if cost is None or following is None:
            return
        step = following - cost
        jumps = step < 0 or step * 100 > cost * JUMP_PERCENT
        if jumps and abs(step) >= LEAST_JUMP and (found is None or abs(step) > abs(found[0])):
            found = step, at
    if found is None:
        return
    step, at = found
    before, after = costs[at], costs[at + 1]
    assert before is not None
    assert after is not None
    text = f"minute {first + at + 1} of {what} takes the price from {plain_text(before)} to {plain_text(after)}"
    yield info("T-SEGMENT-PROBE", "", text, minute=first + at + 1, power_kw=str(POWER_KW), step=plain_text(step))
