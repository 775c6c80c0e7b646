"""Traced legs over the admin API: what passed lately, and every leg of one correlation id."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from hub.admin import views
from hub.admin.errors import BadRequest, Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.clock import now_utc
from hub.store.protocols import LegFilter
from hub.wire.party import Party

_TRACE_LEGS_MAX = 2000
_WORDS = {"ok": False, "fail": True}
_Few = Annotated[tuple[str, ...], Field(max_length=20)]


class Tail(Asked):
    """Which legs: values of one word mean OR, words mean AND. `after` is `next` of the answer before."""

    partner: _Few = ()
    module: _Few = ()
    method: _Few = ()
    status: _Few = ()
    slower_than_ms: Annotated[float, Field(ge=0)] = 0.0
    correlation_id: Annotated[str, Field(max_length=128)] = ""
    since_s: Annotated[float, Field(ge=0, le=366 * 86400)] = 60.0
    """Without `after`: begin with what passed in so many seconds."""
    after: Annotated[str, Field(pattern=r"^[0-9]{0,18}$")] = ""
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


async def _tail(call: AdminCall[Tail]) -> Json:
    asked = call.asked
    wanted = wanted_legs(call.office, asked, now_utc() - timedelta(seconds=asked.since_s))
    legs, following = await call.office.store.traces.find(wanted, after=asked.after, limit=asked.limit)
    names = partner_names(call.office)
    return {
        "legs": [views.leg(one, names.get(one.platform_id, "")) for one in legs],
        "next": following,
        "full": len(legs) == asked.limit,
        "dropped": call.office.traffic.dropped,
    }


async def _trace(call: AdminCall[Nothing]) -> Json:
    correlation_id = call.path["correlation_id"]
    wanted = LegFilter(correlation_id=correlation_id)
    legs, _ = await call.office.store.traces.find(wanted, limit=_TRACE_LEGS_MAX)
    if not legs:
        raise Unknown(
            f"No message with the correlation id {correlation_id!r} is in the trace "
            f"(kept for {call.office.settings.trace_days:g} days).",
            "hubctl traffic tail",
            code="unknown_correlation",
        )
    names = partner_names(call.office)
    return {"correlation_id": correlation_id, "legs": [views.leg(one, names.get(one.platform_id, "")) for one in legs]}


def partner_names(office: AdminServices) -> dict[str, str]:
    """Names by platform_id, those of removed partners included."""
    return {platform_id: platform.name for platform_id, platform in office.directory().platforms.items()}


def wanted_legs(office: AdminServices, asked: Tail, since: datetime) -> LegFilter:
    """What the store is asked for. Raises AdminError for a status that is none, UnknownPartner."""
    failed = {_WORDS[word] for word in asked.status if word in _WORDS}
    numbers = [word for word in asked.status if word not in _WORDS]
    if any(not (word.isascii() and word.isdecimal()) for word in numbers):
        raise BadRequest("status is ok, fail, or an HTTP or OCPI number such as 502 or 4002")
    parties, platforms = _partners(office, asked.partner)
    return LegFilter(
        correlation_id=asked.correlation_id,
        parties=parties,
        platforms=platforms,
        modules=frozenset(word.lower() for word in asked.module),
        methods=frozenset(word.upper() for word in asked.method),
        failed=failed.pop() if len(failed) == 1 else None,
        statuses=frozenset(int(word) for word in numbers),
        slower_than_ms=asked.slower_than_ms,
        since=None if asked.after else since,
    )


def _partners(office: AdminServices, written: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Parties and platform ids: `NL-TNM` is that party alone, unless its platform hosts no other; a name is its platform."""
    parties, platforms = set(), set()
    for one in written:
        platform = office.partners.find(one)
        hosted = {str(party.party_role.party) for party in platform.parties}
        named = _party(one)
        if named in hosted and len(hosted) > 1:
            parties.add(named)
        else:
            parties |= hosted
            platforms.add(platform.platform_id)
    return frozenset(parties), frozenset(platforms)


def _party(written: str) -> str:
    try:
        return str(Party.parse(written))
    except ValueError:
        return ""


ROUTES = (
    AdminRoute(
        method="GET", path="/traffic", act=_tail, asks=Tail, summary="Legs in order, filtered; follow with `after`."
    ),
    AdminRoute(
        method="GET",
        path="/traffic/{correlation_id}",
        act=_trace,
        asks=Nothing,
        summary="Every leg of one message's way.",
    ),
)
