"""Defects of how requests are read and answers are sent, whatever they are about."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.simulate.connection import Connection
from hub.simulate.defects import Answer, Defect
from hub.simulate.defects.altering import (
    authorization,
    before,
    is_list,
    is_versions,
    with_headers,
    with_members,
    without_ids,
)
from hub.simulate.messages import Received, Reply, read_json, refused
from hub.simulate.partner import ids_of
from hub.wire.headers import REQUEST_ID, RoutingHeaders

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

_SILENCE = timedelta(seconds=1)


async def _no_ids(partner: "Partner", received: Received, answer: Answer) -> Reply:
    return without_ids(partner, received, await answer(received))


def _always_the_same(_: "Partner", headers: dict[str, str]) -> dict[str, str]:
    return headers | {REQUEST_ID: "1"}


async def _one_spelling(_: "Partner", received: Received, answer: Answer) -> Reply:
    if authorization(received) and "Authorization" not in received.header_names:
        return refused(2000, "there is no Authorization header", status=401)
    return await answer(received)


async def _to_anyone(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if received.to is None or not isinstance(partner, Connection):
        return await answer(received)
    return await answer(with_headers(received, RoutingHeaders(to=partner.party, sender=None).write()))


async def _not_swapped(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    if received.to is None or received.segments[2:3] not in {("sender",), ("receiver",)}:
        return reply
    as_it_came = RoutingHeaders(to=received.to, sender=received.from_).write()
    return replace(reply, headers={**reply.headers, **as_it_came})


async def _asleep_after_a_silence(partner: "Partner", received: Received, answer: Answer) -> Reply:
    last = next(before(partner, received), None)
    if is_versions(received) and last is not None and received.received_at - last.received_at > _SILENCE:
        return refused(3000, "waking up", status=503)
    return await answer(received)


async def _no_ids_on_errors(partner: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    return without_ids(partner, received, reply) if reply.status >= 400 else reply


async def _errors_for_people(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    if reply.status < 400:
        return reply
    return replace(reply, body=b"Something went wrong.", headers={"Content-Type": "text/plain"})


async def _with_an_offset(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    if not is_list(received):
        return reply
    timestamp = str(read_json(reply.body)["timestamp"])
    return with_members(reply, timestamp=f"{timestamp.removesuffix('Z')}+00:00")


async def _ids_of_the_last(partner: "Partner", received: Received, answer: Answer) -> Reply:
    """Held for a moment, so that others come meanwhile, as they do under load."""
    await asyncio.sleep(0.005)
    reply = await answer(received)
    return replace(reply, headers={**reply.headers, **ids_of(partner.requests[-1])})


DEFECTS: Mapping[str, Defect] = {
    "TRA-01": Defect(answering=_no_ids),
    "TRA-02": Defect(calling=_always_the_same),
    "TRA-08": Defect(answering=_one_spelling),
    "TRA-11": Defect(answering=_to_anyone),
    "TRA-12": Defect(answering=_not_swapped),
    "TRA-13": Defect(answering=_asleep_after_a_silence),
    "TRA-14": Defect(answering=_no_ids_on_errors),
    "TRA-16": Defect(answering=_errors_for_people),
    "TRA-17": Defect(answering=_with_an_offset),
    "ROB-01": Defect(answering=_ids_of_the_last),
}
