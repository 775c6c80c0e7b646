"""What a check can demand of a value: one word each, all of them data."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contracts.outcomes import CheckFailed
from contracts.templates import look

_ABSENT: tuple[Any, ...] = (None, "", [], {})
_SHOWN_CHARS = 200
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?", re.ASCII)


def hold(assertion: Mapping[str, Any], value: Any) -> None:
    """Raise CheckFailed unless `value` is as every word of `assertion` says; `about` names it for people."""
    about = assertion.get("about", "the value")
    for word, wanted in assertion.items():
        if word in WORDS and not WORDS[word](value, wanted):
            raise CheckFailed(f"{about} {_PHRASES.get(word, word)} {shown(wanted)}", shown(value))


def shown(value: Any) -> str:
    """A value for people."""
    text = repr(value) if not isinstance(value, Decimal) else str(value)
    return text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…"


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


def _order(value: Any, wanted: Any) -> int | None:
    """-1, 0 or 1 as `value` is before, at or after `wanted`; None for what has no order."""
    one, other = _measured(value), _measured(wanted)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return int(one.compare(other))
    if isinstance(one, datetime) and isinstance(other, datetime):
        return (one > other) - (one < other)
    return None


def _measured(value: Any) -> Decimal | datetime | None:
    """A number, also one in a header's digits, or an OCPI DateTime."""
    if _is_number(value) or (isinstance(value, str) and _DIGITS.fullmatch(value)):
        return Decimal(str(value))
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)
    return None


def _sums_to(value: Any, wanted: Any) -> bool:
    parts = [_measured(part) for part in value] if isinstance(value, list) else []
    numbers = [part for part in parts if isinstance(part, Decimal)]
    if not numbers or len(numbers) < len(parts):
        return False
    least, most = (wanted.get("min"), wanted.get("max")) if isinstance(wanted, Mapping) else (wanted, wanted)
    total = sum(numbers, Decimal(0))
    return _order(total, least) in {0, 1} and _order(total, most) in {0, -1}


def _holds(value: Any, wanted: Any) -> bool:
    """A text or list that has `wanted` in it; for an object it is enough that an item of the list has its members."""
    if isinstance(value, list) and isinstance(wanted, Mapping):
        return any(isinstance(item, Mapping) and same(wanted, only(item, wanted)) for item in value)
    return isinstance(value, (str, list, Mapping)) and wanted in value


def only(item: Any, names: Iterable[str]) -> Any:
    """An object with these members alone; in a list, each of its objects."""
    if isinstance(item, list):
        return [only(one, names) for one in item]
    return {name: item.get(name) for name in names} if isinstance(item, Mapping) else item


def _unique(value: Any, wanted: Any) -> bool:
    names = wanted if isinstance(wanted, list) else []
    keys = [
        tuple(str(look(name, item)).lower() for name in names)
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
        least, most = wanted.get("min", value), wanted.get("max", value)
        return _order(value, least) in {0, 1} and _order(value, most) in {0, -1}
    return _order(value, wanted) == 0


WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: same(wanted, value),
    "differs_from": lambda value, wanted: not same(wanted, value),
    "one_of": lambda value, wanted: any(same(choice, value) for choice in wanted),
    "none_of": lambda value, wanted: not any(same(choice, value) for choice in wanted),
    "matches": lambda value, wanted: isinstance(value, str) and re.fullmatch(wanted, value, re.ASCII) is not None,
    "contains": _holds,
    "lacks": lambda value, wanted: isinstance(value, (str, list, Mapping)) and not _holds(value, wanted),
    "present": lambda value, wanted: (value not in _ABSENT) == wanted,
    "at_least": lambda value, wanted: _order(value, wanted) in {0, 1},
    "at_most": lambda value, wanted: _order(value, wanted) in {0, -1},
    "below": lambda value, wanted: _order(value, wanted) == -1,
    "sums_to": _sums_to,
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
    "below": "below",
    "sums_to": "adding up to",
    "length": "of length",
    "unique_by": "without two of the same",
    "type": "of type",
}
