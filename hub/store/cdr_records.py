"""What is kept of CDRs that passed: the verdict on each, for a time; and what is cleared of them, for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.money.clearing.entry import ClearedCdr
from hub.money.clearing.statement import Statement
from hub.wire.party import Party

CLOSER_LIFE_S = 120
"""So long nobody else closes a month that a process began to close and did not end."""


class Came(StrEnum):
    """How a CDR came by."""

    PUSHED = "pushed"
    """Its sender POSTed it."""
    PULLED = "pulled"
    """It was in the answer to a GET, and was never pushed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrVerdict:
    """One CDR that was checked on its way. It holds no token and no name of a driver."""

    cdr_key: str
    """`NL*CPA/cdr1`: who sent it and its folded id; a later sending of the same takes its place."""
    cdr_id: str
    sender: Party
    receiver: Party
    at: datetime
    correlation_id: str
    mode: str
    verdict: str
    cause: str
    """Names of deviations, joined by `+`."""
    rules: tuple[str, ...]
    """`C-COST E`, each once."""
    currency: str
    stated: str
    """total_cost without VAT as the CDR states it; empty when it cannot be read."""
    computed: str
    flagged: bool
    held: bool
    """It was answered with 2001 and not carried."""
    start: str = ""
    end: str = ""
    """ISO, UTC: they compare as text."""
    keys: tuple[str, ...] = ()
    """What it shares with other CDRs, by rule: its id, its session, its EVSE and its token as digests."""
    entries: bytes = b""
    """Its ledger entries as JSON (hub.money.checking.ledger)."""
    came: Came = Came.PUSHED
    content: str = ""
    """Digest of the whole CDR."""
    report: bytes
    """The whole check and the explanation as JSON, packed by zlib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTariff:
    """One state of a tariff that its owner pushed to everybody."""

    owner: Party
    tariff_id: str
    """Folded."""
    body: bytes
    last_updated: datetime
    """The owner's."""
    received_at: datetime
    """Ours: nobody publishes a price after the session that it is for."""


class TariffHistory(Protocol):
    """Tariffs as they were published; each state is kept for 400 days."""

    async def keep(self, tariff: PublishedTariff) -> None:
        """Remember it, unless it says what the newest one says."""
        ...

    async def at(self, owner: Party, tariff_id: str, instant: datetime) -> PublishedTariff | None:
        """What the hub had been told by then; else the first that it was told, if its owner says that it was so by then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrFilter:
    """Fields mean AND; empty means any."""

    party: Party | None = None
    """As sender or receiver."""
    verdicts: frozenset[str] = frozenset()
    cause: str = ""
    rule: str = ""
    """`C-COST`, of any severity."""
    flagged: bool | None = None
    held: bool | None = None
    came: Came | None = None
    since: datetime | None = None


class CdrVerdictStore(Protocol):
    """Verdicts on CDRs; kept for 90 days."""

    async def put(self, verdict: CdrVerdict) -> bool:
        """Insert, or take the place of the verdict on an earlier sending; False when it was known with this content.

        What was carried before, with the same content, stays as it is when it is listed, or pushed again and held.
        """
        ...

    async def get(self, cdr_key: str) -> CdrVerdict | None: ...

    async def carried(self, cdr_keys: Sequence[str]) -> Mapping[str, CdrVerdict]:
        """Those of these CDRs that were carried, by key, without their reports and entries."""
        ...

    async def find(self, wanted: CdrFilter, *, limit: int = 200) -> list[CdrVerdict]:
        """The newest first, without their reports and entries."""
        ...

    async def related(self, keys: Sequence[str], start: str, end: str, *, limit: int = 100) -> list[CdrVerdict]:
        """Carried ones with the same id, session or invoice, or with the same EVSE or token at a time that overlaps.

        The oldest first; of an invoice, which may be of very many, the first few.
        """
        ...

    async def counts(self, since: datetime) -> Mapping[tuple[Party, str], int]:
        """How many there are of each sender and verdict."""
        ...


class ClearingStore(Protocol):
    """CDRs between parties that are cleared, and their statements; nothing of it ends by itself."""

    async def expect(self, cdr: ClearedCdr) -> ClearedCdr:
        """Keep it before it is carried; one with this key that was delivered before stays as it is. Returns what is kept."""
        ...

    async def delivered(self, cdr: ClearedCdr) -> None:
        """Its receiver took it: the first time that counts. An original that it credits is CREDITED from now on."""
        ...

    async def get(self, cdr_key: str) -> ClearedCdr | None: ...

    async def save(self, cdr: ClearedCdr) -> ClearedCdr:
        """Replace the revision that it carries. Raises Conflict."""
        ...

    async def unstated(self, month: str, until: datetime) -> list[ClearedCdr]:
        """Delivered before `until`, for this month or an earlier one, on no statement yet; by key."""
        ...

    async def undelivered(self, month: str) -> int:
        """How many of this month were never seen to be delivered."""
        ...

    async def of_month(self, month: str) -> list[ClearedCdr]:
        """The CDRs on its statements, by key."""
        ...

    async def begin(self, month: str, at: datetime, holder: str) -> datetime:
        """Begin, or go on, to close a month: what was delivered until the returned instant belongs to it.

        Raises Conflict while another process closes it.
        """
        ...

    async def assign(self, cdr_keys: Sequence[str], statement_id: str) -> None:
        """Put CDRs that are on no statement on this one."""
        ...

    async def keep(self, statement: Statement) -> Statement:
        """Insert it; one that is there already stays as it is and is returned."""
        ...

    async def end(self, month: str, at: datetime) -> None:
        """The month is closed."""
        ...

    async def closed_at(self, month: str) -> datetime | None:
        """None while it is open."""
        ...

    async def statements(self, month: str) -> list[Statement]:
        """Of a closed month, by id."""
        ...
