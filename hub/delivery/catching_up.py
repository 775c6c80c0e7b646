"""Finds in the store what nobody here has in hand: what was missed, and what other processes accepted."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from hub.clock import monotonic_s, now_utc
from hub.delivery.item import Item
from hub.delivery.lane import Breaker, Lane
from hub.delivery.lanes import Lanes
from hub.delivery.settling import Settling
from hub.store.protocols import ObjectStore, StoreUnavailable

READ_MAX = 500
POLL_EVERY_S = 0.5
_FRESH = timedelta(seconds=0.15)
"""What was accepted so lately is on its way here as the owner wrote it; if not, the next look finds it."""


class CatchingUp:
    """Asks the store, seldom when there is nothing to find."""

    def __init__(self, lanes: Lanes, objects: ObjectStore, settling: Settling) -> None:
        self._lanes = lanes
        self._objects = objects
        self._settling = settling
        self._polled_s = -POLL_EVERY_S

    async def look(self) -> None:
        """Read for every lane that asks for it, and now and then for the others together."""
        now_s = monotonic_s()
        asking = [lane for lane in self._lanes.busy() if lane.wants_read(now_s)]
        polls = now_s - self._polled_s >= POLL_EVERY_S
        if not asking and not polls:
            return
        try:
            await self._settling.flush()
            for lane in asking:
                await self._read(lane)
            if polls:
                self._polled_s = now_s
                await self._poll(asking)
        except StoreUnavailable as error:
            structlog.get_logger().warning("behind_not_read", reason=str(error))

    async def _read(self, lane: Lane) -> None:
        receivers = self._lanes.receivers(lane)
        if not receivers:
            return
        if self._lanes.reachable(lane.platform_id):
            await self._take([lane], receivers, READ_MAX + lane.postponed)
        elif self._lanes.pulls(lane.platform_id):
            await self._settle_unsent(lane, receivers)

    async def _poll(self, asked: list[Lane]) -> None:
        """Of the lanes that think that nothing is behind, and were not `asked` just now, those that are wrong."""
        lacking = await self._objects.lacking()
        platform_ids = {receiver.rpartition(":")[0] for receiver in lacking} - {lane.platform_id for lane in asked}
        found = (self._lanes.get(platform_id) for platform_id in platform_ids if self._lanes.reachable(platform_id))
        ready = [lane for lane in found if lane is not None and lane.breaker is not Breaker.OPEN]
        receivers = [receiver for lane in ready for receiver in self._lanes.receivers(lane) if receiver in lacking]
        if receivers:
            await self._take(ready, receivers, READ_MAX)

    async def _take(self, lanes: list[Lane], receivers: Sequence[str], most: int) -> None:
        for lane in lanes:
            lane.begin_read()
        items: dict[str, list[Item]] = {}
        complete = False
        try:
            found = await self._objects.behind(receivers, most)
            complete = len(found) < most
            now = now_utc()
            for stored in found:
                if timedelta() <= now - stored.received_at < _FRESH:
                    continue
                for receiver in stored.behind:
                    items.setdefault(receiver.rpartition(":")[0], []).append(Item(receiver, stored))
        finally:
            for lane in lanes:
                lane.end_read(items.get(lane.platform_id, ()), complete=complete, now_s=monotonic_s())
                self._lanes.move(lane)

    async def _settle_unsent(self, lane: Lane, receivers: Sequence[str]) -> None:
        """A platform that pulls and is away: it will look for itself."""
        lane.begin_read()
        complete = False
        try:
            found = await self._objects.behind(receivers, READ_MAX)
            complete = len(found) < READ_MAX
        finally:
            lane.end_read([], complete=complete, now_s=monotonic_s())
        for stored in found:
            for receiver in stored.behind.intersection(receivers):
                self._settling.add(Item(receiver, stored))
