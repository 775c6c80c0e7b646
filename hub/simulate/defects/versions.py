"""Defects of the versions endpoint and of version details."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from hub.simulate.defects import Answer, Defect
from hub.simulate.defects.altering import authorization, is_details, is_versions
from hub.simulate.defects.changing import data_of, with_data
from hub.simulate.messages import Received, Reply, refused

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

AT_ONCE_MAX = 8
_HELD_S = 0.05
_open: "WeakKeyDictionary[Partner, Counter[str]]" = WeakKeyDictionary()


async def _as_a_page(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    return replace(reply, headers={"Content-Type": "text/html"}) if is_versions(received) else reply


async def _open_without_a_token(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if is_versions(received) and not authorization(received):
        return await partner.handle(received)
    return await answer(received)


async def _open_with_any_token(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if is_versions(received) and authorization(received):
        return await partner.handle(received)
    return await answer(received)


async def _a_version_twice(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    versions = data_of(reply) if is_versions(received) else None
    return with_data(reply, versions * 2) if versions else reply


async def _few_at_once(partner: "Partner", received: Received, answer: Answer) -> Reply:
    """Each request is held for a moment, as a slow server would; who comes when it is full is turned away."""
    if not is_versions(received):
        return await answer(received)
    count = _open.setdefault(partner, Counter())
    if count["versions"] >= AT_ONCE_MAX:
        return refused(3000, "too busy", status=503)
    count["versions"] += 1
    try:
        await asyncio.sleep(_HELD_S)
        return await answer(received)
    finally:
        count["versions"] -= 1


async def _an_endpoint_twice(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    endpoints = _endpoints(received, reply)
    again = [{**endpoints[-1], "url": endpoints[-1]["url"] + "/v2"}] if endpoints else []
    return _offering(reply, [*endpoints, *again])


async def _without_sessions(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    return _offering(reply, [one for one in _endpoints(received, reply) if one["identifier"] != "sessions"])


async def _with_the_weather(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    endpoints = _endpoints(received, reply)
    weather = [{**endpoints[-1], "identifier": "weather"}] if endpoints else []
    return _offering(reply, [*endpoints, *weather])


def _endpoints(received: Received, reply: Reply) -> list[dict[str, Any]]:
    details = data_of(reply) if is_details(received) else None
    return list(details["endpoints"]) if details else []


def _offering(reply: Reply, endpoints: list[dict[str, Any]]) -> Reply:
    return with_data(reply, {**data_of(reply), "endpoints": endpoints}) if endpoints else reply


DEFECTS: Mapping[str, Defect] = {
    "VER-01": Defect(answering=_as_a_page),
    "VER-02": Defect(answering=_open_without_a_token),
    "VER-03": Defect(answering=_open_with_any_token),
    "VER-04": Defect(answering=_a_version_twice),
    "VER-05": Defect(answering=_an_endpoint_twice),
    "VER-06": Defect(answering=_without_sessions),
    "VER-07": Defect(answering=_few_at_once),
    "VER-08": Defect(answering=_with_the_weather),
}
