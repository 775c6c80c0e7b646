"""Deliveries: sends what the store has to whoever lacks it, one lane for each platform.

What a lane does not have is marked behind in the store, so nothing here has to survive a crash. Source: checklist D1.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, Self

import structlog

from hub.catalog import Catalog
from hub.clock import Tasks, monotonic_s
from hub.config import Settings
from hub.delivery.catching_up import READ_MAX, CatchingUp
from hub.delivery.item import Item, Push
from hub.delivery.lane import Breaker
from hub.delivery.lanes import Lanes, receivers_of
from hub.delivery.leases import RENEW_EVERY_S, Leases
from hub.delivery.letters import Letters
from hub.delivery.receiver import Accepted
from hub.delivery.replaying import Replayed, replay
from hub.delivery.sending import Sending, Sends
from hub.delivery.settling import Settling
from hub.platform import Platform, PlatformState
from hub.registry import Directory
from hub.store.protocols import Leg, Store, StoreUnavailable

_TICK_S = 0.05
_DRAIN_S = 5.0
_PAUSE_S = 0.5


class Records(Protocol):
    """Where legs are traced (hub.traffic.Traffic)."""

    def record(self, leg: Leg) -> None:
        """Returns at once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFigures:
    """How the deliveries to one platform stand."""

    platform_id: str
    waiting: int
    """In this process, not yet on their way."""
    in_flight: int
    behind: int
    """Objects that a receiver lacks, times receivers; among the oldest READ_MAX objects."""
    breaker: Breaker
    here: bool
    """This process delivers to it."""


class Deliveries:
    """Use it as `async with Deliveries(...) as deliveries`; before and after that everything waits in the store."""

    def __init__(
        self,
        *,
        store: Store,
        post: Sends,
        directory: Callable[[], Directory],
        catalog: Catalog,
        settings: Settings,
        traffic: Records,
        heard: Callable[[str], None],
        missed: Callable[[str, str], None],
        new_id: Callable[[], str],
    ) -> None:
        """`heard(platform_id)` is told of every answer, `missed(platform_id, reason)` of every request without one."""
        self._store = store
        self._directory = directory
        self._leases = Leases(store.leases, holder=new_id())
        self._settling = Settling(store.objects, store.deliveries)
        self._lanes = Lanes(
            directory=directory,
            settings=settings,
            leases=self._leases,
            sending=Sending(
                letters=Letters(directory, catalog, settings, new_id),
                post=post,
                directory=directory,
                record=traffic.record,
                heard=heard,
                missed=missed,
                holds=self._leases.valid,
            ),
            settling=self._settling,
            failed=store.deliveries,
        )
        self._catching_up = CatchingUp(self._lanes, store.objects, self._settling)
        self._hurry = asyncio.Event()
        self._loops = Tasks()

    async def __aenter__(self) -> Self:
        self._lanes.open()
        await self._lanes.hold()
        for step in (self._hold, self._move, self._look, self._settling.step):
            self._loops.spawn(_forever(step), f"deliveries: {step.__name__}")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Start nothing more, wait a little for answers, tell the store, let other processes take over."""
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._lanes.drain()
        except TimeoutError:
            structlog.get_logger().warning("deliveries_cut_off", unanswered=await self._lanes.close())
        await self._loops.close()
        try:
            await self._settling.flush()
            await self._leases.release()
        except StoreUnavailable as error:
            structlog.get_logger().warning("deliveries_not_settled", reason=str(error))

    def accepted(self, accepted: Accepted) -> None:
        """Send a stored push to its receivers; returns at once and never fails: what is not sent now is behind."""
        stored = accepted.stored
        push = Push(
            method=accepted.method,
            suffix=accepted.suffix,
            body=accepted.body,
            correlation_id=accepted.correlation_id,
            whole=stored.withdrawn or (accepted.method == "PUT" and accepted.body == stored.body),
        )
        for receiver in accepted.receivers:
            platform_id = receiver.rpartition(":")[0]
            lane = self._lanes.get(platform_id)
            if lane is None:
                self._want(platform_id)
                continue
            item = Item(receiver, stored, push)
            if not self._lanes.reachable(platform_id):
                lane.rest()
            elif lane.push(item):
                self._lanes.move(lane)
                continue
            if self._lanes.pulls(platform_id):
                self._settling.add(item)

    def woke(self, platform_id: str) -> None:
        """The platform answers again: what it lacks is due now."""
        lane = self._lanes.get(platform_id)
        if lane is None:
            self._want(platform_id)
        else:
            lane.wake(monotonic_s())
            self._lanes.move(lane)

    def knocked(self, platform_id: str) -> None:
        """The platform called this hub: a breaker that is open lets one item go to see; returns at once."""
        lane = self._lanes.get(platform_id)
        if lane is not None and lane.knock(monotonic_s()):
            self._lanes.move(lane)

    def owns(self, platform_id: str) -> bool:
        """This process is the one that delivers to the platform."""
        return self._leases.valid(platform_id)

    async def replay(self, delivery_id: str, force: bool = False) -> Replayed:
        """Send the object of a failed delivery once, as it is now; `force` does so even to an OFFLINE platform.

        Raises hub.delivery.replaying.ReplayRefused, or StoreUnavailable.
        """
        return await replay(delivery_id, force=force, store=self._store, lanes=self._lanes, directory=self._directory)

    async def snapshot(self) -> list[LaneFigures]:
        """Every platform that takes or may take deliveries. Raises StoreUnavailable."""
        return [
            await self._figures(platform)
            for platform in self._directory().platforms.values()
            if platform.state in {PlatformState.REGISTERED, PlatformState.SUSPENDED}
        ]

    async def _figures(self, platform: Platform) -> LaneFigures:
        lane = self._lanes.get(platform.platform_id)
        behind = 0
        if lane is None or not lane.idle:
            receivers = receivers_of(platform, self._directory())
            found = await self._store.objects.behind(receivers, READ_MAX)
            behind = sum(len(one.behind.intersection(receivers)) for one in found)
        return LaneFigures(
            platform_id=platform.platform_id,
            waiting=lane.waiting if lane else 0,
            in_flight=lane.in_flight if lane else 0,
            behind=behind,
            breaker=lane.breaker if lane else Breaker.CLOSED,
            here=lane is not None,
        )

    def _want(self, platform_id: str) -> None:
        """Have a lane here soon, unless another process has it: what has no lane goes out later, as the whole object."""
        if not self._leases.elsewhere(platform_id):
            self._hurry.set()

    async def _hold(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), RENEW_EVERY_S)
        self._hurry.clear()
        await self._lanes.hold()
        await asyncio.sleep(_TICK_S)

    async def _move(self) -> None:
        """For times that come and statuses that change; all else moves a lane at once."""
        await asyncio.sleep(_TICK_S)
        for lane in self._lanes.busy():
            self._lanes.move(lane)

    async def _look(self) -> None:
        await asyncio.sleep(_TICK_S)
        await self._catching_up.look()


async def _forever(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await step()
        except Exception:  # noqa: BLE001 - without this loop nothing is delivered any more
            structlog.get_logger().exception("deliveries_stumbled")
            await asyncio.sleep(_PAUSE_S)
