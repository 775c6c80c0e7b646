"""Defects of lists: what a page holds, and what its headers say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.simulate.defects import Answer, Answering, Defect
from hub.simulate.defects.altering import is_list, with_query
from hub.simulate.defects.changing import data_of, status_code_of, with_data
from hub.simulate.messages import Received, Reply, refused
from hub.wire.paging import LIMIT, LINK
from hub.wire.types import format_datetime, parse_datetime

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

_DATE_TO = re.compile(r"date_to=[^&>]*&?")
Changed = Callable[["Partner", Received, Reply], Reply]


def _listing(changed: Changed) -> Answering:
    """Pages of lists are changed before they are sent."""

    async def answering(partner: "Partner", received: Received, answer: Answer) -> Reply:
        reply = await answer(received)
        return changed(partner, received, reply) if is_list(received) and reply.status == 200 else reply

    return answering


def _asked_for(changed: Callable[[Received], Received]) -> Answering:
    """Lists are asked for something else than the request says."""

    async def answering(_: "Partner", received: Received, answer: Answer) -> Reply:
        return await answer(changed(received) if is_list(received) else received)

    return answering


def _one_later(received: Received) -> Received:
    offset = received.query.get("offset", "")
    return with_query(received, offset=str(int(offset) + 1)) if offset.isdigit() and int(offset) > 0 else received


def _without_a_limit(received: Received) -> Received:
    return replace(received, query={name: value for name, value in received.query.items() if name != "limit"})


def _just_after(received: Received) -> Received:
    try:
        date_from = parse_datetime(received.query["date_from"]) + timedelta(milliseconds=1)
    except (KeyError, ValueError):
        return received
    return with_query(received, date_from=format_datetime(date_from))


def _as_much_as_you_want(_: "Partner", received: Received, reply: Reply) -> Reply:
    asked = received.query.get("limit")
    return replace(reply, headers={**reply.headers, LIMIT: asked}) if asked and LIMIT in reply.headers else reply


def _nothing_there(_: "Partner", received: Received, reply: Reply) -> Reply:
    past_the_end = received.query.get("offset", "0") != "0" and data_of(reply) == []
    return refused(2000, "there is no such page", status=404) if past_the_end else reply


def _this_way_and_that(partner: "Partner", _: Received, reply: Reply) -> Reply:
    turned = partner.received_count % 2 == 0 and data_of(reply)
    return with_data(reply, turned[::-1]) if turned else reply


def _losing_date_to(_: "Partner", __: Received, reply: Reply) -> Reply:
    if LINK not in reply.headers:
        return reply
    return replace(reply, headers={**reply.headers, LINK: _DATE_TO.sub("", reply.headers[LINK])})


async def _whatever_is_asked(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    if not is_list(received) or status_code_of(reply) != 2001:
        return reply
    return await answer(replace(received, query={"date_from": "2000-01-01T00:00:00Z"}))


DEFECTS: Mapping[str, Defect] = {
    "PAG-01": Defect(answering=_asked_for(_without_a_limit)),
    "PAG-02": Defect(answering=_asked_for(_one_later)),
    "PAG-03": Defect(answering=_asked_for(_just_after)),
    "PAG-04": Defect(answering=_listing(_as_much_as_you_want)),
    "PAG-05": Defect(answering=_listing(_nothing_there)),
    "PAG-06": Defect(answering=_listing(_this_way_and_that)),
    "PAG-07": Defect(answering=_listing(_losing_date_to)),
    "PAG-08": Defect(answering=_whatever_is_asked),
}
