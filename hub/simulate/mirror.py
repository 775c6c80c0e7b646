"""The RECEIVER side of a module: objects of other parties as they were pushed, and how pushes are answered.

What it is given is valid, and its ids and owner are those of its address (see `validation`). An older last_updated never
replaces a newer one, so a late message does no harm.
Source: OCPI 2.2.1, transport_and_format, Client Owned Object Push; PUT and PATCH of each module.
"""

from collections.abc import Iterator
from typing import Any

from hub.simulate import nested
from hub.simulate.messages import Received, Reply, ok, refused
from hub.wire.interface import fold
from hub.wire.party import Party
from hub.wire.types import parse_datetime

Object = dict[str, Any]


class Mirror:
    """Objects of one module by owner and id, without case.

    `unknown` is the OCPI status code for an object that is not there, `appended` a list that a PATCH extends instead of
    replacing it, `typed` whether the query's `type` is part of the id (tokens), `partial` whether there is a PATCH,
    `deletable` whether there is a DELETE (tariffs).
    """

    def __init__(
        self,
        *,
        unknown: int = 2000,
        appended: str | None = None,
        typed: bool = False,
        partial: bool = True,
        deletable: bool = False,
    ) -> None:
        self._unknown = unknown
        self._appended = appended
        self._typed = typed
        self._partial = partial
        self._deletable = deletable
        self._objects: dict[tuple[Party, str], Object] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Object]:
        return iter(tuple(self._objects.values()))

    def get(self, owner: Party, identifier: str, type_: str = "RFID") -> Object | None:
        """The object that `owner` pushed under `identifier`, None when there is none."""
        return self._objects.get(self._key(owner, identifier, type_))

    def remove(self, owner: Party, identifier: str) -> None:
        """Forget an object, as if it had never been pushed."""
        self._objects.pop(self._key(owner, identifier, "RFID"), None)

    async def answer(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Answer a request to `{country_code}/{party_id}/{id}`, for Locations followed by the ids of EVSE and Connector."""
        try:
            key = self._key(Party.of(rest[0], rest[1]), rest[2], received.query.get("type", "RFID"))
        except (ValueError, IndexError):
            return refused(2001, "the path is not country_code, party_id and id")
        match received.method:
            case "GET":
                reply = self._read(key, rest[3:])
            case "PUT":
                reply = self._replace(key, rest[3:], received.json)
            case "PATCH" if self._partial:
                reply = self._merge(key, rest[3:], received.json)
            case "DELETE" if self._deletable:
                reply = ok() if self._objects.pop(key, None) is not None else self._missing()
            case _:
                reply = refused(2000, f"{received.method} is not available here", status=405)
        return reply

    def _key(self, owner: Party, identifier: str, type_: str) -> tuple[Party, str]:
        return owner, f"{type_}/{fold(identifier)}" if self._typed else fold(identifier)

    def _read(self, key: tuple[Party, str], ids: tuple[str, ...]) -> Reply:
        kept = self._objects.get(key)
        found = nested.find(kept, ids) if kept is not None else None
        return self._missing() if found is None else ok(found)

    def _replace(self, key: tuple[Party, str], ids: tuple[str, ...], body: Object) -> Reply:
        kept = self._objects.get(key)
        found = nested.find(kept, ids) if kept is not None else None
        if found is not None and _is_older(body, found):
            return _outdated()
        if not ids:
            self._objects[key] = body
            return ok(status=201 if kept is None else 200)
        done = kept is not None and nested.replace(kept, ids, body)
        return ok() if done else refused(self._unknown, "unknown parent of this object")

    def _merge(self, key: tuple[Party, str], ids: tuple[str, ...], body: Object) -> Reply:
        kept = self._objects.get(key)
        found = nested.find(kept, ids) if kept is not None else None
        if kept is None or found is None:
            return refused(self._unknown, "unknown object: PUT it")
        if _is_older(body, found):
            return _outdated()
        added = dict(body)
        if self._appended is not None:
            added[self._appended] = [*(found.get(self._appended) or []), *(body.get(self._appended) or [])]
        found |= added
        nested.touch(kept, ids, body["last_updated"])
        return ok()

    def _missing(self) -> Reply:
        return refused(self._unknown, "no such object here", status=404)


def _is_older(new: Object, kept: Object) -> bool:
    return parse_datetime(new["last_updated"]) < parse_datetime(kept["last_updated"])


def _outdated() -> Reply:
    return refused(2001, "/last_updated: is older than that of the object here, which stays as it is")
