"""Searches are remembered, drivers are not: each is counted by a coarse cell, its hour and its filter, and summed in the store.

No token, no app, no exact place and no route is kept: a cell is about 5 km wide, an hour is the finest time.
"""

import asyncio
import math
from datetime import datetime

import structlog

from hub.apps import codes
from hub.apps.geometry import Point
from hub.apps.wanted import Wanted
from hub.store.observing import DemandStore, Searches
from hub.store.protocols import StoreUnavailable

CELL_DEGREES = 0.05
"""Coarser than any address: about 5.5 km north to south."""
KINDS_MAX = 50_000
"""Different counts that wait for the store; searches beyond are only counted as `dropped`."""
TELL_EVERY_S = 5.0
_BANDS_KW = (350, 150, 50, 22, 11)
_STANDARDS_SHOWN = 4

_Kind = tuple[datetime, int, int, str]


class Demand:
    """Counts in memory; `tell_forever` adds it to the store now and then."""

    def __init__(self, store: DemandStore) -> None:
        self._store = store
        self._counts: dict[_Kind, list[int]] = {}
        self.dropped = 0
        """Searches that were not counted, because too many kinds waited for a store that was away."""

    def searched(self, place: Point, at: datetime, wanted: Wanted, *, found_free: bool) -> None:
        """Count one search around `place` (the middle of a box or route); returns at once and keeps no more than its cell."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        kind = (hour, *cell_of(place), asked(wanted))
        count = self._counts.get(kind)
        if count is None:
            if len(self._counts) >= KINDS_MAX:
                self.dropped += 1
                return
            count = self._counts[kind] = [0, 0]
        count[0 if found_free else 1] += 1

    async def tell(self) -> None:
        """Add what was counted to the store; what it did not take is kept for the next time."""
        waiting, self._counts = self._counts, {}
        if not waiting:
            return
        try:
            await self._store.add([_searches(kind, count) for kind, count in waiting.items()])
        except StoreUnavailable as error:
            structlog.get_logger().warning("demand_not_written", reason=str(error), kinds=len(waiting))
            for kind, count in self._counts.items():
                before = waiting.setdefault(kind, [0, 0])
                before[0] += count[0]
                before[1] += count[1]
            self._counts = waiting

    async def tell_forever(self) -> None:
        """Runs until cancelled."""
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            await self.tell()


def cell_of(place: Point) -> tuple[int, int]:
    """Row and column of the cell, counted from the south pole and the antimeridian."""
    return math.floor((place.latitude + 90) / CELL_DEGREES), math.floor((place.longitude + 180) / CELL_DEGREES)


def asked(wanted: Wanted) -> str:
    """What was wanted, coarsely: a band of power, a few standards, free or not. Operators and the rest are left out."""
    words = []
    band = next((kw for kw in _BANDS_KW if wanted.min_watts >= kw * 1000), 0)
    if band:
        words.append(f"kw>={band}")
    known = [number for number in sorted(wanted.standards) if number < len(codes.STANDARDS)]
    words += [codes.STANDARDS[number].value for number in known[:_STANDARDS_SHOWN]]
    if wanted.free:
        words.append("free")
    return " ".join(words) or "anything"


def _searches(kind: _Kind, count: list[int]) -> Searches:
    hour, row, column, what = kind
    return Searches(hour=hour, row=row, column=column, asked=what, found=count[0], nothing=count[1])
