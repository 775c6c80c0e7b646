"""`${a.b.0}` in the texts of a check: values that earlier steps left, put in place."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.outcomes import CheckFailed

_PLACE = re.compile(r"\$\{([^{}]+)\}")

Scope = Mapping[str, Any]


def fill(value: Any, scope: Scope) -> Any:
    """`value` with every place filled; a text that is one place alone becomes the very value, whatever its type."""
    if isinstance(value, str):
        whole = _PLACE.fullmatch(value)
        if whole:
            return find(whole[1], scope)
        return _PLACE.sub(lambda place: _text(find(place[1], scope)), value)
    if isinstance(value, list):
        return [fill(item, scope) for item in value]
    if isinstance(value, dict):
        return {str(fill(name, scope)): fill(member, scope) for name, member in value.items()}
    return value


def find(path: str, scope: Scope) -> Any:
    """What `path` leads to; raises CheckFailed when an earlier answer did not have it."""
    found: Any = scope
    for name in path.split("."):
        found = found() if callable(found) else found
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.lstrip("-").isdigit() and -len(found) <= int(name) < len(found):
            found = found[int(name)]
        else:
            raise CheckFailed(f"a value at {path}", "there is none")
    return found() if callable(found) else found


def look(path: str, scope: Scope) -> Any:
    """The same, but None for what is not there."""
    try:
        return find(path, scope)
    except CheckFailed:
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
