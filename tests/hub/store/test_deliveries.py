"""Deliveries that failed, until they succeed."""

from datetime import timedelta

from hub.store.protocols import DeliveryState, Store
from tests.hub.store.samples import NOON, failed


async def test_a_failed_delivery_is_read_back_as_it_was_recorded(store: Store) -> None:
    """By its id; an unknown id is none."""
    await store.deliveries.record(failed(answer="<html>", http_status=500))

    assert await store.deliveries.get(failed().delivery_id) == failed(answer="<html>", http_status=500)
    assert await store.deliveries.get("d-unknown") is None


async def test_a_second_failure_keeps_when_it_first_failed(store: Store) -> None:
    """Everything else is as last told."""
    later = NOON + timedelta(hours=1)
    again = failed(state=DeliveryState.REFUSED, reason="2001", tries=2, first_at=later, last_at=later)
    await store.deliveries.record(failed())
    await store.deliveries.record(again)

    assert await store.deliveries.find() == [failed(state=DeliveryState.REFUSED, reason="2001", tries=2, last_at=later)]


async def test_deliveries_are_found_by_platform_and_state_latest_first(store: Store) -> None:
    """Both filters together, either, or none; never more than asked for."""
    told = [
        failed(f"d-{number}", platform_id=platform_id, state=state, last_at=NOON + timedelta(minutes=number))
        for number, (platform_id, state) in enumerate(
            [("p-1", DeliveryState.BEHIND), ("p-2", DeliveryState.BEHIND), ("p-1", DeliveryState.REFUSED)]
        )
    ]
    for one in told:
        await store.deliveries.record(one)

    assert await store.deliveries.find() == told[::-1]
    assert await store.deliveries.find(limit=1) == told[2:]
    assert await store.deliveries.find(platform_id="p-1") == [told[2], told[0]]
    assert await store.deliveries.find(state=DeliveryState.BEHIND) == [told[1], told[0]]
    assert await store.deliveries.find(platform_id="p-1", state=DeliveryState.REFUSED) == [told[2]]


async def test_cleared_deliveries_are_gone(store: Store) -> None:
    """Those named; clearing none, or an unknown one, is nothing."""
    for delivery_id in ("d-1", "d-2", "d-3"):
        await store.deliveries.record(failed(delivery_id))
    await store.deliveries.clear([])
    await store.deliveries.clear(["d-1", "d-3", "d-unknown"])

    assert await store.deliveries.find() == [failed("d-2")]
