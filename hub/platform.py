"""The records of a partner: its platform, the parties on it, the tokens issued to it, and who may talk to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.money.checking.agreed import CdrPolicy
from hub.standing import Side, Standing
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party, PartyRole


class ConnectionStatus(StrEnum):
    """Status of a party as HubClientInfo tells it. Source: OCPI 2.2.1, mod_hub_client_info, ConnectionStatus enum."""

    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"


class PlatformState(StrEnum):
    """Where a platform stands with this hub, by what the operator and the handshake did (not by reachability)."""

    INVITED = "INVITED"
    REGISTERED = "REGISTERED"
    SUSPENDED = "SUSPENDED"
    """By the operator; the tokens stay and `resume` brings it back."""
    UNREGISTERED = "UNREGISTERED"
    """The partner deleted its credentials; a new invitation brings it back."""
    REMOVED = "REMOVED"
    """By the operator, for good; name and parties are free again."""


class TokenKind(StrEnum):
    """What an issued credentials token opens."""

    REGISTRATION = "A"
    """CREDENTIALS_TOKEN_A: versions and credentials only."""
    ESTABLISHED = "C"


class TokenEncoding(StrEnum):
    """How a platform wants the credentials token in the Authorization header (checklist H1.10)."""

    BASE64 = "base64"
    RAW = "raw"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A credentials token that this hub gave out, known by its HMAC alone."""

    token_hash: str
    kind: TokenKind
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    """For an invitation, or for a token that a rotation replaced."""
    superseded: bool = False
    """A rotation issued a newer one: this one ends with the newer one's first use, at the latest at `expires_at`."""
    proven: bool = False
    """The partner has used it at least once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedParty:
    """A party that a platform claimed in its credentials, or that its invitation announces."""

    party_role: PartyRole
    name: str = ""
    """business_details.name."""
    gone: bool = False
    """A PUT credentials no longer listed it: SUSPENDED."""
    status: ConnectionStatus = ConnectionStatus.PLANNED
    """As last told by HubClientInfo."""
    status_changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """What an operator switches on for one partner because its software needs it."""

    trailing_slash: bool = False
    """Advertise our endpoint URLs with a trailing slash: the partner joins URL and id without one."""
    catch_up: bool = True
    """False: the partner pulls what it missed; the hub marks nothing for it."""
    slash_in_calls: bool = False
    """Its endpoint URLs redirect to the same with a trailing slash: the hub calls them so at once."""
    repeats_request_ids: bool = False
    """Its requests share X-Request-IDs: one with another body is no other request's replay, and the same one is sent on again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Certificates that an operator agreed on with one partner, beside the credentials tokens; empty means none."""

    client_fingerprint: str = ""
    """SHA-256, in hex, of the only TLS certificate with which the partner may call the hub."""
    client_pem: str = ""
    """That certificate."""
    server_pem: str = ""
    """The partner's server certificate, or the CA of it, that the hub trusts in place of the public ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One OCPI connection: one pair of credentials tokens, one or more parties.

    Source: OCPI 2.2.1, terminology, Platform.
    """

    platform_id: str
    name: str
    state: PlatformState
    claims: frozenset[PartyRole]
    """The triples that the operator's invitation allows (decision D2)."""
    parties: tuple[HostedParty, ...] = ()
    reachable: bool = True
    version: Version | None = None
    versions_url: str = ""
    endpoints: Mapping[tuple[ModuleId, Interface], str] = field(default_factory=dict)
    issued: tuple[IssuedToken, ...] = ()
    outgoing: str = ""
    """The token that the partner gave us, sealed (hub.secrets)."""
    outgoing_previous: str = ""
    """The one before, sealed, until the newer one is proven."""
    token_encoding: TokenEncoding = TokenEncoding.BASE64
    quirks: Quirks = Quirks()
    pins: Pins = Pins()
    standings: tuple[Standing, ...] = ()
    """What the contract suite says of it, at most one for each side of each module."""
    cdr_policies: tuple[CdrPolicy, ...] = ()
    """How CDRs of its parties are checked on their way; at most one for each party and direction."""
    clearing: frozenset[Party] = frozenset()
    """Its parties whose CDRs are cleared, with every other party that is."""
    learned: Mapping[str, str] = field(default_factory=dict)
    """What verifying it taught, for people: `redirects` -> `yes`, `sends_token_as` -> `raw`."""
    created_at: datetime
    registered_at: datetime | None = None
    suspended_reason: str = ""
    revision: int = 0
    """Raised by the store at every save; a save of an older revision is refused."""

    def standing(self, side: Side, module: ModuleId) -> Standing | None:
        """None when it was never judged."""
        return next((one for one in self.standings if one.side is side and one.module == module), None)

    def hosts(self, party: Party) -> bool:
        """Tell whether a live (not gone) role of `party` is on this platform."""
        return any(hosted.party_role.party == party and not hosted.gone for hosted in self.parties)


class Effect(StrEnum):
    """What an agreement rule does."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One rule on who may send what to whom; None stands for everyone or everything."""

    sender: Party | None
    receiver: Party | None
    module: ModuleId | None
    effect: Effect
    created_at: datetime
    created_by: str = ""

    @property
    def rule_id(self) -> str:
        """A key such as `NL*CPA>DE*EMA/locations`: one rule for one such triple."""
        return f"{self.sender or '*'}>{self.receiver or '*'}/{self.module or '*'}"
