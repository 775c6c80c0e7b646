"""Why a receiver does not have an object, for people: written when an attempt fails, gone when one succeeds."""

from hashlib import sha256

import structlog

from hub.clock import now_utc
from hub.delivery.item import Effect, Item, Target
from hub.delivery.verdict import Result
from hub.store.protocols import DeliveryState, DeliveryStore, FailedDelivery, StoreUnavailable

_LOOKED_AT = 500


def delivery_id(target: Target) -> str:
    """The same for the same receiver and object: `d-` and 12 hex digits."""
    receiver, key = target
    return "d-" + sha256(f"{receiver}\n{key}".encode()).hexdigest()[:12]


class Failed:
    """Records failures, and knows for which platforms there are any, so that a success rarely costs a question."""

    def __init__(self, store: DeliveryStore) -> None:
        self._store = store
        self._platforms: set[str] = set()
        self._anyone = True

    def known(self, platform_id: str) -> bool:
        """There may be a record for this platform."""
        return self._anyone or platform_id in self._platforms

    async def look(self) -> None:
        """Learn for which platforms there are records; raises StoreUnavailable."""
        found = await self._store.find(limit=_LOOKED_AT)
        self._anyone = len(found) == _LOOKED_AT
        self._platforms.update(one.platform_id for one in found)

    async def record(self, platform_id: str, item: Item, effect: Effect, result: Result, tries: int) -> bool:
        """Write one down; tells whether the database took it."""
        now = now_utc()
        self._platforms.add(platform_id)
        try:
            await self._store.record(
                FailedDelivery(
                    delivery_id=delivery_id(item.target),
                    receiver=item.receiver,
                    platform_id=platform_id,
                    key=item.stored.key,
                    state=DeliveryState.REFUSED if effect is Effect.REFUSE else DeliveryState.BEHIND,
                    reason=result.said,
                    http_status=result.http_status,
                    answer=result.shown,
                    tries=max(tries, 1),
                    first_at=now,
                    last_at=now,
                    correlation_id=item.push.correlation_id if item.push else "",
                )
            )
        except StoreUnavailable as error:
            structlog.get_logger().warning("failed_delivery_not_recorded", reason=str(error))
            return False
        return True
