"""What the hub observes beside the objects themselves: what is searched, what traffic shows of an EVSE, when it was heard of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import orjson

from hub.wire.interface import SignKind

SESSION_SILENCE_MS = 6 * 3_600_000
"""A session of which nothing was heard for so long proves nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """How often drivers looked in one place, in one hour, for one kind of charging; nothing tells who they were."""

    hour: datetime
    row: int
    """Of the cell: its southern edge in cells from the south pole (hub.apps.demand)."""
    column: int
    asked: str
    """What was wanted, in few words: `kw>=50 IEC_62196_T2_COMBO free`."""
    found: int
    """Searches that found something free."""
    nothing: int
    """Searches that did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvseSign:
    """What live traffic showed of an EVSE last."""

    key: str
    """Of its Location: `locations/NL/CPA/loc1`. Empty, as `uid`, when only the session is known."""
    uid: str
    """Folded."""
    kind: SignKind | None
    """None: the session goes on."""
    at_ms: int
    session: str = ""
    """`NL*CPA/session1`."""


class SignStore(Protocol):
    """The latest sign of each EVSE; forgotten after two days.

    While a session is heard of, only signs of that session replace it; one that has ended does not begin again.
    """

    async def put(self, signs: Sequence[EvseSign]) -> None:
        """Keep these, in this order, where they are news. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class EvseTimes:
    """The hub's instants of one EVSE, and the status that they are about."""

    uid: str
    status: int
    received_ms: int
    changed_ms: int
    confirmed_ms: int


def pack_times(times: Iterable[EvseTimes]) -> bytes:
    """As they are kept."""
    return orjson.dumps([[one.uid, one.status, one.received_ms, one.changed_ms, one.confirmed_ms] for one in times])


def read_times(packed: bytes) -> list[EvseTimes]:
    """What `pack_times` packed."""
    return [EvseTimes(*one) for one in orjson.loads(packed)]


class EvseTimesStore(Protocol):
    """The instants of every EVSE, by Location."""

    async def put(self, times: Mapping[str, Sequence[EvseTimes]]) -> None:
        """Replace those of these Locations; an empty sequence forgets one. Raises StoreUnavailable."""
        ...


class DemandStore(Protocol):
    """Searches, summed by cell, hour and filter; kept for 400 days."""

    async def add(self, searches: Sequence[Searches]) -> None:
        """Count these in. Raises StoreUnavailable."""
        ...

    async def since(self, hour: datetime) -> list[Searches]:
        """Everything from this hour on, by hour and cell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeliness:
    """How an operator keeps its locations up to date here, over some days."""

    owner: str
    """`NL*CPA`."""
    day: datetime
    """Midnight, UTC; of a sum the first day."""
    updates: int = 0
    unchanged: int = 0
    """Of these, how many brought nothing but another last_updated, or not even that."""
    delays: Mapping[int, int] = field(default_factory=dict)
    """Between the owner's last_updated and the receipt: band of time (hub.timeliness) to how many."""
    last_push_at: datetime | None = None
    """None: all was pulled."""


class TimelinessStore(Protocol):
    """By operator and day; kept for 30 days."""

    async def add(self, some: Sequence[Timeliness]) -> None:
        """Count these in. Raises StoreUnavailable."""
        ...

    async def of(self, owner: str, since: datetime) -> list[Timeliness]:
        """Each day from this one on."""
        ...
