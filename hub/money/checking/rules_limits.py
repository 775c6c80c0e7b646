"""Rules about what is plausible, and what was agreed with the sender."""

from collections.abc import Iterator
from decimal import Decimal

from hub.money.checking.examined import Examined
from hub.money.checking.figures import TOTAL
from hub.money.exact import EXACT, SECONDS_PER_HOUR, plain_text
from hub.money.facts import whole_seconds
from hub.money.findings import Finding, warning
from hub.money.moments import mean_power_kw

_MEASURING_ERROR = Decimal("1.1")
_SHOWN = Decimal("0.1")
_SHORTEST_S = 60
"""The mean power of less time says nothing: its seconds are rounded."""


def power(one: Examined) -> Iterator[Finding]:
    """C-POWER: no more energy in a time than the connector can give in it."""
    limit, whose = one.known.limits.max_power_kw, "any connector gives"
    if one.known.connector_power_kw is not None:
        limit = min(limit, EXACT.multiply(one.known.connector_power_kw, _MEASURING_ERROR))
        whose = "this connector gives, with a tenth for measuring"
    for at, period in enumerate(one.facts.periods):
        mean = mean_power_kw(period) if period.length_s >= _SHORTEST_S else None
        if mean is not None and mean > limit:
            shown = plain_text(mean.quantize(_SHOWN)) if mean < 10**9 else "a huge number of"
            text = f"takes {shown} kW; {whose} {plain_text(limit)} kW at most"
            yield warning("C-POWER", f"/charging_periods/{at}", text)


def zero(one: Examined) -> Iterator[Finding]:
    """C-ZERO: next to no energy, or next to no time."""
    limits, energy = one.known.limits, one.number("total_energy")
    if one.facts.expired:
        return
    if energy is not None and 0 <= energy < limits.min_energy_kwh:
        yield warning("C-ZERO", "/total_energy", f"is {plain_text(energy)} kWh")
    seconds = whole_seconds(one.facts.start, one.facts.end)
    if 0 <= seconds < limits.min_seconds:
        yield warning("C-ZERO", "/total_time", f"the session lasted {seconds} s")


def most(one: Examined) -> Iterator[Finding]:
    """C-MAX: more energy, time or money than was agreed with this sender."""
    limits = one.known.limits
    energy = one.number("total_energy")
    if limits.max_energy_kwh is not None and energy is not None and energy > limits.max_energy_kwh:
        text = f"is {plain_text(energy)} kWh; {plain_text(limits.max_energy_kwh)} are agreed"
        yield warning("C-MAX", "/total_energy", text)
    seconds = whole_seconds(one.facts.start, one.facts.end)
    if limits.max_hours is not None and seconds > limits.max_hours * SECONDS_PER_HOUR:
        yield warning("C-MAX", "/total_time", f"is {seconds} s; {plain_text(limits.max_hours)} h are agreed")
    if limits.max_cost is None:
        return
    stated = [amount for amount in (one.stated[0].excl, one.stated[0].incl) if amount is not None]
    if any(amount > limits.max_cost for amount in stated):
        text = f"is {plain_text(max(stated))}; {plain_text(limits.max_cost)} are agreed"
        yield warning("C-MAX", f"/{TOTAL}", text)
