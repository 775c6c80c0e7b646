"""What a session costs, with everything that led to it: exact inside, rounded where it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from hub.money.facts import Facts
from hub.money.limits import Held
from hub.money.lines import Bill
from hub.money.notes import Doubt, Note
from hub.money.policy import Policy
from hub.money.rounding import Amounts, Knowing, Rounder
from hub.money.sums import Group, Sum
from hub.money.tariff import CompiledTariff, Kind


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Priced:
    """A priced session; nobody changes it, and freezing it would cost a twentieth of the time that pricing takes."""

    facts: Facts
    tariffs: Sequence[CompiledTariff | None]
    """Of each period."""
    bill: Bill
    groups: Mapping[Group, Sum]
    """Exact sums of the lines."""
    held: Held
    """The exact total, within min_price and max_price."""
    policy: Policy
    notes: Sequence[Note]
    zone: tzinfo | None
    """The place's; None: not known."""
    currency: str | None
    digits: int
    """Decimals of the totals."""
    rounder: Rounder
    knowing: Knowing
    """What is not known, before or after tax, is None in every total."""

    @property
    def total(self) -> Amounts:
        """total_cost."""
        return self.total_as(self.policy, self.digits)

    @property
    def parts(self) -> dict[Kind, Amounts]:
        """The totals of each kind of cost that there is; limits do not change them."""
        return {kind: self.part_as(kind, self.policy, self.digits) for kind in self.kinds}

    @property
    def kinds(self) -> list[Kind]:
        """Kinds of cost that have lines."""
        return [*self.rounder.kinds]

    @property
    def doubts(self) -> frozenset[Doubt]:
        """Why this price proves nothing about a CDR; empty when it does."""
        return frozenset(note.doubt for note in self.notes if note.doubt is not None)

    def total_as(self, policy: Policy, digits: int) -> Amounts:
        """The total, rounded by another policy: its lines stay what they are."""
        return self.rounder.of_total(self.held, policy, digits)

    def part_as(self, kind: Kind, policy: Policy, digits: int) -> Amounts:
        """The total of one kind of cost, rounded by another policy."""
        return self.rounder.of_kind(kind, policy, digits)
