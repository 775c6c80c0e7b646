"""Deliveries that did not go through, over the admin API: list, show, replay, purge."""

from typing import Annotated

from pydantic import Field

from hub.admin import views
from hub.admin.errors import Clash, Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.delivery.replaying import ReplayRefused
from hub.store.protocols import DeliveryState, FailedDelivery


class Which(Asked):
    """Of one partner, in one state; the latest first."""

    partner: Annotated[str, Field(max_length=100)] = ""
    state: DeliveryState | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Replay(Asked):
    """`force` sends once even to a receiver that is OFFLINE."""

    force: bool = False


async def _list(call: AdminCall[Which]) -> Json:
    office, asked = call.office, call.asked
    platform_id = office.partners.find(asked.partner).platform_id if asked.partner else ""
    return await failed_deliveries(office, platform_id=platform_id, state=asked.state, limit=asked.limit)


async def failed_deliveries(
    office: AdminServices, *, platform_id: str = "", state: DeliveryState | None = None, limit: int
) -> list[Json]:
    """The latest first."""
    found = await office.store.deliveries.find(platform_id=platform_id, state=state, limit=limit)
    return [_view(office, one) for one in found]


async def _show(call: AdminCall[Nothing]) -> Json:
    return _view(call.office, await _find(call.office, call.path["delivery_id"]))


async def _replay(call: AdminCall[Replay]) -> Json:
    delivery_id = call.path["delivery_id"]
    await _find(call.office, delivery_id)
    try:
        done = await call.office.deliveries.replay(delivery_id, call.asked.force)
    except ReplayRefused as refused:
        hint = "" if call.asked.force else f"hubctl deliveries replay {delivery_id} --force"
        raise Clash(f"Not sent: {refused}.", hint, code="replay_refused") from None
    return {"ok": done.ok, "said": done.said, "http_status": done.http_status, "ocpi_status": done.ocpi_status}


async def _purge(call: AdminCall[Nothing]) -> Json:
    found = await _find(call.office, call.path["delivery_id"])
    if found.state is not DeliveryState.REFUSED:
        raise Clash(
            f"Not purged: {found.receiver} is still owed this object and gets it when it answers again.",
            "hubctl deliveries list --state refused",
            code="still_owed",
        )
    await call.office.store.deliveries.clear([found.delivery_id])
    return {"purged": found.delivery_id}


async def _find(office: AdminServices, delivery_id: str) -> FailedDelivery:
    found = await office.store.deliveries.get(delivery_id)
    if found is None:
        raise Unknown(
            f"There is no delivery {delivery_id!r}: it never was, or it went through.",
            "hubctl deliveries list",
            code="unknown_delivery",
        )
    return found


def _view(office: AdminServices, one: FailedDelivery) -> Json:
    directory = office.directory()
    platform = directory.platforms.get(one.platform_id)
    return views.delivery(one, platform.name if platform else "", directory.credentials_tokens.get(one.platform_id, ""))


ROUTES = (
    AdminRoute(
        method="GET", path="/deliveries", act=_list, asks=Which, summary="What did not go through, latest first."
    ),
    AdminRoute(method="GET", path="/deliveries/{delivery_id}", act=_show, asks=Nothing, summary="One of them."),
    AdminRoute(
        method="POST",
        path="/deliveries/{delivery_id}/replay",
        act=_replay,
        asks=Replay,
        summary="Send the object as it is now, once.",
    ),
    AdminRoute(
        method="DELETE",
        path="/deliveries/{delivery_id}",
        act=_purge,
        asks=Nothing,
        summary="Forget one that the receiver refused for good.",
    ),
)
