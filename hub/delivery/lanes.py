"""The lanes of the platforms whose lease this process holds: what may move, moves; what came of it goes to the store."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable

import structlog

from hub.clock import Tasks, monotonic_s
from hub.config import Settings
from hub.delivery.failed import Failed, delivery_id
from hub.delivery.item import Effect, Send
from hub.delivery.lane import Lane
from hub.delivery.leases import Leases
from hub.delivery.receiver import Receiver
from hub.delivery.schedule import Pace
from hub.delivery.sending import Sending
from hub.delivery.settling import Settling
from hub.delivery.verdict import Result
from hub.platform import ConnectionStatus, Platform, PlatformState
from hub.registry import Directory, platform_status
from hub.store.protocols import DeliveryStore, StoreUnavailable


def receivers_of(platform: Platform, directory: Directory) -> tuple[str, ...]:
    """Every receiver that may be marked behind for this platform: itself, its parties, those that left, those to come."""
    return directory.once(("receivers", platform.platform_id), lambda: _receivers(platform))


def _receivers(platform: Platform) -> tuple[str, ...]:
    roles = {hosted.party_role for hosted in platform.parties} | platform.claims
    parties = sorted({role.party for role in roles})
    return tuple(str(Receiver(platform.platform_id, party)) for party in (None, *parties))


class Lanes:
    """Owns every lane and every send; nothing moves before `open` and after `close`."""

    def __init__(
        self,
        *,
        directory: Callable[[], Directory],
        settings: Settings,
        leases: Leases,
        sending: Sending,
        settling: Settling,
        failed: DeliveryStore,
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._leases = leases
        self._sending = sending
        self._settling = settling
        self._failed = Failed(failed)
        self._lanes: dict[str, Lane] = {}
        self._stirred: dict[str, Lane] = {}
        """Those that were handed out since they were last seen idle: no other lane can have anything to do."""
        self._resting: set[str] = set()
        self._noting: Counter[str] = Counter()
        self._sends = Tasks()
        self._open = False

    def open(self) -> None:
        """Let them move."""
        self._open = True

    async def drain(self) -> None:
        """Start nothing more, and wait until every send has ended."""
        self._open = False
        await self._sends.join()

    async def close(self) -> int:
        """Cut off what is still on its way (it stays behind in the store), and tell how much that was."""
        self._open = False
        cut_off = len(self._sends)
        await self._sends.close()
        return cut_off

    def get(self, platform_id: str) -> Lane | None:
        """The lane to a platform, when it is here. What is done with it that makes it busy is done before anything is awaited."""
        lane = self._lanes.get(platform_id)
        if lane is not None:
            self._stirred[platform_id] = lane
        return lane

    def busy(self) -> list[Lane]:
        """Every lane that has something to do, now or later; lanes that are idle, however many, cost nothing."""
        self._stirred = {
            platform_id: lane for platform_id, lane in self._stirred.items() if not lane.idle and self._is_here(lane)
        }
        return list(self._stirred.values())

    def _is_here(self, lane: Lane) -> bool:
        return self._lanes.get(lane.platform_id) is lane

    def receivers(self, lane: Lane) -> tuple[str, ...]:
        """Whom a lane serves; nobody, when its platform is gone."""
        directory = self._directory()
        platform = directory.platforms.get(lane.platform_id)
        return () if platform is None else receivers_of(platform, directory)

    async def hold(self) -> None:
        """Take or renew every lease that can be had, and have a lane for just these."""
        wanted = [
            platform.platform_id
            for platform in self._directory().platforms.values()
            if platform.state is not PlatformState.REMOVED
        ]
        try:
            held = await self._leases.renew(wanted)
            gained = held - self._lanes.keys()
            if gained:
                await self._failed.look()
            for platform_id in gained:
                pace = Pace(self._settings.catch_up_per_s)
                most = self._settings.deliveries_per_platform_max
                lane = Lane(platform_id, pace, in_flight_max=most)
                self._lanes[platform_id] = self._stirred[platform_id] = lane
        except StoreUnavailable as error:
            structlog.get_logger().warning("leases_not_renewed", reason=str(error))
            return
        for platform_id in self._lanes.keys() - held:
            del self._lanes[platform_id]
            self._resting.discard(platform_id)

    def reachable(self, platform_id: str) -> bool:
        """The platform is CONNECTED: it may be sent to (checklist H3.24, H5.08)."""
        platform = self._directory().platforms.get(platform_id)
        return platform is not None and platform_status(platform) is ConnectionStatus.CONNECTED

    def pulls(self, platform_id: str) -> bool:
        """The platform pulls what it missed: nothing stays behind for it."""
        platform = self._directory().platforms.get(platform_id)
        return platform is not None and not platform.quirks.catch_up

    def move(self, lane: Lane) -> None:
        """Send what may be sent now."""
        platform_id = lane.platform_id
        if not self._open or not self._is_here(lane) or not self._leases.valid(platform_id):
            return
        if self._noting[platform_id] >= self._settings.deliveries_per_platform_max:
            return  # a platform that refuses faster than the database takes that down is sent to no faster
        if not self.reachable(platform_id):
            self._resting.add(platform_id)
            if lane.waiting:
                lane.rest()
            return
        now_s = monotonic_s()
        if platform_id in self._resting:
            self._resting.discard(platform_id)
            lane.wake(now_s)
        while (send := lane.next(now_s)) is not None:
            self.deliver(lane, send)

    def deliver(self, lane: Lane, send: Send) -> asyncio.Task[Result]:
        """Send one item and note what came of it; whoever waits for it may stop waiting."""
        return self._sends.spawn(self._deliver(lane, send), "deliver")

    async def _deliver(self, lane: Lane, send: Send) -> Result:
        result = await self._sending.attempt(send)
        effect = lane.finished(
            send,
            result.outcome,
            now_s=monotonic_s(),
            jitter=secrets.randbelow(1001) / 1000,
            retry_after_s=result.retry_after_s,
        )
        self._noting[lane.platform_id] += 1
        try:
            await self._note(lane, send, effect, result)
        finally:
            self._noting[lane.platform_id] -= 1
        self.move(lane)
        return result

    async def _note(self, lane: Lane, send: Send, effect: Effect, result: Result) -> None:
        item, platform_id = send.item, lane.platform_id
        match effect:
            case Effect.NOTHING:
                return
            case Effect.SETTLE:
                self._settling.add(item)
                if self._failed.known(platform_id):
                    self._settling.clear(delivery_id(item.target))
            case Effect.REFUSE if result.unwanted:
                self._settling.add(item)
            case _ if not self._leases.valid(platform_id):
                return  # another process delivers by now, and tells how it fares; what was taken is taken whoever heard it
            case Effect.BEHIND if self.pulls(platform_id):
                self._settling.add(item)
            case Effect.REFUSE | Effect.BEHIND:
                recorded = await self._failed.record(platform_id, item, effect, result, lane.tries(item.target))
                if effect is Effect.REFUSE and recorded:
                    self._settling.add(item)
