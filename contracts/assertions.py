"""What a check can demand of a value: one word each, all of them data."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any

from contracts.outcomes import CheckFailed
from contracts.templates import look

_ABSENT: tuple[Any, ...] = (None, "", [], {})
SHOWN_CHARS = 200
_SHOWN_MEMBERS = 12
_SHOWN_DEPTH = 4
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z?", re.ASCII)


def hold(assertion: Mapping[str, Any], value: Any) -> None:
    """Raise CheckFailed unless `value` is as every word of `assertion` says; `about` names it for people.

    With `in_any_case` texts are compared as CiStrings are.
    """
    about = assertion.get("about", "the value")
    fold = _lower if assertion.get("in_any_case") else _as_it_is
    for word, wanted in assertion.items():
        if word in WORDS and not WORDS[word](fold(value), fold(wanted)):
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
    """Equal as OCPI values: null, `[]` and absence are the same, numbers and DateTimes count by what they mean.

    `ignored` members are left out anywhere.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        names = {*one, *other} - ignored
        return all(same(one.get(name), other.get(name), ignored) for name in names)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(a, b, ignored) for a, b in zip(one, other, strict=True))
    if _is_number(one) and _is_number(other):
        return Decimal(str(one)) == Decimal(str(other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return _instant(one) == _instant(other)
    return bool(one == other) or (one in _ABSENT and other in _ABSENT)


def differing(one: Any, other: Any, ignored: frozenset[str] = frozenset(), pointer: str = "") -> str:
    """The JSON pointer of the first difference."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in [*one, *(name for name in other if name not in one)]:
            if name not in ignored and not same(one.get(name), other.get(name), ignored):
                return differing(one.get(name), other.get(name), ignored, f"{pointer}/{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            if not same(a, b, ignored):
                return differing(a, b, ignored, f"{pointer}/{index}")
    return f"{pointer or '/'}: {shown(other)} instead of {shown(one)}"


def number_in(value: int, wanted: Any) -> bool:
    """`200`, `[200, 201]`, `2xx`, `1xxx`, or a list of these."""
    choices = wanted if isinstance(wanted, list) else [wanted]
    written = str(value)
    return any(re.fullmatch(str(choice).replace("x", r"\d"), written, re.ASCII) is not None for choice in choices)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _as_number(value: Any) -> Decimal | None:
    """A number, also one in the digits of a header."""
    if _is_number(value) or (isinstance(value, str) and _DIGITS.fullmatch(value)):
        return Decimal(str(value))
    return None


def only(item: Any, names: Iterable[str]) -> Any:
    """An object with these members alone; in a list, each of its objects."""
    if isinstance(item, list):
        return [only(one, names) for one in item]
    return {name: item.get(name) for name in names} if isinstance(item, Mapping) else item


def _as_it_is(value: Any) -> Any:
    return value


def _lower(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower(item) for item in value]
    return value.lower() if isinstance(value, str) else value


def _at_least(value: Any, wanted: Any) -> bool:
    return _at_most(wanted, value)


def _at_most(value: Any, wanted: Any) -> bool:
    one, other = _as_number(value), _as_number(wanted)
    if one is not None and other is not None:
        return one <= other
    return isinstance(value, str) and isinstance(wanted, str) and _instant(value) <= _instant(wanted)


def _instant(text: str) -> str:
    """A DateTime so that later is greater, with a fraction of a second and `Z` or without; other texts as they are."""
    matched = _DATE_TIME.fullmatch(text)
    return f"{matched[1]}.{(matched[2] or '').ljust(6, '0')}" if matched else text


def _decimals(value: Any, wanted: Any) -> bool:
    if not _is_number(value):
        return False
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= wanted


def _sum(value: Any, wanted: Any) -> bool:
    """`{parts: [1, 2.5], within: 0.01}`: the sum of the parts that are there, as exact as money must be."""
    total, parts = _as_number(value), [_as_number(part) for part in wanted["parts"] if part is not None]
    numbers = [part for part in parts if part is not None]
    if total is None or len(numbers) < len(parts):
        return False
    return abs(total - sum(numbers, Decimal(0))) <= Decimal(str(wanted.get("within", 0)))


def _unique(value: Any, wanted: Any) -> bool:
    names = wanted if isinstance(wanted, list) else []
    keys = [
        tuple(str(look(name, item)).lower() for name in names)
        if names and isinstance(item, Mapping)
        else str(item).lower()
        for item in value or []
    ]
    return len(keys) == len(set(keys))


def _has(value: Any, wanted: Any) -> bool:
    """A text or list with `wanted` in it; of an object it is enough that an object of the list has its members."""
    if isinstance(value, list) and isinstance(wanted, Mapping):
        return any(isinstance(item, Mapping) and same(wanted, only(item, wanted)) for item in value)
    return isinstance(value, (str, list, Mapping)) and wanted in value


def _lengthy(value: Any, wanted: Any) -> bool:
    return isinstance(value, (str, list, Mapping)) and number_or_range(len(value), wanted)


def number_or_range(value: int, wanted: Any) -> bool:
    """`5`, or `{"min": 1, "max": 5}`."""
    if isinstance(wanted, Mapping):
        return _at_least(value, wanted.get("min", value)) and _at_most(value, wanted.get("max", value))
    return _as_number(wanted) == value


WORDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": lambda value, wanted: same(wanted, value),
    "differs_from": lambda value, wanted: not same(wanted, value),
    "one_of": lambda value, wanted: any(same(choice, value) for choice in wanted),
    "none_of": lambda value, wanted: not any(same(choice, value) for choice in wanted),
    "matches": lambda value, wanted: isinstance(value, str) and re.fullmatch(wanted, value, re.ASCII) is not None,
    "contains": _has,
    "lacks": lambda value, wanted: (
        value is None or (isinstance(value, (str, list, Mapping)) and not _has(value, wanted))
    ),
    "present": lambda value, wanted: (value not in _ABSENT) == wanted,
    "at_least": _at_least,
    "at_most": _at_most,
    "below": lambda value, wanted: _at_most(value, wanted) and not _at_least(value, wanted),
    "decimals": _decimals,
    "sum_of": _sum,
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
    "decimals": "with at most so many decimals:",
    "sum_of": "the sum of",
    "length": "of length",
    "unique_by": "without two of the same",
    "type": "of type",
}
