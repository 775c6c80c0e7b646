"""What whoever checks a CDR knows beside it. Everything is optional: a rule whose knowledge is missing says nothing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

TariffSource = Callable[[str, str, datetime], Any]
"""Owner (`NL*TNM`, or empty), tariff id and instant -> the Tariff as it was published then, parsed; None if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKnown:
    """The driver's token in the eyes of its eMSP."""

    found: bool
    valid_at_start: bool | None = None
    belongs_to_receiver: bool | None = None
    references: Collection[str] | None = None
    """authorization_reference values that were issued for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseKnown:
    """The EVSE that the CDR names."""

    found: bool
    owned_by_sender: bool | None = None
    tariff_ids: Collection[str] | None = None
    """Of its connector, when the session began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedKnown:
    """What came of verifying signed_data, which needs the meter's key and format."""

    verified: bool
    energy_kwh: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLimits:
    """What was agreed with the sender; None: no limit."""

    max_energy_kwh: Decimal | None = None
    max_hours: Decimal | None = None
    max_cost: Decimal | None = None
    max_power_kw: Decimal = Decimal(400)
    """No connector gives more, whoever claims it."""
    max_age_days: int | None = None
    max_late_hours: int | None = None
    """From the end of the session to the day it was sent."""
    min_energy_kwh: Decimal = Decimal("0.05")
    min_seconds: int = 60
    tolerance: Decimal = Decimal(0)
    """A total may differ by so much of the currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All of it."""

    time_zone: str | None = None
    """The Location's; a CDR has none, except in 2.1.1."""
    published: TariffSource | None = None
    connector_power_kw: Decimal | None = None
    token: TokenKnown | None = None
    evse: EvseKnown | None = None
    session: Mapping[str, Any] | None = None
    """The Session with the CDR's session_id; an empty mapping when there is none."""
    signed: SignedKnown | None = None
    now: datetime | None = None
    received_at: datetime | None = None
    limits: PartnerLimits = field(default_factory=PartnerLimits)


NOTHING_KNOWN = Known()
