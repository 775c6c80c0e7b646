"""Exact sums of a bill: for each kind of cost that a CDR totals, and for each VAT rate.

Source: OCPI 2.2.1, mod_cdrs, CDR: total_fixed_cost leaves out the fixed components of parking and reservation.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from hub.money.lines import Line
from hub.money.tariff import ENERGY, FLAT, PARKING_TIME, SESSION, TIME


class Kind(StrEnum):
    """What a cost is for; `total_<kind>_cost` in a CDR."""

    FIXED = "fixed"
    ENERGY = "energy"
    TIME = "time"
    PARKING = "parking"
    RESERVATION = "reservation"


_OF_DIMENSION = {ENERGY: Kind.ENERGY, TIME: Kind.TIME, PARKING_TIME: Kind.PARKING}


class Sum(NamedTuple):
    """Amounts that were added without rounding, in 1/`unit` of the currency."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        """With tax."""
        return self.net + self.tax


Group = tuple[Kind, Decimal | None]
"""A kind of cost and a VAT rate."""


def kind_of(line: Line) -> Kind:
    """The total that a line belongs to."""
    if line.phase != SESSION:
        return Kind.RESERVATION
    if line.dimension == FLAT:
        return Kind.PARKING if _is_for_parking(line) else Kind.FIXED
    return _OF_DIMENSION[line.dimension]


def _is_for_parking(line: Line) -> bool:
    """A fixed component of parking stands in an element that prices parking, and neither energy nor charging time."""
    dimensions = {component.dimension for component in line.tariff.elements[line.component.element]}
    return PARKING_TIME in dimensions and dimensions.isdisjoint((ENERGY, TIME))


def by_group(lines: Iterable[Line]) -> dict[Group, Sum]:
    """The lines added up by kind and rate."""
    added: dict[Group, list[int]] = {}
    for line in lines:
        group = (kind_of(line), line.component.vat)
        sums = added.get(group)
        if sums is None:
            added[group] = [line.net, line.tax]
        else:
            sums[0] += line.net
            sums[1] += line.tax
    return {group: Sum(net, tax) for group, (net, tax) in added.items()}


def total(groups: Mapping[Group, Sum], kind: Kind | None = None) -> Sum:
    """All groups together, or those of one kind."""
    net = tax = 0
    for (of, _), one in groups.items():
        if kind is None or of is kind:
            net += one.net
            tax += one.tax
    return Sum(net, tax)


def by_rate(groups: Mapping[Group, Sum], kind: Kind | None = None) -> dict[Decimal | None, Sum]:
    """The groups added up by VAT rate, or those of one kind."""
    added: dict[Decimal | None, Sum] = {}
    for (of, rate), one in groups.items():
        if kind is None or of is kind:
            before = added.get(rate, Sum(0, 0))
            added[rate] = Sum(before.net + one.net, before.tax + one.tax)
    return added
