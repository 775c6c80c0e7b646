"""JSON whose numbers keep their text, so that money and big numbers survive a merge to the digit."""

import json
from typing import Any

import orjson

from hub.wire.errors import BrokenJson

MAX_DEPTH = 64
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


class NumberText(str):
    """A JSON number as it was written: `0.10`, `12345678901234567890.1234`, `1e3`."""

    __slots__ = ()


def check(body: bytes) -> Any:
    """Parse `body` fast, only to look at it; floats are rounded, so nothing of it may be sent on.

    Raises BrokenJson for what is not JSON: bad UTF-8, NaN and Infinity, trailing text, more than MAX_DEPTH levels.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BrokenJson(
            f"the body is not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise BrokenJson(f"the body is nested deeper than {MAX_DEPTH} levels")
    return value


def loads(body: bytes) -> Any:
    """Parse `body` with every number as NumberText; raises BrokenJson as `check` does."""
    check(body)
    return json.loads(body, parse_float=NumberText, parse_int=NumberText)


def dumps(value: Any) -> bytes:
    """Write what `loads` read, number texts unchanged; other numbers must be int."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts).encode()


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, NumberText):
        parts.append(value)
    elif isinstance(value, dict):
        _write_members(value, parts)
    elif isinstance(value, list):
        parts.append("[")
        for index, item in enumerate(value):
            if index:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    else:
        parts.append(_encode(value))


def _write_members(value: dict[str, Any], parts: list[str]) -> None:
    parts.append("{")
    for index, (name, member) in enumerate(value.items()):
        if index:
            parts.append(",")
        parts.append(_encode(name))
        parts.append(":")
        _write(member, parts)
    parts.append("}")


def _is_deeper(value: Any, most: int) -> bool:
    """Has it more levels than `most`? Looked at a level at a time, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        if not level:
            return False
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, dict | list)
        ]
    return bool(level)
