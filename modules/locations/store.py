"""How pushes of Locations, EVSEs and Connectors become one whole Location. Source: OCPI 2.2.1, mod_locations."""

from hub.wire.interface import Call, Json, NotStored, Stored, fold
from modules.content import elements, instant, text
from modules.locations.objects import Location
from modules.paths import owned_path

_UNKNOWN_LOCATION = 2003


def location_key(call: Call) -> str:
    """The Location's id, folded, whatever part of it the path names."""
    return fold(call.path["location_id"])


def apply(current: Json | None, call: Call) -> Json:
    """The Location after this push; raises NotStored (2003) for a part of what this hub does not have."""
    if "evse_uid" not in call.path:
        return _part(current, call, "Location")
    if current is None:
        raise _unknown("Location")
    evse = _find(current, "evses", "uid", call.path["evse_uid"])
    if "connector_id" not in call.path:
        return _with(current, "evses", "uid", _part(evse, call, "EVSE"))
    if evse is None:
        raise _unknown("EVSE")
    connector = _part(_find(evse, "connectors", "id", call.path["connector_id"]), call, "Connector")
    return _with(current, "evses", "uid", _with(evse, "connectors", "id", connector))


def _part(current: Json | None, call: Call, what: str) -> Json:
    """PUT replaces; PATCH replaces the members that it has."""
    if call.method == "PUT":
        return call.body
    if current is None:
        raise _unknown(what)
    return {**current, **call.body}


def _unknown(what: str) -> NotStored:
    return NotStored(
        f"this hub does not have the {what} that this is a part of: PUT the whole {what}", _UNKNOWN_LOCATION
    )


def _find(parent: Json, name: str, key: str, identifier: str) -> Json | None:
    matching = (child for child in elements(parent, name) if fold(text(child, key) or "") == fold(identifier))
    return next(matching, None)


def _with(parent: Json, name: str, key: str, child: Json) -> Json:
    """`parent` with `child` in its place, or at the end; its last_updated is raised to the child's, never lowered."""
    children = elements(parent, name)
    before = _find(parent, name, key, child[key])
    placed = [child if one is before else one for one in children] if before is not None else [*children, child]
    changed = {**parent, name: placed}
    newer, older = instant(child, "last_updated"), instant(parent, "last_updated")
    if newer and older and newer > older:
        changed["last_updated"] = child["last_updated"]
    return changed


def put_path(location: Json) -> str:
    """`/NL/TNM/LOC1`."""
    return owned_path(location, "id")


def part(call: Call) -> str:
    """The ids of the EVSE and the Connector that a push is about."""
    return "/".join(fold(call.path[name]) for name in ("evse_uid", "connector_id") if name in call.path)


STORED = Stored(object_class=Location, key=location_key, apply=apply, part=part, put_path=put_path)
