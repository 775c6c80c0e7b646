"""What senders are known to do otherwise, each as a switch of the same engine, the simplest first.

A rounding variant changes how exact sums become totals; the others change the sums. The names are part of the reports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from hub.money.exact import Rounding
from hub.money.policy import (
    Clock,
    Flat,
    Limits,
    Lookup,
    NoTariffId,
    Policy,
    PricedAt,
    RoundAt,
    StepSize,
    TaxOn,
    TimeStep,
    UnknownMeasure,
)

PUBLISHED_TARIFF = "published_tariff"
PERIOD_SPANS_CHANGE = "period_spans_price_change"
WITHIN_TOLERANCE = "within_tolerance"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that a sender may do otherwise."""

    name: str
    text: str
    """What the sender did, after `the sender`."""
    changes: Mapping[str, Any]

    def of(self, policy: Policy) -> Policy:
        """The policy with this deviation."""
        return replace(policy, **self.changes)


_ROUNDED = (
    Deviation("truncated", "cuts decimals off", {"rounding": Rounding.DOWN}),
    Deviation("vat_on_rounded_net", "computes VAT on the rounded net amount", {"tax_on": TaxOn.ROUNDED_NET}),
    Deviation("half_even", "rounds halves to even", {"rounding": Rounding.HALF_EVEN}),
    Deviation("rounded_per_line", "rounds each line", {"round_at": RoundAt.LINE}),
    Deviation("rounded_per_dimension", "rounds each kind of cost", {"round_at": RoundAt.DIMENSION}),
    Deviation("rounded_per_vat_rate", "rounds each VAT rate", {"round_at": RoundAt.VAT_RATE}),
    Deviation("rounded_up", "always rounds up", {"rounding": Rounding.UP}),
)


def _together(*parts: Deviation) -> Deviation:
    changes = {name: value for part in parts for name, value in part.changes.items()}
    return Deviation("+".join(part.name for part in parts), " and ".join(part.text for part in parts), changes)


def _compatible(parts: tuple[Deviation, ...]) -> bool:
    """They turn different switches."""
    return len({name for part in parts for name in part.changes}) == len(parts)


ROUNDINGS = (
    *_ROUNDED,
    *(_together(*pair) for pair in combinations(_ROUNDED, 2) if _compatible(pair)),
)
"""Rounding variants, single ones first."""

READINGS = (
    Deviation("step_ignored", "ignores step_size", {"step_size": StepSize.IGNORED}),
    Deviation("step_each_period", "rounds each period up to its step_size", {"step_size": StepSize.EACH_PERIOD}),
    Deviation("step_on_time_too", "rounds TIME up as well as PARKING_TIME", {"time_step": TimeStep.BOTH}),
    Deviation(
        "step_on_last_dimension",
        "rounds whichever of TIME and PARKING_TIME came last",
        {"time_step": TimeStep.LAST},
    ),
    Deviation(
        "free_parking_in_step",
        "counts free parking when it rounds PARKING_TIME up",
        {"unpriced_parking_counts": True},
    ),
    Deviation("utc_clock", "compares local times of the tariff with UTC", {"clock": Clock.UTC}),
    Deviation("flat_each_period", "charges FLAT in each period", {"flat": Flat.EACH_PERIOD}),
    Deviation("flat_each_component", "charges each different FLAT once", {"flat": Flat.EACH_COMPONENT}),
    Deviation("limits_ignored", "ignores min_price and max_price", {"limits": Limits.IGNORED}),
    Deviation("priced_at_end", "prices a period by its end", {"priced_at": PricedAt.END}),
    Deviation("whole_element", "uses one element for all dimensions", {"lookup": Lookup.WHOLE_ELEMENT}),
    Deviation(
        "unknown_measure_matches",
        "takes a current or power that it does not state as matching",
        {"unknown_measure": UnknownMeasure.MATCH},
    ),
    Deviation(
        "periods_without_tariff_id",
        "prices periods without a tariff_id by the tariff of the session's start",
        {"no_tariff_id": NoTariffId.AS_IF_NONE},
    ),
    Deviation("limits_of_last_tariff", "takes the limits of the last tariff", {"limits": Limits.AT_END}),
)
"""Other readings and errors; each changes what is billed."""

_TEXTS = {one.name: one.text for one in (*ROUNDINGS, *READINGS)} | {
    PUBLISHED_TARIFF: "prices by the tariff that it published, not by the one in the CDR",
    PERIOD_SPANS_CHANGE: "has a period in which the price changes; the cost lies between both prices",
    WITHIN_TOLERANCE: "differs by less than was agreed",
}


def text_of(name: str) -> str:
    """What the sender did, for a deviation or for several joined by `+`."""
    return " and ".join(_TEXTS[one] for one in name.split("+"))
