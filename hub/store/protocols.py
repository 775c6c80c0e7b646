"""What the rest of the hub sees of the database: records and narrow protocols, never a driver.

Every acknowledged write is on a majority of the replica set and journaled. A write error may still have written: callers
treat it as unknown, never as failed.
"""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from hub.platform import Agreement, Platform
from hub.store.app_access import AppStore
from hub.store.cdr_records import CdrVerdictStore, ClearingStore, TariffHistory
from hub.store.database_facts import FactStore
from hub.store.feeding import ObjectFeed
from hub.store.guarding import AuditStore, RequestStore, SigningKeyStore, SubjectStore
from hub.store.judgements import FaultStore, VerificationStore
from hub.store.observing import DemandStore, EvseTimesStore, SignStore, TimelinessStore
from hub.wire.interface import Learned, ModuleId
from hub.wire.party import Party


class Conflict(Exception):
    """The record was changed by someone else, or what must be unique (a name, a party role) is taken; says which."""


class StoreUnavailable(Exception):
    """The database did not answer in time; a write may or may not have happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKey:
    """Names one hub-addressed object: `locations`, its owner, and its folded id."""

    module: ModuleId
    owner: Party
    object_id: str

    def __str__(self) -> str:
        return f"{self.module}/{self.owner.country_code}/{self.owner.party_id}/{self.object_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object that was pushed to the hub; `body` is its whole JSON, number texts as the owner wrote them."""

    key: ObjectKey
    body: bytes
    last_updated: datetime
    """The owner's, never ours."""
    withdrawn: bool = False
    """Deleted by its owner (a tariff); kept while a receiver has not been told."""
    version: str = "2.2.1"
    """OCPI version of the body."""
    seq: int = 0
    """Insertion order among all objects; given by the store, never changed."""
    revision: int = 0
    """1 at insertion, raised by the store at every save; settles are bound to it."""
    received_at: datetime
    changed_at: datetime
    part: str = ""
    """What the last push was about: empty the whole object, else the path below it (`3256/1`)."""
    correlation_id: str = ""
    """X-Correlation-ID of the last push: whoever gets this state later gets it with the same."""
    behind: frozenset[str] = frozenset()
    """Receivers (see `Receiver`) that have not confirmed this revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """These receivers have confirmed (or finally refused) this state of this object.

    `seq` and `revision` are the fence: a word that comes late, from whichever process, says nothing about any later state,
    nor about an object that was dropped and pushed again in the meantime.
    """

    key: ObjectKey
    seq: int
    revision: int
    receivers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which objects of a list: half-open in time, a slice of the insertion order."""

    date_from: datetime | None = None
    date_to: datetime | None = None
    offset: int = 0
    limit: int = 100
    after_seq: int | None = None
    """Where the page before ended, when known: then `offset` is not walked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPage:
    """One page and the number of all objects that match."""

    objects: tuple[StoredObject, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlMapping:
    """An address of ours that stands for one of a partner's (checklist 4)."""

    opaque: str
    """The last path segment of our address: at least 128 random bits, url-safe."""
    kind: str
    """`response_url`, `cdr` or `page`."""
    target_url: str
    module: ModuleId
    owner_platform_id: str
    owner: Party
    """The party whose address this is: where a call goes."""
    caller_platform_id: str
    caller: Party
    """The only one who may call."""
    created_at: datetime
    expires_at: datetime | None = None
    about: str = ""
    """What a result that comes to this address is about (see `Endpoint.about`)."""


class LegKind(StrEnum):
    """Which way a traced leg went."""

    IN = "in"
    OUT = "out"


class Leg(NamedTuple):
    """One leg of a message's way: a request that came in, or one that the hub sent. Holds no body and no token."""

    at: datetime
    """When it began."""
    kind: LegKind
    correlation_id: str
    request_id: str
    method: str
    module: str
    path: str
    """After the endpoint URL, driver token ids masked."""
    platform_id: str
    """The platform at the other end; empty when unknown."""
    sender: str = ""
    receiver: str = ""
    plan: str = ""
    """What routing decided, as text; on the incoming leg."""
    http_status: int = 0
    """0: no answer came."""
    ocpi_status: int = 0
    duration_ms: float = 0.0
    note: str = ""
    """What a person should know: `timed out after 30 s`, `FROM inferred`."""

    @property
    def failed(self) -> bool:
        """No answer, an HTTP error, or an OCPI status of 2000 and above."""
        return self.http_status == 0 or self.http_status >= 400 or self.ocpi_status >= 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LegFilter:
    """Values in one field mean OR, fields mean AND; empty means any."""

    correlation_id: str = ""
    parties: frozenset[str] = frozenset()
    """`NL*TNM` as sender or receiver."""
    platforms: frozenset[str] = frozenset()
    """Platform ids at the other end: a leg fits when it fits `parties` or `platforms` (a handshake names no party)."""
    modules: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    failed: bool | None = None
    statuses: frozenset[int] = frozenset()
    """HTTP or OCPI numbers."""
    slower_than_ms: float = 0.0
    since: datetime | None = None


class DeliveryState(StrEnum):
    """What became of a state delivery that did not go through."""

    BEHIND = "behind"
    """Will be sent, as the object then is, when the receiver answers again."""
    REFUSED = "refused"
    """The receiver answered that it will not take it; replay sends the current object once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedDelivery:
    """Why one receiver does not have one object, for people to read and replay."""

    delivery_id: str
    """`d-` and 12 hex digits, the same for the same receiver and object."""
    receiver: str
    platform_id: str
    key: ObjectKey
    state: DeliveryState
    reason: str
    http_status: int = 0
    answer: str = ""
    """The start of the receiver's answer, at most 4 KiB."""
    tries: int = 1
    first_at: datetime
    last_at: datetime
    correlation_id: str = ""


class PlatformStore(Protocol):
    """Platforms, one document each."""

    async def all(self) -> list[Platform]:
        """Every platform, REMOVED ones included, by creation."""
        ...

    async def save(self, platform: Platform) -> Platform:
        """Insert (revision 0) or replace the revision it carries; returns it with the new revision. Raises Conflict.

        Unique among platforms that are not REMOVED: the name (case folded) and every claim; among all: token hashes.
        """
        ...

    async def by_token(self, token_hash: str) -> Platform | None:
        """The platform that holds this issued token; for a token that the directory does not know (yet)."""
        ...

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield once at the start and then after every change of a platform or agreement by any process, merged.

        Close it (`contextlib.aclosing`): it holds a connection.
        """
        yield


class AgreementStore(Protocol):
    """Rules on who may talk to whom."""

    async def all(self) -> list[Agreement]: ...

    async def put(self, agreement: Agreement) -> None:
        """Insert, or replace the rule with the same rule_id."""
        ...

    async def remove(self, rule_id: str) -> bool:
        """Tell whether there was one."""
        ...


class ObjectStore(Protocol):
    """Hub-addressed objects and, on each, who has not got it yet: one durable write accepts a broadcast."""

    async def get(self, key: ObjectKey) -> StoredObject | None: ...

    async def save(self, stored: StoredObject) -> StoredObject:
        """Insert (revision 0) or replace the revision it carries; returns it with seq and revision. Raises Conflict.

        `behind` is stored as the union of what was still behind and the new receivers: the caller passes it whole.
        """
        ...

    async def confirm(self, keys: Sequence[str], at: datetime) -> None:
        """Say of these (keys as text) that their owner has them as they are: `received_at`, and no new revision."""
        ...

    async def page(self, module: ModuleId, owners: frozenset[Party], window: Window) -> ObjectPage:
        """Objects of these owners, not withdrawn, by seq; date bounds on last_updated, from inclusive, to exclusive."""
        ...

    async def behind(self, receivers: Sequence[str], limit: int) -> list[StoredObject]:
        """Objects that any of these receivers lacks, oldest seq first."""
        ...

    async def lacking(self) -> frozenset[str]:
        """Every receiver that lacks anything, as one look at an index; with partners that are all content, nobody."""
        ...

    async def settle(self, settled: Iterable[Settled]) -> None:
        """Take receivers off `behind` where the state is still the same; drop withdrawn objects nobody lacks."""
        ...


class IndexStore(Protocol):
    """What passing messages taught: the small index that serves open routing (decision D3)."""

    async def learn(self, entries: Sequence[Learned]) -> None: ...

    async def find(self, kind: str, key: str, scope: Party | None) -> list[Party]:
        """Every party known for this key, at most 8."""
        ...


class MappingStore(Protocol):
    """Addresses that the hub gave out."""

    async def add(self, mapping: UrlMapping) -> None: ...

    async def find(self, opaque: str) -> UrlMapping | None:
        """None when unknown or expired."""
        ...


class TraceStore(Protocol):
    """Legs of messages; kept for a time (30 days by default) in a bounded collection."""

    async def append(self, legs: Sequence[Leg]) -> None: ...

    async def find(
        self, wanted: LegFilter, *, after: str = "", limit: int = 200, newest: bool = False
    ) -> tuple[list[Leg], str]:
        """Legs in order after the cursor, and the next cursor; an empty cursor with `since` starts there.

        When there are more than `limit`, the oldest of them come; with `newest` the newest, and the others are passed over.
        """
        ...


class DeliveryStore(Protocol):
    """Deliveries that failed, until they succeed."""

    async def record(self, failed: FailedDelivery) -> None:
        """Insert, or update state, reason, answer, tries and last_at."""
        ...

    async def clear(self, delivery_ids: Sequence[str]) -> None: ...

    async def get(self, delivery_id: str) -> FailedDelivery | None: ...

    async def find(
        self, *, platform_id: str = "", state: DeliveryState | None = None, limit: int = 200
    ) -> list[FailedDelivery]: ...


class LeaseStore(Protocol):
    """Which hub process delivers to which platform: a lease per destination, never per message."""

    async def take(self, platform_ids: Sequence[str], holder: str, duration_s: float) -> Mapping[str, int]:
        """Take or renew what is free, expired or ours; returns platform_id -> fence (raised at every change of holder)."""
        ...

    async def release(self, holder: str) -> None: ...


class PresenceStore(Protocol):
    """When each platform was last heard."""

    async def seen(self, at: Mapping[str, datetime]) -> None: ...
    async def all(self) -> dict[str, datetime]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Everything the hub keeps."""

    platforms: PlatformStore
    agreements: AgreementStore
    objects: ObjectStore
    index: IndexStore
    mappings: MappingStore
    traces: TraceStore
    deliveries: DeliveryStore
    leases: LeaseStore
    presence: PresenceStore
    verifications: VerificationStore
    faults: FaultStore
    apps: AppStore
    feed: Callable[[ModuleId], ObjectFeed]
    """All objects of one module, and what happens to them."""
    demand: DemandStore
    signs: SignStore
    evse_times: EvseTimesStore
    cdr_verdicts: CdrVerdictStore
    clearing: ClearingStore
    timeliness: TimelinessStore
    tariff_history: TariffHistory
    facts: FactStore
    audit: AuditStore
    signing_keys: SigningKeyStore
    subjects: SubjectStore
    requests: RequestStore
