"""Every choice that OCPI leaves open, or that two readers make differently, as one frozen object.

The defaults follow the specification's text and its worked examples; docs/decisions/006-pricing.md gives the reasons. What
senders are known to do otherwise is another value of the same switches: that is how a check finds the cause of a difference.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from hub.money.exact import Rounding

MAX_DIGITS = 10


class RoundAt(StrEnum):
    """What is rounded before it is added up."""

    TOTAL = "total"
    """Nothing: each total is rounded once, from exact sums."""
    LINE = "line"
    DIMENSION = "dimension"
    VAT_RATE = "vat_rate"


class TaxOn(StrEnum):
    """What tax is computed on."""

    EXACT_NET = "exact_net"
    ROUNDED_NET = "rounded_net"
    """The rounded net amount of each VAT rate."""


class StepSize(StrEnum):
    """How often `step_size` counts. Source: OCPI 2.2.1, mod_cdrs, step_size."""

    ONCE = "once"
    """Once for ENERGY, once for TIME and PARKING_TIME together, once for the reservation."""
    EACH_PERIOD = "each_period"
    IGNORED = "ignored"


class TimeStep(StrEnum):
    """Which dimension of the time bucket is rounded, where charging and parking are both priced."""

    PARKING_ABSORBS = "parking_absorbs"
    """PARKING_TIME whenever it is priced at all, as the text says."""
    LAST = "last"
    """The dimension of the last priced period, as the text's reasoning says; it differs when charging comes after parking."""
    BOTH = "both"
    """Each for itself."""


class Flat(StrEnum):
    """When a FLAT component is due."""

    FIRST_OF_PHASE = "first_of_phase"
    """Once for the session, once for its reservation."""
    EACH_COMPONENT = "each_component"
    """Each different FLAT component once."""
    EACH_PERIOD = "each_period"


class Limits(StrEnum):
    """Whose min_price and max_price count, where a CDR has several tariffs."""

    AT_START = "at_start"
    AT_END = "at_end"
    IGNORED = "ignored"
    """Nobody's, not even those of a single tariff."""


class Clock(StrEnum):
    """Whose time start_time, end_time, start_date, end_date and day_of_week are compared with."""

    LOCAL = "local"
    UTC = "utc"


class PricedAt(StrEnum):
    """Which instant of a period decides about its prices."""

    START = "start"
    END = "end"


class UnknownMeasure(StrEnum):
    """What a restriction of current or power means for a period that says nothing about it."""

    NO_MATCH = "no_match"
    MATCH = "match"
    UNVERIFIABLE = "unverifiable"


class Lookup(StrEnum):
    """How a period finds its price components."""

    PER_DIMENSION = "per_dimension"
    """For each dimension the first matching element that prices it."""
    WHOLE_ELEMENT = "whole_element"
    """The first matching element, for all dimensions: the letter of OCPI 2.1.1."""


class SameTime(StrEnum):
    """What start_time = end_time means."""

    WHOLE_DAY = "whole_day"
    NEVER = "never"


class NoTariffId(StrEnum):
    """What a period without tariff_id means, where another period has one."""

    FREE = "free"
    """No tariff is relevant, as the text says."""
    AS_IF_NONE = "as_if_none"
    """The tariff that is valid at the start of the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The choices of one pricing; `Policy()` is the specification as this house reads it."""

    rounding: Rounding = Rounding.HALF_UP
    digits: int | None = None
    """Decimals of a total; None: as many as the currency has."""
    round_at: RoundAt = RoundAt.TOTAL
    tax_on: TaxOn = TaxOn.EXACT_NET
    step_size: StepSize = StepSize.ONCE
    time_step: TimeStep = TimeStep.PARKING_ABSORBS
    unpriced_parking_counts: bool = False
    """Free parking is part of the total that step_size rounds."""
    flat: Flat = Flat.FIRST_OF_PHASE
    limits: Limits = Limits.AT_START
    clock: Clock = Clock.LOCAL
    priced_at: PricedAt = PricedAt.START
    unknown_measure: UnknownMeasure = UnknownMeasure.NO_MATCH
    derive_power: bool = True
    """Mean power (kWh by hours) stands in for MIN_POWER and MAX_POWER where a period has neither; 2.1.1 knows no other."""
    lookup: Lookup = Lookup.PER_DIMENSION
    same_time: SameTime = SameTime.WHOLE_DAY
    no_tariff_id: NoTariffId = NoTariffId.FREE

    def __post_init__(self) -> None:
        if self.digits is not None and not 0 <= self.digits <= MAX_DIGITS:
            raise ValueError(f"a total has between 0 and {MAX_DIGITS} decimals")

    def changed(self) -> dict[str, str]:
        """The switches that differ from the default, as text; for explanations."""
        if self is DEFAULT:
            return {}
        return {
            one.name: str(getattr(self, one.name))
            for one in fields(self)
            if getattr(self, one.name) != getattr(DEFAULT, one.name)
        }


DEFAULT = Policy()
