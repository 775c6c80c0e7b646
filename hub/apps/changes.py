"""The latest changes, numbered as the database numbered them, kept for a while so that whoever was away misses none. Pure."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

from hub.apps.index import Change

KEPT_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What one push changed at one site."""

    seq: int
    key: str
    """Rows come and go: the index knows the row that the site has now."""
    changes: tuple[Change, ...]
    """Empty when the site itself is another now, and no status."""
    gone: bool = False
    was_published: bool = False
    """The site was there before this, for everyone who may see its owner."""
    latitude: float = 0.0
    longitude: float = 0.0
    """Where a site was that is gone."""


class Changes:
    """A window of events; numbers only grow."""

    def __init__(self, since: int = 0, kept_max: int = KEPT_MAX) -> None:
        """`since`: from which number on it is complete."""
        self._events: deque[Event] = deque()
        self._numbers: list[int] = []
        self._kept_max = kept_max
        self.complete_since = since
        self.last = since

    def add(self, event: Event) -> None:
        """Take the next event, unless it was taken before; what is too old goes."""
        if event.seq <= self.last:
            return
        self._events.append(event)
        self._numbers.append(event.seq)
        self.last = event.seq
        if len(self._events) > self._kept_max:
            half = self._kept_max // 2
            for _ in range(half):
                self.complete_since = self._events.popleft().seq
            del self._numbers[:half]

    def after(self, seq: int, limit: int) -> list[Event] | None:
        """Events beyond a number, at most `limit`; None when some of them are not kept any more."""
        if seq < self.complete_since:
            return None
        start = bisect_right(self._numbers, seq)
        return [self._events[place] for place in range(start, min(start + limit, len(self._events)))]
