"""Tells the store in batches what was delivered; what it does not take is told again, or sent again after a restart."""

import asyncio
from contextlib import suppress

import structlog

from hub.delivery.item import Item, State
from hub.store.protocols import DeliveryStore, ObjectKey, ObjectStore, Settled, StoreUnavailable

BATCH = 200
FLUSH_EVERY_S = 0.02
_WAITING_MAX = 20_000
_PAUSE_S = 0.5


class Settling:
    """A bounded buffer; an object that is in it twice is there with its newest state."""

    def __init__(self, objects: ObjectStore, deliveries: DeliveryStore) -> None:
        self._objects = objects
        self._deliveries = deliveries
        self._settled: dict[ObjectKey, tuple[State, set[str]]] = {}
        self._cleared: set[str] = set()
        self._marks = 0
        self._some = asyncio.Event()
        self._full = asyncio.Event()
        self._flushing = asyncio.Lock()

    def add(self, item: Item) -> None:
        """This receiver has this state, or never will."""
        if len(self._settled) >= _WAITING_MAX:
            return  # it stays behind in the store, and is sent once more
        state, receivers = self._settled.get(item.stored.key, (item.state, set()))
        if item.state < state:
            return
        if item.state > state:
            receivers = set()
        receivers.add(item.receiver)
        self._settled[item.stored.key] = (item.state, receivers)
        self._marks += 1
        self._some.set()
        if self._marks >= BATCH:
            self._full.set()

    def clear(self, delivery_id: str) -> None:
        """What failed before went through."""
        if len(self._cleared) < _WAITING_MAX:
            self._cleared.add(delivery_id)
            self._some.set()

    async def step(self) -> None:
        """Wait until there is something to tell, give more of it a moment to come, and tell it."""
        await self._some.wait()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._full.wait(), FLUSH_EVERY_S)
        try:
            await self.flush()
        except StoreUnavailable as error:
            structlog.get_logger().warning("deliveries_not_settled", reason=str(error))
            await asyncio.sleep(_PAUSE_S)

    async def flush(self) -> None:
        """Tell the store everything that waits; raises StoreUnavailable and keeps it."""
        async with self._flushing:
            settled, cleared = self._settled, self._cleared
            self._settled, self._cleared, self._marks = {}, set(), 0
            self._some.clear()
            self._full.clear()
            try:
                if settled:
                    await self._objects.settle(
                        [
                            Settled(key=key, seq=state[0], revision=state[1], receivers=frozenset(receivers))
                            for key, (state, receivers) in settled.items()
                        ]
                    )
                if cleared:
                    await self._deliveries.clear(sorted(cleared))
            except StoreUnavailable:
                self._keep(settled, cleared)
                raise

    def _keep(self, settled: dict[ObjectKey, tuple[State, set[str]]], cleared: set[str]) -> None:
        for key, (state, receivers) in settled.items():
            newer = self._settled.get(key)
            if newer is None:
                self._settled[key] = (state, receivers)
            elif newer[0] == state:
                newer[1].update(receivers)
        self._cleared |= cleared
        self._some.set()
