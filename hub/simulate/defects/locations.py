"""Defects of Locations, one for each check of that module."""

from collections.abc import Mapping
from copy import deepcopy

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import (
    Asked,
    dated_now,
    filled_in,
    on,
    owner_of_the_address,
    spoiled,
    unknown_is_welcome,
)
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface

_LOCATION, _EVSE, _CONNECTOR = 1, 2, 3
"""How many segments the address has after the owner, or all of them on the SENDER side."""
_LARGE_BYTES = 64 * 1024


async def _connector_not_found(asked: Asked) -> Reply:
    if len(asked.rest) == _CONNECTOR:
        return refused(2003, "no such connector here", status=404)
    return await asked.answered()


def _older_than_their_evses(asked: Asked) -> None:
    for location in asked.cpo.locations.values():
        location["last_updated"] = "2015-06-29T20:39:09Z"


async def _without_a_name(asked: Asked) -> Reply:
    return await asked.with_whole_body({name: member for name, member in asked.body.items() if name != "name"})


async def _location_not_dated(asked: Asked) -> Reply:
    """An EVSE is changed, its Location keeps its last_updated."""
    location = asked.kept(asked.emsp.locations)
    before = location["last_updated"] if location else ""
    reply = await asked.answered()
    if location and len(asked.rest[2:]) > _LOCATION:
        location["last_updated"] = before
    return reply


async def _last_wins(asked: Asked) -> Reply:
    """A whole Location is forgotten before a new one is stored, so that nothing is older."""
    if len(asked.rest[2:]) == _LOCATION:
        asked.emsp.locations.remove(asked.owner, asked.rest[2])
    return await asked.answered()


async def _removed_is_deleted(asked: Asked) -> Reply:
    reply = await asked.answered()
    location = asked.kept(asked.emsp.locations)
    if location:
        location["evses"] = [evse for evse in location["evses"] if evse["status"] != "REMOVED"]
    return reply


async def _too_large(asked: Asked) -> Reply:
    if len(asked.received.body) > _LARGE_BYTES:
        return refused(3000, "out of memory", status=500)
    return await asked.answered()


async def _id_of_the_address(asked: Asked) -> Reply:
    if len(asked.rest[2:]) == _LOCATION:
        return await asked.with_body(id=asked.rest[2])
    return await asked.answered()


async def _deleted(asked: Asked) -> Reply:
    asked.emsp.locations.remove(asked.owner, asked.rest[2])
    return ok()


async def _added_to_the_list(asked: Asked) -> Reply:
    asked.cpo.locations[asked.rest[0]] = asked.body
    return ok(status=201)


async def _parts_are_always_welcome(asked: Asked) -> Reply:
    return await (unknown_is_welcome(asked) if len(asked.rest[2:]) > _LOCATION else asked.answered())


async def _location_instead_of_evse(asked: Asked) -> Reply:
    reply = await asked.answered()
    if len(asked.rest) == _EVSE and reply.status == 404:
        return await asked.at(asked.rest[0])
    return reply


def _unknown_tariffs(asked: Asked) -> None:
    for location in asked.cpo.locations.values():
        for evse in location["evses"]:
            for connector in evse["connectors"]:
                connector["tariff_ids"] = ["NO-SUCH-TARIFF"]


def _allowed_to_some(asked: Asked) -> None:
    for location in asked.cpo.locations.values():
        location["publish_allowed_to"] = [{"uid": "012345678", "type": "RFID"}]


async def _only_evse(asked: Asked) -> Reply:
    """An EVSE that is put is the only one of its Location afterwards."""
    reply = await asked.answered()
    location = asked.kept(asked.emsp.locations)
    if location and len(asked.rest[2:]) == _EVSE:
        location["evses"] = [deepcopy(location["evses"][-1])]
    return reply


async def _owner_of_the_address(asked: Asked) -> Reply:
    return await (owner_of_the_address(asked) if len(asked.rest[2:]) == _LOCATION else asked.answered())


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "LOC-01": on("GET", "locations", _SENDER, _connector_not_found),
    "LOC-02": spoiled("GET", "locations", _SENDER, _older_than_their_evses),
    "LOC-03": on("PUT", "locations", _RECEIVER, _without_a_name),
    "LOC-04": on("PATCH", "locations", _RECEIVER, _location_not_dated),
    "LOC-05": on("PATCH", "locations", _RECEIVER, dated_now),
    "LOC-06": on("PUT", "locations", _RECEIVER, _owner_of_the_address),
    "LOC-07": on("PUT", "locations", _RECEIVER, _last_wins),
    "LOC-08": on("PATCH", "locations", _RECEIVER, _removed_is_deleted),
    "LOC-09": on("PUT", "locations", _RECEIVER, _too_large),
    "LOC-10": on("PUT", "locations", _RECEIVER, _id_of_the_address),
    "LOC-11": on("DELETE", "locations", _RECEIVER, _deleted),
    "LOC-12": on("PUT", "locations", _SENDER, _added_to_the_list),
    "LOC-13": on("PUT", "locations", _RECEIVER, filled_in(coordinates={"latitude": "0.00000", "longitude": "0.00000"})),
    "LOC-14": on("PUT", "locations", _RECEIVER, _parts_are_always_welcome),
    "LOC-15": on("PATCH", "locations", _RECEIVER, unknown_is_welcome),
    "LOC-16": on("GET", "locations", _SENDER, _location_instead_of_evse),
    "LOC-17": spoiled("GET", "locations", _SENDER, _unknown_tariffs),
    "LOC-18": spoiled("GET", "locations", _SENDER, _allowed_to_some),
    "LOC-19": on("PUT", "locations", _RECEIVER, _only_evse),
}
