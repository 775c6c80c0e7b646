"""Apps of eMSPs over the admin API: make one and show its token this once, list them, revoke one."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from hub.admin import views
from hub.admin.errors import BadRequest, Clash, Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.apps.bearer import LONGEST_LIFE
from hub.clock import now_utc
from hub.store.app_access import App, NameTaken
from hub.wire.party import Party, Role

_DAY_S = 86_400
_DEFAULT_LIFE_S = 365 * _DAY_S


class Create(Asked):
    """A name, the eMSP whose app it is, and how long its token opens anything."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    emsp: Annotated[str, Field(min_length=1, max_length=10)]
    life_s: Annotated[int, Field(ge=1, le=int(LONGEST_LIFE.total_seconds()))] = _DEFAULT_LIFE_S


async def _create(call: AdminCall[Create]) -> Json:
    asked = call.asked
    if not asked.name.isprintable() or not asked.name.strip():
        raise BadRequest("a name is printable characters")
    emsp = views.read(Party.parse, asked.emsp)
    try:
        life = timedelta(seconds=asked.life_s)
        app, token = await call.office.apps.access.create(asked.name.strip(), emsp, life, call.subject)
    except NameTaken as taken:
        raise Clash(f"{taken}", "hubctl apps list") from None
    return _view(app) | {"token": token, "warnings": _doubts(call.office, emsp)}


async def _list(call: AdminCall[Nothing]) -> Json:
    return [_view(app) for app in call.office.apps.access.all()]


async def _revoke(call: AdminCall[Nothing]) -> Json:
    """By id, or by the name of one that is not revoked."""
    wanted, access = call.path["app"], call.office.apps.access
    found = next((app for app in access.all() if app.app_id == wanted), None) or next(
        (app for app in access.all() if app.name.casefold() == wanted.casefold() and app.revoked_at is None), None
    )
    if found is None or not await access.revoke(found.app_id):
        raise Unknown(f"There is no app {wanted!r} that could be revoked.", "hubctl apps list", code="unknown_app")
    return _view(next(app for app in access.all() if app.app_id == found.app_id))


def _view(app: App) -> Json:
    """Never the token: the hub does not keep it."""
    state = "revoked" if app.revoked_at is not None else "live" if app.live(now_utc()) else "expired"
    return {
        "app_id": app.app_id,
        "name": app.name,
        "emsp": str(app.emsp),
        "state": state,
        "created_at": app.created_at,
        "created_by": app.created_by,
        "expires_at": app.expires_at,
        "revoked_at": app.revoked_at,
    }


def _doubts(office: AdminServices, emsp: Party) -> list[str]:
    roles = {one.role for one in office.directory().hosted.get(emsp, ())}
    if not roles:
        return [f"{emsp} is not a party at this hub yet: until it is, its apps see nothing"]
    if not roles & {Role.EMSP, Role.NSP, Role.OTHER, Role.SCSP}:
        return [f"{emsp} is no eMSP here ({', '.join(sorted(roles))})"]
    return []


ROUTES = (
    AdminRoute(
        method="POST",
        path="/apps",
        act=_create,
        asks=Create,
        http_status=201,
        summary="A new app; its token is shown once.",
    ),
    AdminRoute(
        method="GET", path="/apps", act=_list, asks=Nothing, summary="Every app, revoked ones too, by creation."
    ),
    AdminRoute(
        method="DELETE", path="/apps/{app}", act=_revoke, asks=Nothing, summary="End an app for good, by id or name."
    ),
)
