"""What the shape of a Location cannot say. Source: OCPI 2.2.1, mod_locations."""

from collections.abc import Iterator

from hub.wire.interface import ByIndex, Call, Json, Learned, OpenKey, Problem, fold
from hub.wire.party import Party
from modules.content import elements, instant, member, numbered, text
from modules.owned import body_fits_path, path_owner


def check_location(call: Call) -> list[Problem]:
    """Rules for a Location, whole or in part."""
    body = call.body
    problems = body_fits_path(call, id="location_id")
    problems += _publishing(body)
    problems += _hours(member(body, "opening_times"))
    problems += _unique(body, "evses", "uid")
    for pointer, evse in numbered(body, "evses"):
        problems += [Problem(f"{pointer}{found.pointer}", found.message) for found in _unique(evse, "connectors", "id")]
    return problems


def check_evse(call: Call) -> list[Problem]:
    """Rules for an EVSE, whole or in part."""
    return body_fits_path(call, uid="evse_uid") + _unique(call.body, "connectors", "id")


def check_connector(call: Call) -> list[Problem]:
    """Rules for a Connector, whole or in part."""
    return body_fits_path(call, id="connector_id")


def open_key(call: Call) -> OpenKey | None:
    """GET of one Location (or a part of it): whoever owns a location of this id."""
    return ByIndex("location", fold(call.path["location_id"]))


def learn(call: Call, receiver: Party) -> list[Learned]:  # noqa: ARG001 (the signature of all learn functions)
    """A PUT teaches whose location this id is."""
    owner = path_owner(call)
    return [Learned("location", fold(call.path["location_id"]), owner)] if owner else []


def _publishing(body: Json) -> Iterator[Problem]:
    if member(body, "publish") is True and elements(body, "publish_allowed_to"):
        yield Problem("/publish_allowed_to", "may only be used when publish is false")
    for pointer, entry in numbered(body, "publish_allowed_to"):
        if not any(text(entry, name) for name in ("uid", "visual_number", "group_id")):
            yield Problem(pointer, "should have a uid, a visual_number or a group_id")
        if text(entry, "uid") and not text(entry, "type"):
            yield Problem(f"{pointer}/type", "is required when uid is set")
        if text(entry, "visual_number") and not text(entry, "issuer"):
            yield Problem(f"{pointer}/issuer", "is required when visual_number is set")


def _hours(hours: Json) -> Iterator[Problem]:
    at = "/opening_times"
    always, regular = member(hours, "twentyfourseven"), elements(hours, "regular_hours")
    if always is True and regular:
        yield Problem(f"{at}/regular_hours", "may only be used when twentyfourseven is false")
    if always is False and not regular:
        yield Problem(f"{at}/regular_hours", "should have at least one element when twentyfourseven is false")
    for pointer, period in numbered(hours, "regular_hours"):
        begin, end = text(period, "period_begin"), text(period, "period_end")
        if begin and end and end <= begin:
            yield Problem(f"{at}{pointer}/period_end", "should be later than period_begin")
    for name in ("exceptional_openings", "exceptional_closings"):
        for pointer, period in numbered(hours, name):
            opens, closes = instant(period, "period_begin"), instant(period, "period_end")
            if opens and closes and closes <= opens:
                yield Problem(f"{at}{pointer}/period_end", "should be later than period_begin")


def _unique(body: Json, name: str, key: str) -> list[Problem]:
    seen: set[str] = set()
    problems = []
    for pointer, element in numbered(body, name):
        identifier = text(element, key)
        if identifier is None:
            continue
        if fold(identifier) in seen:
            problems.append(Problem(f"{pointer}/{key}", "is the same as that of an earlier element"))
        seen.add(fold(identifier))
    return problems
