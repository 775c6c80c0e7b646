"""Exact sums of a bill: for each kind of cost that a CDR totals, and for each VAT rate.

Source: OCPI 2.2.1, mod_cdrs, CDR.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from hub.money.lines import Line
from hub.money.tariff import Component, Kind


class Sum(NamedTuple):
    """Amounts that were added without rounding, in 1/`unit` of the currency."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        """With tax."""
        return self.net + self.tax


NOTHING = Sum(0, 0)
Group = tuple[Kind, Decimal | None]
"""A kind of cost and a VAT rate."""


def by_group(lines: Iterable[Line]) -> dict[Group, Sum]:
    """The lines added up by kind and rate; by component first, of which there are few."""
    added: dict[int, tuple[Component, list[int]]] = {}
    for line in lines:
        component = line.component
        found = added.get(id(component))
        if found is None:
            added[id(component)] = component, [line.net, line.tax]
        else:
            found[1][0] += line.net
            found[1][1] += line.tax
    groups: dict[Group, Sum] = {}
    for component, (net, tax) in added.values():
        group = component.kind, component.vat
        before = groups.get(group)
        groups[group] = Sum(net, tax) if before is None else Sum(before.net + net, before.tax + tax)
    return groups


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
