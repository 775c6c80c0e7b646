"""Who a state delivery goes to: a party on a platform, or (for configuration modules) the platform itself."""

from dataclasses import dataclass
from typing import Self

from hub.store.protocols import StoredObject
from hub.wire.party import Party


@dataclass(frozen=True, slots=True, order=True)
class Receiver:
    """One receiver; written `platform_id:NL*EMA`, or `platform_id:` for the platform itself."""

    platform_id: str
    party: Party | None = None

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read what `str` wrote."""
        platform_id, _, party = written.rpartition(":")
        return cls(platform_id, Party.parse(party) if party else None)

    def __str__(self) -> str:
        return f"{self.platform_id}:{self.party or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A push that the store has, to be sent on: the owner's own bytes to whoever had the revision before it."""

    stored: StoredObject
    """As the store returned it: `behind` holds every receiver."""
    method: str
    suffix: str
    """Path and query after the endpoint URL, as the owner wrote it."""
    body: bytes
    correlation_id: str
    receivers: frozenset[str]
    """The receivers of this very push (a subset of `stored.behind`)."""
