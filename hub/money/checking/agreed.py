"""What a party has agreed to about the CDRs that it sends or receives: how they are checked, and within which limits."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from hub.money.checking.check import Checked
from hub.money.checking.known import PartnerLimits
from hub.money.checking.verdict import Verdict
from hub.wire.party import Party


class Direction(StrEnum):
    """Which CDRs of a party."""

    SENT = "sent"
    RECEIVED = "received"


class Mode(StrEnum):
    """What becomes of a CDR that is checked, the mildest first."""

    OBSERVE = "observe"
    """Its verdict is kept and counted."""
    FLAG = "flag"
    """Besides, one with an error or a named deviation is pointed out: a warning in the log, a mark in the list."""
    HOLD = "hold"
    """Besides, it is checked before it goes on, and a wrong one is answered with OCPI 2001."""


class HoldOn(StrEnum):
    """What a CDR is held for."""

    MISMATCH = "mismatch"
    """Costs that the tariff does not give, whatever is tried."""
    DIFFERENCE = "difference"
    """Besides, costs that are right only under a deviation that could be named."""
    ERROR = "error"
    """Any finding of severity E."""


_MODES = tuple(Mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedLimits:
    """PartnerLimits as a party states them: decimal strings, empty for none."""

    max_energy_kwh: str = ""
    max_hours: str = ""
    max_cost: str = ""
    max_power_kw: str = ""
    max_age_days: int | None = None
    max_late_hours: int | None = None
    tolerance: str = ""
    """Totals may differ by so much of the currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrPolicy:
    """The wish of one party for one direction."""

    party: Party
    direction: Direction
    mode: Mode
    hold_on: HoldOn = HoldOn.MISMATCH
    limits: AgreedLimits = AgreedLimits()
    changed_at: datetime
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What the hub does with a CDR between two parties."""

    mode: Mode
    hold_on: frozenset[HoldOn]
    limits: PartnerLimits

    def holds(self, checked: Checked) -> bool:
        """Must this CDR not go on?"""
        if HoldOn.ERROR in self.hold_on and not checked.ok:
            return True
        if HoldOn.DIFFERENCE in self.hold_on and checked.verdict is Verdict.EXPLAINED:
            return True
        return bool(self.hold_on) and checked.verdict is Verdict.MISMATCH

    def flags(self, checked: Checked) -> bool:
        """Should a person look at it?"""
        wrong = not checked.ok or checked.verdict is Verdict.EXPLAINED
        return self.mode is not Mode.OBSERVE and wrong


def duty_of(policies: Iterable[CdrPolicy]) -> Duty | None:
    """What the wishes of both sides make together: the stricter mode, the tighter limits; None when nobody has any."""
    wishes = [*policies]
    if not wishes:
        return None
    return Duty(
        mode=max((one.mode for one in wishes), key=_MODES.index),
        hold_on=frozenset(one.hold_on for one in wishes if one.mode is Mode.HOLD),
        limits=_tightest([one.limits for one in wishes]),
    )


def _tightest(limits: list[AgreedLimits]) -> PartnerLimits:
    """The least of each that is stated; what nobody states is as usual."""
    found: dict[str, Any] = {}
    for one in fields(AgreedLimits):
        stated = [value for value in (getattr(each, one.name) for each in limits) if value not in ("", None)]
        if stated:
            found[one.name] = min(value if isinstance(value, int) else Decimal(value) for value in stated)
    return PartnerLimits(**found)
