"""How timely each operator is: the delay between its last_updated and the receipt, and how many updates change nothing."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from hub.clock import now_utc
from hub.delivery.receiver import Accepted
from hub.store.observing import Timeliness, TimelinessStore
from hub.store.protocols import StoreUnavailable
from hub.wire.interface import ModuleId

SHOWN_DAYS = 7
TELL_EVERY_S = 5.0
_LOCATIONS = ModuleId("locations")
_BAND_MAX = 60
"""Two bands for each doubling of a delay, from a second to thirty years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelyFigures:
    """What an operator is told of one party."""

    updates: int
    unchanged_share: float
    delay_p50_s: float
    """At most this; of a band of delays the upper end."""
    delay_p95_s: float
    last_push_at: datetime | None


@dataclass(slots=True)
class _Count:
    updates: int = 0
    unchanged: int = 0
    delays: Counter[int] = field(default_factory=Counter)
    last_push_at: datetime | None = None


class Timely:
    """Counts in memory; `tell_forever` adds it to the store now and then."""

    def __init__(self, store: TimelinessStore, now: Callable[[], datetime] = now_utc) -> None:
        self._store = store
        self._now = now
        self._counts: dict[tuple[str, datetime], _Count] = {}

    def count(self, accepted: Accepted, *, pulled: bool = False) -> None:
        """An update of a Location was kept."""
        stored = accepted.stored
        if stored.key.module != _LOCATIONS or stored.withdrawn:
            return
        day = stored.received_at.replace(hour=0, minute=0, second=0, microsecond=0)
        count = self._counts.setdefault((str(stored.key.owner), day), _Count())
        count.updates += 1
        count.unchanged += stored.changed_at != stored.received_at
        count.delays[band((stored.received_at - stored.last_updated).total_seconds())] += 1
        if not pulled:
            count.last_push_at = stored.received_at

    async def tell(self) -> None:
        """Add what was counted to the store; what it did not take is added the next time."""
        waiting, self._counts = self._counts, {}
        some = [
            Timeliness(
                owner=owner,
                day=day,
                updates=one.updates,
                unchanged=one.unchanged,
                delays=one.delays,
                last_push_at=one.last_push_at,
            )
            for (owner, day), one in waiting.items()
        ]
        try:
            await self._store.add(some)
        except StoreUnavailable as error:
            structlog.get_logger().warning("timeliness_not_written", reason=str(error))
            for key, later in self._counts.items():
                _add(waiting.setdefault(key, _Count()), later)
            self._counts = waiting

    async def tell_forever(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            await self.tell()

    async def figures(self, owner: str) -> TimelyFigures | None:
        """Of the last seven days; None when nothing came. Raises StoreUnavailable."""
        return summed(await self._store.of(owner, self._now() - timedelta(days=SHOWN_DAYS)))

    async def last_push_at(self, owner: str) -> datetime | None:
        """Of any Location of this party; None when there was none for 30 days. Raises StoreUnavailable."""
        days = await self._store.of(owner, datetime.min.replace(tzinfo=self._now().tzinfo))
        return max((one.last_push_at for one in days if one.last_push_at is not None), default=None)


def band(delay_s: float) -> int:
    """0 up to a second, also for stamps of the future; then two for each doubling."""
    return 0 if delay_s <= 1 else min(_BAND_MAX, math.ceil(2 * math.log2(delay_s)))


def summed(days: Iterable[Timeliness]) -> TimelyFigures | None:
    """Several days as one; None when there was no update."""
    some = list(days)
    updates = sum(one.updates for one in some)
    if not updates:
        return None
    delays: Counter[int] = Counter()
    for one in some:
        delays.update(one.delays)
    return TimelyFigures(
        updates=updates,
        unchanged_share=sum(one.unchanged for one in some) / updates,
        delay_p50_s=_percentile_s(delays, 0.50),
        delay_p95_s=_percentile_s(delays, 0.95),
        last_push_at=max((one.last_push_at for one in some if one.last_push_at is not None), default=None),
    )


def _percentile_s(delays: Counter[int], share: float) -> float:
    left = share * delays.total()
    for one in sorted(delays):
        left -= delays[one]
        if left <= 0:
            return round(2 ** (one / 2), 1)
    return 0.0


def _add(count: _Count, later: _Count) -> None:
    count.updates += later.updates
    count.unchanged += later.unchanged
    count.delays.update(later.delays)
    count.last_push_at = later.last_push_at or count.last_push_at
