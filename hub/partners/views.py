"""What operators see of a partner: no secret is in any of these."""

from dataclasses import dataclass
from datetime import datetime

from hub.partners.steps import Step
from hub.platform import ConnectionStatus, PlatformState, Quirks, TokenEncoding
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """One party in one role, on one partner."""

    party: Party
    role: Role
    name: str
    """business_details.name; empty before the registration."""
    status: ConnectionStatus
    status_changed_at: datetime
    partner: str
    platform_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """One URL that the partner offers."""

    module: ModuleId
    interface: Interface
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView:
    """One partner as `hubctl partner show` prints it."""

    name: str
    platform_id: str
    state: PlatformState
    status: ConnectionStatus
    reachable: bool
    parties: tuple[PartyView, ...]
    claims: tuple[PartyRole, ...]
    """What the invitation allows it to be."""
    version: Version | None
    versions_url: str
    endpoints: tuple[EndpointView, ...]
    quirks: Quirks
    token_encoding: TokenEncoding
    created_at: datetime
    registered_at: datetime | None
    invitation_expires_at: datetime | None
    """Of the token A that is still open; None without one, or when it does not expire."""
    last_seen_at: datetime | None
    """When the hub last heard anything from it, in any process."""
    token_age_days: float | None
    """Age of the newest token that the hub gave it; None before the registration."""
    suspended_reason: str
    audience: int
    """How many other platforms are told when its status changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the operator hands to the partner; the token is shown this once."""

    partner: PartnerView
    versions_url: str
    token: str
    expires_at: datetime | None

    def __repr__(self) -> str:
        return f"Invitation({self.partner.name!r}, {self.versions_url!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A partner after something was done to it, and the calls that it took."""

    partner: PartnerView
    steps: tuple[Step, ...] = ()
