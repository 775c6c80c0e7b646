"""Defects of commands, one for each check of that module."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import Act, Asked, data_of, on, succeeded, with_data
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface

_ACCEPTED = {"result": "ACCEPTED", "timeout": 30}


def _of(command: str, act: Act) -> Act:
    """`act` on one command alone."""

    async def acted(asked: Asked) -> Reply:
        return await (act(asked) if asked.rest == (command,) else asked.answered())

    return acted


async def _no_result(asked: Asked) -> Reply:
    """The result goes where nobody looks, and soon is too late."""
    reply = await asked.with_body(response_url=f"{asked.partner.url}/nowhere")
    return with_data(reply, {**data_of(reply), "timeout": 1}) if succeeded(reply) else reply


async def _unknown_is_accepted(asked: Asked) -> Reply:
    """What the operator does not know is ACCEPTED like everything else."""
    reply = await asked.answered()
    accepted = succeeded(reply) and data_of(reply)["result"] == "ACCEPTED"
    return reply if accepted else ok(_ACCEPTED)


async def _breaks_over_unknown(asked: Asked) -> Reply:
    reply = await asked.answered()
    return refused(3000, "no such entry", status=500) if reply.status == 404 else reply


async def _query_cut_off(asked: Asked) -> Reply:
    response_url = asked.body.get("response_url")
    if response_url is None:
        return await asked.answered()
    return await asked.with_body(response_url=urlsplit(response_url)._replace(query="").geturl())


async def _response_url_not_needed(asked: Asked) -> Reply:
    return await asked.with_whole_body({"response_url": f"{asked.partner.url}/nowhere", **asked.body})


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "CMD-01": on("POST", "commands", _RECEIVER, _of("START_SESSION", _no_result)),
    "CMD-02": on("POST", "commands", _RECEIVER, _of("STOP_SESSION", _unknown_is_accepted)),
    "CMD-03": on("POST", "commands", _SENDER, _breaks_over_unknown),
    "CMD-04": on("POST", "commands", _RECEIVER, _of("CANCEL_RESERVATION", _query_cut_off)),
    "CMD-05": on("POST", "commands", _RECEIVER, _of("UNLOCK_CONNECTOR", _unknown_is_accepted)),
    "CMD-06": on("POST", "commands", _RECEIVER, _of("START_SESSION", _unknown_is_accepted)),
    "CMD-07": on("POST", "commands", _RECEIVER, _of("CANCEL_RESERVATION", _response_url_not_needed)),
    "CMD-08": on("POST", "commands", _RECEIVER, _breaks_over_unknown),
}
