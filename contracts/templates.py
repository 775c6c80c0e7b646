"""`${a.b.0}` in the texts of a check: values that earlier steps left, put in place.

`${list.*.id}` is the list of what each element has there; `${list.status=AVAILABLE}` has the elements whose member is so;
`${a.b?}` is null instead of a failure when there is nothing. `{repeat: 3, of: …}` becomes a list, `${number}` counts in it.
"""

import re
from collections.abc import Mapping
from typing import Any

from contracts.outcomes import CheckFailed

_PLACE = re.compile(r"\$\{([^{}]+)\}")
_NOTHING = object()
_REPEATED = {"repeat", "of"}

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
        if value.keys() == _REPEATED:
            return [fill(value["of"], {**scope, "number": number}) for number in range(1, value["repeat"] + 1)]
        return {str(fill(name, scope)): fill(member, scope) for name, member in value.items()}
    return value


def find(path: str, scope: Scope) -> Any:
    """What `path` leads to; raises CheckFailed when an earlier answer did not have it."""
    names = path.removesuffix("?").split(".")
    if any(name == "*" or "=" in name for name in names):
        return _find_all(names, scope)
    found: Any = scope
    for name in names:
        found = _member(found, name)
    if found is _NOTHING and not path.endswith("?"):
        raise CheckFailed(f"a value at {path}", "there is none")
    return None if found is _NOTHING else found


def look(path: str, scope: Scope) -> Any:
    """The same, but None for what is not there."""
    return find(path.removesuffix("?") + "?", scope)


def _find_all(names: list[str], scope: Scope) -> list[Any]:
    """Every value that `names` lead to; what is not there, or null, is left out."""
    found: list[Any] = [scope]
    for name in names:
        if name == "*":
            found = [item for value in found if isinstance(value, list) for item in value]
        elif "=" in name:
            member, _, wanted = name.partition("=")
            items = [item for value in found if isinstance(value, list) for item in value]
            found = [item for item in items if _text(_member(item, member)) == wanted]
        else:
            found = [_member(value, name) for value in found]
        found = [value for value in found if value is not _NOTHING and value is not None]
    return found


def _member(value: Any, name: str) -> Any:
    """A member or an element; what is a function is made here."""
    found: Any = _NOTHING
    if isinstance(value, Mapping) and name in value:
        found = value[name]
    elif isinstance(value, list) and name.lstrip("-").isdigit() and -len(value) <= int(name) < len(value):
        found = value[int(name)]
    return found() if callable(found) else found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
