"""A failed delivery once more, by hand: the object as it is now, in its place among what else goes to the receiver."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.clock import monotonic_s
from hub.delivery.item import Item, Outcome
from hub.delivery.lanes import Lanes
from hub.platform import ConnectionStatus, PlatformState
from hub.registry import Directory, platform_status
from hub.store.protocols import Conflict, FailedDelivery, Store, StoredObject


class ReplayRefused(Exception):
    """This delivery cannot be sent again now; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay."""

    ok: bool
    said: str
    """`answered HTTP 200, OCPI 1000`."""
    http_status: int = 0
    ocpi_status: int = 0


async def replay(
    delivery_id: str, *, force: bool, store: Store, lanes: Lanes, directory: Callable[[], Directory]
) -> Replayed:
    """Send once; `force` does so even to an OFFLINE platform. Raises ReplayRefused, or StoreUnavailable."""
    failed = await store.deliveries.get(delivery_id)
    if failed is None:
        raise ReplayRefused("there is no such failed delivery: it never was, or it went through")
    platform = directory().platforms.get(failed.platform_id)
    if platform is None or platform.state is not PlatformState.REGISTERED:
        raise ReplayRefused("the receiver's platform is not registered with this hub")
    if not force and platform_status(platform) is not ConnectionStatus.CONNECTED:
        raise ReplayRefused(f"{platform.name} is {platform_status(platform)}; it gets the object once it is back")
    lane = lanes.get(failed.platform_id)
    if lane is None:
        return await _leave_to_holder(failed, store)
    lane.begin_read()
    try:
        send = lane.begin(Item(failed.receiver, await _current(failed, store)))
    finally:
        lane.end_read([], complete=False, now_s=monotonic_s())
    if send is None:
        raise ReplayRefused("this object is on its way to this receiver already, or was just sent")
    result = await asyncio.shield(lanes.deliver(lane, send))
    return Replayed(
        ok=result.outcome is Outcome.DONE,
        said=result.said,
        http_status=result.http_status,
        ocpi_status=result.ocpi_status,
    )


async def _current(failed: FailedDelivery, store: Store) -> StoredObject:
    stored = await store.objects.get(failed.key)
    if stored is None:
        await store.deliveries.clear([failed.delivery_id])
        raise ReplayRefused("the object is gone: its owner withdrew it")
    return stored


async def _leave_to_holder(failed: FailedDelivery, store: Store) -> Replayed:
    """Another process delivers to this platform: only there the order is known. It looks every half second."""
    stored = await _current(failed, store)
    try:
        await store.objects.save(replace(stored, behind=stored.behind | {failed.receiver}))
    except Conflict:
        raise ReplayRefused("the object is being changed at this moment, and will be sent as it then is") from None
    return Replayed(ok=True, said="marked behind: the process that delivers to this platform sends it within a second")
