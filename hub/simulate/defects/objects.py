"""Defects in what a platform does with the objects that it is pushed, of whatever module."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.simulate.defects import Answer, Defect
from hub.simulate.defects.altering import before, is_client_info, is_push
from hub.simulate.defects.changing import status_code_of
from hub.simulate.messages import Received, Reply, ok, read_json, refused

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

_UNKNOWN_ENUM = "is not one of"
_EXTENSION = "x_"


async def _no_json_is_2001(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    return refused(2001, "the body is not JSON") if reply.status == 400 else reply


async def _unprocessable(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    return replace(reply, status=422) if _is_object(received) and _is_invalid(reply) else reply


async def _only_what_is_known(_: "Partner", received: Received, answer: Answer) -> Reply:
    if _is_object(received) and any(name.startswith(_EXTENSION) for name in _object(received)):
        return refused(2001, "there are members that OCPI does not know")
    return await answer(received)


async def _broken_by_news(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    new = _is_object(received) and _UNKNOWN_ENUM in read_json(reply.body).get("status_message", "")
    return refused(3000, "no such value", status=500) if new else reply


async def _everything_is_there(partner: "Partner", received: Received, answer: Answer) -> Reply:
    """As long as nobody has sent something that is called like this."""
    reply = await answer(received)
    name = received.segments[-1]
    used = any(name in one.path or name.encode() in one.body for one in before(partner, received) if one.body)
    unknown = reply.status == 404 and received.method == "GET" and received.segments[2:3] == ("receiver",)
    return ok() if unknown and not used and not is_client_info(received) else reply


async def _latin_1(_: "Partner", received: Received, answer: Answer) -> Reply:
    if not _is_object(received):
        return await answer(received)
    return await answer(replace(received, body=received.body.decode("latin-1").encode()))


async def _z_alone(_: "Partner", received: Received, answer: Answer) -> Reply:
    last_updated = _object(received).get("last_updated", "Z") if _is_object(received) else "Z"
    if not str(last_updated).endswith("Z"):
        return refused(2001, "last_updated has no time zone")
    return await answer(received)


async def _kept_all_the_same(partner: "Partner", received: Received, answer: Answer) -> Reply:
    """What was refused for what it lacks is there when somebody asks for it."""
    reply = await answer(received)
    if received.method != "GET" or reply.status != 404 or received.segments[3:4] not in {("locations",), ("tokens",)}:
        return reply
    refusals = (one for one in before(partner, received) if _is_object(one) and one.path == received.path)
    kept = next((body for one in refusals if _is_at_its_address(one, body := _object(one))), None)
    return ok(kept) if kept else reply


async def _broken_by_a_list(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    wrong = is_push(received) and _is_invalid(reply) and not _is_object(received)
    return refused(3000, "the object has no members", status=500) if wrong else reply


def _is_object(received: Received) -> bool:
    return is_push(received) and not is_client_info(received) and received.body[:1] == b"{" and bool(_object(received))


def _object(received: Received) -> dict[str, Any]:
    try:
        body = received.json
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _is_invalid(reply: Reply) -> bool:
    return reply.status == 200 and status_code_of(reply) == 2001


def _is_at_its_address(received: Received, body: Mapping[str, Any]) -> bool:
    named = [body.get("country_code"), body.get("party_id"), body.get("uid", body.get("id"))]
    return named == list(received.segments[4:])


DEFECTS: Mapping[str, Defect] = {
    "TRA-03": Defect(answering=_no_json_is_2001),
    "TRA-04": Defect(answering=_unprocessable),
    "TRA-05": Defect(answering=_only_what_is_known),
    "TRA-06": Defect(answering=_broken_by_news),
    "TRA-07": Defect(answering=_everything_is_there),
    "TRA-09": Defect(answering=_latin_1),
    "TRA-10": Defect(answering=_z_alone),
    "TRA-15": Defect(answering=_kept_all_the_same),
    "TRA-18": Defect(answering=_broken_by_a_list),
}
