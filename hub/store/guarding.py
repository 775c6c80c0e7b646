"""What is kept for the guard's sake: the audit log, the public keys of old signatures, and the erasure of one driver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.audit import Act, Entry
from hub.secrets import Secrets
from hub.wire.party import Party


class AuditStore(Protocol):
    """One chain of entries for all processes; nothing takes one out."""

    async def append(self, act: Act, at: datetime, secrets: Secrets) -> Entry:
        """Put the next entry at the end, whoever else does the same now."""
        ...

    async def read(self, after: int, limit: int) -> list[Entry]:
        """Entries after this number, in order."""
        ...

    async def newest(self, limit: int) -> list[Entry]:
        """The newest first."""
        ...

    async def promised(self) -> int:
        """The highest number that was ever given out, kept apart from the log: less in it means that it was cut."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key of signed verdicts and audit entries, kept for as long as there are signatures of it."""

    kid: str
    sealed: str
    """The key (Base64), sealed with the server key (hub.secrets): whoever can write to the database cannot add one."""
    since: datetime


class SigningKeyStore(Protocol):
    """Every public key that ever was in use."""

    async def all(self) -> list[SigningKey]:
        """The oldest first."""
        ...

    async def put(self, key: SigningKey) -> None:
        """Insert, or replace its seal; `since` stays as it was."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One driver, as an eMSP knows them: by the uid of a token, or by a contract with all of its tokens."""

    emsp: Party
    uid: str = ""
    contract_id: str = ""


class SubjectStore(Protocol):
    """Everything that says something about one driver."""

    async def erase(self, subject: Subject) -> Mapping[str, int]:
        """Take it out, again and again with the same end; returns what was found: place -> number of records."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A request that makes a receiver act, and what it replied; digests in hex."""

    key: str
    """Of its sender, id and address."""
    body: str
    at: datetime
    reply: bytes | None = None
    """None until it came, and for good when it was not heard."""
    http_status: int = 0
    ocpi_status: int = 0


class RequestStore(Protocol):
    """Requests that make a receiver act, for all processes, for ten minutes."""

    async def take(self, request: Acted) -> Acted | None:
        """Keep a request; what is kept under its key already, if anything is, stays and is returned."""
        ...

    async def answered(self, key: str, reply: bytes, http_status: int, ocpi_status: int) -> None:
        """Keep what was replied."""
        ...

    async def forget(self, key: str) -> None:
        """It did not reach the receiver: it may come again."""
        ...


ERASED: Sequence[str] = ("objects", "index", "deliveries", "verifications", "traces", "mappings")
"""Collections that are looked through."""
WITHOUT_DRIVERS: Mapping[str, str] = {
    "platforms": "companies, their parties and addresses",
    "agreements": "rules between companies",
    "leases": "which process delivers to whom",
    "presence": "when a platform was last heard",
    "counters": "numbers",
    "faults": "which rules bodies broke, without what was in them",
    "apps": "apps of companies",
    "signs": "stations",
    "demand": "stations",
    "evse_times": "stations",
    "audit": "operators; hub.admin.auditing leaves out what says who a driver is",
    "signing_keys": "public keys",
    "cdr_verdicts": "costs and findings; what tells that two CDRs are of one driver is an HMAC",
    "cleared_cdrs": "ids, sums and states of bills between companies",
    "statements": "sums between companies",
    "closings": "which months are closed",
    "tariff_history": "prices",
    "requests": "digests, and whether a receiver took a command; for ten minutes",
    "timeliness": "how timely companies are",
}
"""Collections that hold nothing of a driver, and what they hold instead."""
