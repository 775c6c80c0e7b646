"""Who follows changes live: each has a place or a list of sites, and a short queue of its own; who is too slow is let go.

An event is written once and handed to whom it concerns, found by coarse cells; nobody waits for anybody.
"""

import asyncio
import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

from hub.apps.changes import Event
from hub.apps.geometry import Box

CELL_DEGREES = 0.5
CELLS_MAX = 1_000
"""A larger box is asked of every event."""
QUEUE_MAX = 1_000
SUBSCRIBERS_MAX = 5_000
_SLOW = "you read too slowly: connect again with Last-Event-ID"


def _opens_nothing(_: str) -> bool:
    return False


class TooMany(Exception):
    """There is no room for another subscriber now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What a subscriber follows: a box, or sites by key."""

    box: Box | None = None
    keys: frozenset[str] = frozenset()
    owners: frozenset[str]
    """Whose sites it may see; a stream ends when agreements change that."""
    opens: Callable[[str], bool] = _opens_nothing
    """May a site that is not published be shown all the same? By its key."""


@dataclass(eq=False, slots=True)
class Subscriber:
    """One open stream: `next` gives what to send, in order; `ended` says why there is no more."""

    interest: Interest
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX + 1))
    ended: str = ""
    told: int = 0
    """Events so far."""

    def put(self, written: bytes) -> bool:
        """Queue an event; False when its reader is too slow, and the stream ends for that now."""
        if self.ended:
            return True
        if self.queue.qsize() >= QUEUE_MAX:
            self.end(_SLOW)
            return False
        self.queue.put_nowait(written)
        self.told += 1
        return True

    def end(self, reason: str) -> None:
        """Nothing more comes."""
        if not self.ended:
            self.ended = reason
            self.queue.put_nowait(None)


_Groups = dict[Hashable, set[Subscriber]]
_ANYWHERE = (0, 0, 0)
"""Stands for all cells, for boxes that touch too many."""


class Subscribers:
    """All of this process."""

    def __init__(
        self,
        place: Callable[[Event], tuple[float, float, str] | None],
        write: Callable[[Event], bytes],
        *,
        hidden: Callable[[Event], bool] = lambda _: False,
        write_gone: Callable[[Event], bytes] = lambda _: b"",
    ) -> None:
        """`place(event)` is latitude, longitude and owner of its site; `write` its bytes.

        `hidden`: the site is not published; `write_gone`: for those who saw it until now, that it is gone.
        """
        self._place = place
        self._write = write
        self._hidden = hidden
        self._write_gone = write_gone
        self._by_cell: _Groups = {}
        self._by_key: _Groups = {}
        self._all: set[Subscriber] = set()
        self.last = 0
        """The number of the latest event that was told; what comes again is told once."""
        self.dropped = 0
        """Streams that were ended because their reader was too slow."""

    def __len__(self) -> int:
        return len(self._all)

    def add(self, interest: Interest) -> Subscriber:
        """Follow from now on; raises TooMany."""
        if len(self._all) >= SUBSCRIBERS_MAX:
            raise TooMany
        subscriber = Subscriber(interest)
        for groups, name in self._places(interest):
            groups.setdefault(name, set()).add(subscriber)
        self._all.add(subscriber)
        return subscriber

    def remove(self, subscriber: Subscriber) -> None:
        """Forget a stream that has ended."""
        for groups, name in self._places(subscriber.interest):
            members = groups.get(name, set())
            members.discard(subscriber)
            if not members:
                groups.pop(name, None)
        self._all.discard(subscriber)

    def tell(self, event: Event) -> None:
        """Hand an event to whom it concerns."""
        if event.seq <= self.last:
            return
        self.last = event.seq
        placed = self._place(event) if self._all else None
        if placed is None:
            return
        cell = (_cell(placed[0]), _cell(placed[1]))
        found = (self._by_key.get(event.key), self._by_cell.get(cell), self._by_cell.get(_ANYWHERE))
        said = _Said(event, placed, hidden=self._hidden(event))
        for subscriber in set[Subscriber]().union(*filter(None, found)):
            written = self._for(subscriber.interest, said)
            if written:
                self.dropped += not subscriber.put(written)

    def written_for(self, interest: Interest, event: Event) -> bytes:
        """What `tell` would hand to somebody; nothing when it is none of theirs."""
        placed = self._place(event)
        return b"" if placed is None else self._for(interest, _Said(event, placed, hidden=self._hidden(event)))

    def _for(self, interest: Interest, said: "_Said") -> bytes:
        latitude, longitude, owner = said.placed
        event = said.event
        if owner not in interest.owners or not _covers(interest, event.key, latitude, longitude):
            return b""
        if not said.hidden or interest.opens(event.key):
            said.written = said.written or self._write(event)
            return said.written
        if not event.was_published:
            return b""
        said.gone = said.gone or self._write_gone(event)
        return said.gone

    def end_all(self, reason: str) -> None:
        """Every stream ends: the hub stops, or the index is built anew."""
        for subscriber in self._all:
            subscriber.end(reason)

    def _places(self, interest: Interest) -> Iterator[tuple[_Groups, Hashable]]:
        """Where the followers of such an interest are kept."""
        for key in interest.keys:
            yield self._by_key, key
        if interest.box is not None:
            cells = _cells(interest.box)
            for cell in [_ANYWHERE] if cells is None else cells:
                yield self._by_cell, cell


@dataclass(slots=True)
class _Said:
    """One event as it is told: written once, however many hear it."""

    event: Event
    placed: tuple[float, float, str]
    hidden: bool
    written: bytes = b""
    gone: bytes = b""


def _covers(interest: Interest, key: str, latitude: float, longitude: float) -> bool:
    box = interest.box
    if box is None:
        return key in interest.keys
    inside = any(west <= longitude <= east for west, east in box.longitudes())
    return (inside and box.south <= latitude <= box.north) or key in interest.keys


def _cells(box: Box) -> list[tuple[int, int]] | None:
    """The coarse cells that a box touches; None when they are too many to list."""
    rows = range(_cell(box.south), _cell(box.north) + 1)
    columns = [column for west, east in box.longitudes() for column in range(_cell(west), _cell(east) + 1)]
    if len(rows) * len(columns) > CELLS_MAX:
        return None
    return [(row, column) for row in rows for column in columns]


def _cell(degrees: float) -> int:
    return math.floor(degrees / CELL_DEGREES)
