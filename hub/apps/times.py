"""Keeps when each EVSE was received, changed and confirmed, in bulk, so that a restart makes no old status look new.

Every process notes which sites were touched; the one that holds the lease writes them. The others forget what they noted
after a while, but not at once: when the holder dies, the next one writes what that may have left undone.
"""

import asyncio

import structlog

from hub.apps.feed import Feed
from hub.clock import monotonic_s
from hub.delivery.leases import Leases
from hub.store.observing import EvseTimes, EvseTimesStore
from hub.store.protocols import StoreUnavailable

LEASE = "evse-times"
EVERY_S = 1.0
REMEMBERED_S = 10.0
"""Longer than a lease lasts after its holder died."""
SITES_AT_ONCE = 5_000
"""What more sites were touched waits its turn: a flood is written as fast as the database takes it."""


class Times:
    """One of each process."""

    def __init__(self, feed: Feed, store: EvseTimesStore, leases: Leases) -> None:
        """`leases`: of a holder of its own."""
        self._feed = feed
        self._store = store
        self._leases = leases
        self._noted: dict[str, float] = {}
        self.written = 0
        """EVSEs whose instants were written since the start."""

    async def run(self) -> None:
        """Look every second; runs until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except StoreUnavailable as error:
                structlog.get_logger().warning("evse_times_not_written", reason=str(error), sites=len(self._noted))

    async def look(self) -> None:
        """Write what was touched, or leave it to the holder. Raises StoreUnavailable; then it is tried again."""
        now_s = monotonic_s()
        touched, self._feed.touched = self._feed.touched, set()
        self._noted |= dict.fromkeys(touched, now_s)
        if await self._leases.renew([LEASE]):
            await self._write()
        else:
            self._noted = {key: at_s for key, at_s in self._noted.items() if now_s - at_s < REMEMBERED_S}

    async def _write(self) -> None:
        while self._noted and self._leases.valid(LEASE):
            keys = list(self._noted)[:SITES_AT_ONCE]
            times = {key: self._times_of(key) for key in keys}
            touched_before = {key: self._noted[key] for key in keys}
            await self._store.put(times)
            self.written += sum(map(len, times.values()))
            for key, at_s in touched_before.items():
                if self._noted.get(key) == at_s:
                    del self._noted[key]
            await self._leases.renew([LEASE])

    def _times_of(self, key: str) -> list[EvseTimes]:
        row = self._feed.index.row(key)
        return [] if row is None else [EvseTimes(uid, *kept) for uid, kept in self._feed.index.kept(row).items()]
