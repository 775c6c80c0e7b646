"""EVSEs inside Locations and Connectors inside EVSEs: find and replace one by the ids in a path.

Source: OCPI 2.2.1, mod_locations; ids are CiStrings.
"""

from collections.abc import Sequence
from typing import Any

from hub.wire.interface import fold
from hub.wire.types import parse_datetime

_LEVELS = (("evses", "uid"), ("connectors", "id"))


def find(location: dict[str, Any], ids: Sequence[str]) -> dict[str, Any] | None:
    """The Location itself for no `ids`, its EVSE for one, a Connector of that EVSE for two; None when there is none."""
    found: dict[str, Any] | None = location
    for (field, key), wanted in zip(_LEVELS, ids, strict=False):
        items = found.get(field) or [] if found else []
        found = next((item for item in items if fold(item[key]) == fold(wanted)), None)
    return found


def replace(location: dict[str, Any], ids: Sequence[str], new: dict[str, Any]) -> bool:
    """Put `new` in the place of the EVSE or Connector with `ids`, at the end if it is new; False without a parent.

    The parents get its last_updated.
    """
    parent = find(location, ids[:-1])
    if parent is None:
        return False
    field, key = _LEVELS[len(ids) - 1]
    items = list(parent.get(field) or [])
    place = next((place for place, item in enumerate(items) if fold(item[key]) == fold(ids[-1])), len(items))
    items[place : place + 1] = [new]
    parent[field] = items
    touch(location, ids, new["last_updated"])
    return True


def touch(location: dict[str, Any], ids: Sequence[str], last_updated: str) -> None:
    """Raise last_updated of everything around the EVSE or Connector with `ids`; what is newer stays."""
    for length in range(len(ids)):
        found = find(location, ids[:length])
        if found is not None and parse_datetime(found["last_updated"]) < parse_datetime(last_updated):
            found["last_updated"] = last_updated
