"""What a check can demand of a value: one word each, all of them data."""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from contracts.outcomes import CheckFailed

_ABSENT: tuple[Any, ...] = (None, "", [], {})
SHOWN_CHARS = 200
_SHOWN_MEMBERS = 12
_SHOWN_DEPTH = 4


def hold(assertion: Mapping[str, Any], value: Any) -> None:
    """Raise CheckFailed unless `value` is as every word of `assertion` says; `about` names it for people."""
    about = assertion.get("about", "the value")
    for word, wanted in assertion.items():
        if word in WORDS and not WORDS[word](value, wanted):
            raise CheckFailed(_demand(about, word, wanted), shown(value))


def _demand(about: str, word: str, wanted: Any) -> str:
    if word == "present":
        return f"{about} to be there" if wanted else f"no {about.removeprefix('the ')}"
    return f"{about} {_PHRASES[word]} {shown(wanted)}"


def shown(value: Any) -> str:
    """A value for people: the start of it, as JSON."""
    text = _start(value, _SHOWN_DEPTH)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def _start(value: Any, depth: int) -> str:
    """Of whatever size `value` is, only what could be shown is written."""
    if isinstance(value, str):
        return json.dumps(value[:SHOWN_CHARS], ensure_ascii=False)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (list, Mapping)) and value and depth == 0:
        return "[…]" if isinstance(value, list) else "{…}"
    more = ["…"] if isinstance(value, (list, Mapping)) and len(value) > _SHOWN_MEMBERS else []
    if isinstance(value, list):
        return f"[{', '.join([*(_start(one, depth - 1) for one in value[:_SHOWN_MEMBERS]), *more])}]"
    if isinstance(value, Mapping):
        members = [
            f"{_start(name, 0)}: {_start(one, depth - 1)}" for name, one in islice(value.items(), _SHOWN_MEMBERS)
        ]
        return f"{{{', '.join([*members, *more])}}}"
    return json.dumps(value, default=str)[:SHOWN_CHARS]


def same(one: Any, other: Any, ignored: frozenset[str] = frozenset()) -> bool:
    """Equal as OCPI values: null, `[]` and absence are the same, numbers by value, `ignored` members left out anywhere."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = {*one, *other} - ignored
        return all(same(one.get(name), other.get(name), ignored) for name in names)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b, ignored) for a, b in zip(one, other, strict=True))
    if _is_number(one) and _is_number(other):
        return Decimal(str(one)) == Decimal(str(other))
    return bool(one == other) or (one in _ABSENT and other in _ABSENT)


def differing(one: Any, other: Any, pointer: str = "") -> str:
    """The JSON pointer of the first difference."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in [*one, *(name for name in other if name not in one)]:
            if not same(one.get(name), other.get(name)):
                return differing(one.get(name), other.get(name), f"{pointer}/{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            if not same(a, b):
                return differing(a, b, f"{pointer}/{index}")
    return f"{pointer or '/'}: {shown(other)} instead of {shown(one)}"


def number_in(value: int, wanted: Any) -> bool:
    """`200`, `[200, 201]`, `2xx`, `1xxx`, or a list of these."""
    choices = wanted if isinstance(wanted, list) else [wanted]
    written = str(value)
    return any(re.fullmatch(str(choice).replace("x", r"\d"), written, re.ASCII) is not None for choice in choices)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _at_least(value: Any, wanted: Any) -> bool:
    if _is_number(value) and _is_number(wanted):
        return Decimal(str(value)) >= Decimal(str(wanted))
    return isinstance(value, str) and isinstance(wanted, str) and value >= wanted


def _at_most(value: Any, wanted: Any) -> bool:
    if _is_number(value) and _is_number(wanted):
        return Decimal(str(value)) <= Decimal(str(wanted))
    return isinstance(value, str) and isinstance(wanted, str) and value <= wanted


def _unique(value: Any, wanted: Any) -> bool:
    names = wanted if isinstance(wanted, list) else []
    keys = [
        tuple(str(item.get(name)).lower() for name in names)
        if names and isinstance(item, Mapping)
        else str(item).lower()
        for item in value or []
    ]
    return len(keys) == len(set(keys))


def _lengthy(value: Any, wanted: Any) -> bool:
    return isinstance(value, (str, list, Mapping)) and number_or_range(len(value), wanted)


def number_or_range(value: int, wanted: Any) -> bool:
    """`5`, or `{"min": 1, "max": 5}`."""
    if isinstance(wanted, Mapping):
        return bool(wanted.get("min", value) <= value <= wanted.get("max", value))
    return bool(value == wanted)


WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: same(wanted, value),
    "differs_from": lambda value, wanted: not same(wanted, value),
    "one_of": lambda value, wanted: any(same(choice, value) for choice in wanted),
    "none_of": lambda value, wanted: not any(same(choice, value) for choice in wanted),
    "matches": lambda value, wanted: isinstance(value, str) and re.fullmatch(wanted, value, re.ASCII) is not None,
    "contains": lambda value, wanted: isinstance(value, (str, list, Mapping)) and wanted in value,
    "lacks": lambda value, wanted: isinstance(value, (str, list, Mapping)) and wanted not in value,
    "present": lambda value, wanted: (value not in _ABSENT) == wanted,
    "at_least": _at_least,
    "at_most": _at_most,
    "length": _lengthy,
    "unique_by": _unique,
    "type": lambda value, wanted: _TYPES[wanted](value),
}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, Mapping),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
}
_PHRASES = {
    "equals": "equal to",
    "differs_from": "other than",
    "one_of": "one of",
    "none_of": "none of",
    "matches": "of the form",
    "contains": "with",
    "lacks": "without",
    "at_least": "at least",
    "at_most": "at most",
    "length": "of length",
    "unique_by": "without two of the same",
    "type": "of type",
}
