"""Defects of charging profiles, one for each check of that module."""

from collections.abc import Mapping

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import Asked, data_of, on, succeeded
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface


async def _unknown_is_accepted(asked: Asked) -> Reply:
    reply = await asked.answered()
    unknown = succeeded(reply) and data_of(reply)["result"] == "UNKNOWN_SESSION"
    return ok({"result": "ACCEPTED", "timeout": 30}) if unknown else reply


async def _breaks_over_unexpected(asked: Asked) -> Reply:
    reply = await asked.answered()
    return refused(3000, "no such entry", status=500) if reply.status == 404 else reply


DEFECTS: Mapping[str, Defect] = {
    "CHP-01": on("PUT", "chargingprofiles", Interface.RECEIVER, _unknown_is_accepted),
    "CHP-02": on("DELETE", "chargingprofiles", Interface.RECEIVER, _unknown_is_accepted),
    "CHP-03": on("POST", "chargingprofiles", Interface.SENDER, _breaks_over_unexpected),
}
