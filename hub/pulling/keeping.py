"""Keeps what was pulled as if it had been pushed: checked strictly, stored, sent on; what is the same is confirmed alone."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.broadcasting import Broadcasting
from hub.catalog import Catalog, Errand
from hub.clock import new_id
from hub.platform import Platform
from hub.registry import Directory
from hub.routing import Broadcast, route
from hub.store.protocols import ObjectKey, ObjectStore
from hub.wire import json_text
from hub.wire.errors import OcpiError
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Call, Interface, Json, Module, Version, fold
from hub.wire.message import Address, Message
from hub.wire.party import Party

REMOVED = "REMOVED"


@dataclass(slots=True)
class Tally:
    """What one pull found."""

    seen: set[str] = field(default_factory=set)
    """Keys of all objects in it."""
    same: list[str] = field(default_factory=list)
    """Keys of those that the hub has as they are."""
    kept: int = 0
    refused: int = 0
    """Invalid, older than what the hub has, or of another owner."""


class Keeping:
    """Takes Locations one at a time."""

    def __init__(
        self, objects: ObjectStore, broadcasting: Broadcasting, catalog: Catalog, directory: Callable[[], Directory]
    ) -> None:
        self._objects = objects
        self._broadcasting = broadcasting
        self._catalog = catalog
        self._directory = directory

    async def take(self, platform: Platform, module: Module, owner: Party, value: Json, tally: Tally) -> None:
        """Keep one object of a page; raises StoreUnavailable."""
        if module.stored is None or not _is_of(value, owner):
            tally.refused += 1
            return
        key = ObjectKey(module=module.identifier, owner=owner, object_id=fold(str(value["id"])))
        tally.seen.add(str(key))
        current = await self._objects.get(key)
        if current is not None and not current.withdrawn:
            before = json_text.loads(current.body)
            value = with_vanished(before, value)
            if value == before:
                tally.same.append(str(key))
                return
        try:
            errand = self._errand(platform, module, owner, module.stored.put_path(value), value)
            plan = route(errand.message, errand.match, errand.call, self._directory())
            if not isinstance(plan, Broadcast):
                raise TypeError(f"a pulled object cannot be {plan}")
            await self._broadcasting.broadcast(errand, plan)
        except OcpiError:
            tally.refused += 1
        else:
            tally.kept += 1

    def _errand(self, platform: Platform, module: Module, owner: Party, suffix: str, value: Json) -> Errand:
        directory, body = self._directory(), json_text.dumps(value)
        match = self._catalog.match(module, Interface.RECEIVER, "PUT", suffix)
        message = Message(
            method="PUT",
            address=Address(
                version=platform.version or Version.V2_2_1,
                module=module.identifier,
                interface=Interface.RECEIVER,
                suffix=suffix,
            ),
            query="",
            ids=MessageIds(request_id=new_id(), correlation_id=new_id()),
            routing=RoutingHeaders(to=directory.hub, sender=owner),
            platform_id=platform.platform_id,
            body=body,
            notes=("pulled",),
        )
        return Errand(message, match, Call(method="PUT", path=match.path, query={}, body=value, sender=owner))


def with_vanished(before: Json, now: Json) -> Json:
    """The Location with those EVSEs, as REMOVED, that it had before and does not name any more.

    OCPI knows no other way for an EVSE to go; many owners just leave it out. Source: OCPI 2.2.1, mod_locations, EVSE.
    """
    had, has = _evses(before), _evses(now)
    gone = [one for uid, one in had.items() if uid not in has]
    if not gone:
        return now
    marked = [
        one if one.get("status") == REMOVED else one | {"status": REMOVED, "last_updated": now.get("last_updated")}
        for one in gone
    ]
    return now | {"evses": [*(now.get("evses") or ()), *marked]}


def _evses(location: Json) -> dict[str, dict[str, Json]]:
    evses = location.get("evses") if isinstance(location, dict) else None
    some = [one for one in evses if isinstance(one, dict)] if isinstance(evses, list) else []
    return {fold(str(one.get("uid"))): one for one in some}


def _is_of(value: Json, owner: Party) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        return False
    named = (value.get("country_code"), value.get("party_id"))
    if not all(isinstance(one, str) for one in named):
        return False
    try:
        return Party.of(*named) == owner
    except ValueError:
        return False
