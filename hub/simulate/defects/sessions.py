"""Defects of Sessions, one for each check of that module."""

from collections.abc import Mapping

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import (
    Asked,
    dated_now,
    on,
    owner_of_the_address,
    spoiled,
    succeeded,
    unknown_is_welcome,
)
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface

_PERIODS = "charging_periods"
_SESSION = 3
"""How many segments the address of a Session has."""


def _negative_energy(asked: Asked) -> None:
    for session in asked.cpo.sessions.values():
        session["kwh"] = -1


async def _kwh_forgotten(asked: Asked) -> Reply:
    reply = await asked.answered()
    session = asked.kept(asked.emsp.sessions)
    if session and succeeded(reply) and "kwh" not in asked.body:
        session["kwh"] = 0
    return reply


async def _periods_replaced(asked: Asked) -> Reply:
    reply = await asked.answered()
    session = asked.kept(asked.emsp.sessions)
    if session and asked.body.get(_PERIODS):
        session[_PERIODS] = asked.body[_PERIODS]
    return reply


async def _breaks_once_completed(asked: Asked) -> Reply:
    session = asked.kept(asked.emsp.sessions)
    if session and session["status"] == "COMPLETED":
        return refused(3000, "the session is closed", status=500)
    return await asked.answered()


async def _capable_everywhere(asked: Asked) -> Reply:
    return ok("ACCEPTED") if asked.rest[0] in asked.cpo.sessions else await asked.answered()


async def _without_date_from(asked: Asked) -> Reply:
    return await asked.at(**{"date_from": "2000-01-01T00:00:00Z", **asked.received.query})


def _one_of_a_stranger(asked: Asked) -> None:
    first = next(iter(asked.cpo.sessions.values()))
    caller = asked.received.from_
    if caller is not None:
        asked.cpo.providers["OTHER"] = caller
    stranger = first["cdr_token"] | {"country_code": "ZZ", "party_id": "XXX"}
    asked.cpo.sessions["OTHER"] = first | {"id": "OTHER", "cdr_token": stranger}


async def _periods_added(asked: Asked) -> Reply:
    old = (asked.kept(asked.emsp.sessions) or {}).get(_PERIODS) or []
    return await asked.with_body(**{_PERIODS: [*old, *(asked.body.get(_PERIODS) or [])]})


async def _periods_emptied(asked: Asked) -> Reply:
    reply = await asked.answered()
    session = asked.kept(asked.emsp.sessions)
    if session and asked.body.get(_PERIODS) == []:
        session[_PERIODS] = []
    return reply


async def _deleted(asked: Asked) -> Reply:
    asked.emsp.sessions.remove(asked.owner, asked.rest[2])
    return ok()


async def _unknown_is_accepted(asked: Asked) -> Reply:
    return await asked.answered() if asked.rest[0] in asked.cpo.sessions else ok("ACCEPTED")


async def _rest_of_the_address_ignored(asked: Asked) -> Reply:
    return await asked.at(*asked.rest[:_SESSION])


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "SES-01": spoiled("GET", "sessions", _SENDER, _negative_energy),
    "SES-02": on("PATCH", "sessions", _RECEIVER, _kwh_forgotten),
    "SES-03": on("PATCH", "sessions", _RECEIVER, _periods_replaced),
    "SES-04": on("PUT", "sessions", _RECEIVER, _breaks_once_completed),
    "SES-05": on("PUT", "sessions", _SENDER, _capable_everywhere),
    "SES-06": on("GET", "sessions", _SENDER, _without_date_from),
    "SES-07": spoiled("GET", "sessions", _SENDER, _one_of_a_stranger),
    "SES-08": on("PUT", "sessions", _RECEIVER, _periods_added),
    "SES-09": on("PATCH", "sessions", _RECEIVER, _periods_emptied),
    "SES-10": on("DELETE", "sessions", _RECEIVER, _deleted),
    "SES-11": on("PUT", "sessions", _SENDER, _unknown_is_accepted),
    "SES-12": on("PUT", "sessions", _RECEIVER, owner_of_the_address),
    "SES-13": on("PATCH", "sessions", _RECEIVER, dated_now),
    "SES-14": on("PATCH", "sessions", _RECEIVER, unknown_is_welcome),
    "SES-15": on("PATCH", "sessions", _RECEIVER, _rest_of_the_address_ignored),
}
