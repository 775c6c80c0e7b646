"""Every party behind every partner, over the admin API."""

from hub.admin import views
from hub.admin.table import AdminCall, AdminRoute, Json, Nothing


async def _list(call: AdminCall[Nothing]) -> Json:
    return [views.party(one) for one in call.office.partners.parties()]


ROUTES = (
    AdminRoute(method="GET", path="/parties", act=_list, asks=Nothing, summary="Every party, by party and role."),
)
