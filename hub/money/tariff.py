"""A tariff in the form that prices quickly: compiled once, immutable, every price a whole number of one tiny unit of money."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from hub.money.findings import Finding

ENERGY, FLAT, PARKING_TIME, TIME = "ENERGY", "FLAT", "PARKING_TIME", "TIME"
DIMENSIONS = (ENERGY, TIME, PARKING_TIME, FLAT)
UNITS = {ENERGY: "kWh", TIME: "h", PARKING_TIME: "h", FLAT: "session"}
"""What a price is for."""

MEASURED_IN = {ENERGY: "kWh", TIME: "s", PARKING_TIME: "s", FLAT: "once"}
"""What quantities are told in."""

SESSION, RESERVATION, EXPIRED = "session", "reservation", "expired"
"""Phases. An element is for the session, or for a reservation that was used (also one that expired), or one that expired."""


class Figure(IntEnum):
    """What restrictions look at; the place of each in the figures of a moment."""

    KWH = 0
    ELAPSED_S = 1
    MINUTE = 2
    DAY = 3
    WEEKDAY = 4
    MIN_CURRENT = 5
    MAX_CURRENT = 6
    MIN_POWER = 7
    MAX_POWER = 8


CALENDAR = frozenset({Figure.MINUTE, Figure.DAY, Figure.WEEKDAY})
"""Figures that need a time zone."""
MEASURES = frozenset({Figure.MIN_CURRENT, Figure.MAX_CURRENT, Figure.MIN_POWER, Figure.MAX_POWER})


class Restriction(NamedTuple):
    """One restriction: `low` <= figure < `high`, or the outside of that (a window over midnight), or one of `among`."""

    figure: Figure
    text: str
    """As people read it: `start_time 09:00`, `max_kwh 20`."""
    low: Decimal | int | None = None
    high: Decimal | int | None = None
    outside: bool = False
    among: frozenset[int] | None = None
    same_time: bool = False
    """start_time = end_time: a policy says what it means."""


class Kind(StrEnum):
    """What a cost is for; `total_<kind>_cost` in a CDR."""

    FIXED = "fixed"
    ENERGY = "energy"
    TIME = "time"
    PARKING = "parking"
    RESERVATION = "reservation"

    __hash__ = str.__hash__
    """Enum's own is written in Python, and sums are kept by kind."""


class Component(NamedTuple):
    """A price component; `net` and `tax` are for one kWh, one hour or once, in 1/`unit` of the tariff."""

    element: int
    position: int
    dimension: str
    price: Decimal
    vat: Decimal | None
    step_size: int
    net: int
    tax: int
    net_known: bool
    """False for a price with taxes and without a rate: what it is without them nobody can say."""
    kind: Kind
    """The total of a CDR that it belongs to."""
    told: Mapping[str, Any]
    """What an explanation says of it, whatever it was used for."""


class Offer(NamedTuple):
    """A component of one dimension and phase, and the restrictions under which it counts."""

    component: Component
    restrictions: tuple[Restriction, ...]


class Bounds(NamedTuple):
    """min_price or max_price, in 1/`unit` of the tariff."""

    net: int | None
    gross: int | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompiledTariff:
    """A tariff, ready to price; compare two by `content`."""

    id: str
    owner: str
    """`NL*TNM`; empty when it has none, as in 2.1.1."""
    currency: str | None
    type: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    unit: int
    """What every amount is counted in: 1/`unit` of the currency, small enough for each price with and without tax."""
    elements: tuple[tuple[Component, ...], ...]
    restrictions: tuple[tuple[Restriction, ...], ...]
    """Of each element."""
    phases: tuple[str, ...]
    """Of each element."""
    offers: Mapping[tuple[str, str], tuple[Offer, ...]]
    """(phase, dimension) -> what may price it, in the order of the elements."""
    figures: frozenset[Figure]
    """What the restrictions look at."""
    needs_zone: bool
    """It has a restriction of time, date or weekday."""
    thresholds: Mapping[Figure, frozenset[Decimal | int]]
    """The values of each figure at which a restriction begins or ceases to hold."""
    min_price: Bounds | None
    max_price: Bounds | None
    net_known: bool
    """False where a price includes taxes and names no rate to take them out with."""
    gross_known: bool
    """False where taxes come on top that the tariff does not name: 2.1.1, and `tax_included` NO without a rate."""
    problems: tuple[Finding, ...]
    """What is odd about it and did not prevent pricing."""
    content: Any
    """Everything that decides about prices, for comparing; number spellings do not matter."""

    size: int
    """Number of offers: what a period costs to look up."""

    def __repr__(self) -> str:
        return f"CompiledTariff({self.name!r}, {len(self.elements)} elements)"

    @property
    def name(self) -> str:
        """`NL*TNM 12`."""
        return f"{self.owner} {self.id}".strip()

    def valid_at(self, instant: datetime) -> bool:
        """[start_date_time, end_date_time) holds the instant."""
        return (self.valid_from is None or self.valid_from <= instant) and (
            self.valid_until is None or instant < self.valid_until
        )
