"""JSON as strangers write it: strict, and bounded in depth, in text and in how many values it unpacks to."""

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

DEPTH_MAX = 64
MARKS_MAX = 300_000
"""Commas, colons and opening brackets of one text: a bound on its values that is known before any is made."""
TEXT_MAX_BYTES = 16 * 1024 * 1024
"""Of the decoded text as it lies in memory: one rare character can make every other take four bytes."""
NUMBER_MAX_CHARS = 64
_EXPONENT_MAX = 300
_MARKS = (b",", b":", b"[", b"{")


class NoJson(ValueError):
    """It cannot be read; the message says why, as what the text is: `no JSON`, `JSON of more than 64 levels`."""


def marks(body: bytes) -> int:
    """How many values `body` could hold at most."""
    return sum(body.count(mark) for mark in _MARKS)


def parse(body: bytes) -> Any:
    """The value, numbers with a fraction as Decimal; raises NoJson."""
    if marks(body) > MARKS_MAX:
        raise NoJson(f"JSON of more than {MARKS_MAX} values")
    try:
        text = body.decode("utf-8-sig")
        if sys.getsizeof(text) > TEXT_MAX_BYTES:
            raise NoJson(f"JSON of more than {TEXT_MAX_BYTES // 1024 // 1024} MiB of text")
        value = json.loads(text, parse_float=_fraction, parse_constant=_no_number)
    except RecursionError:
        raise NoJson(f"JSON of more than {DEPTH_MAX} levels") from None
    except UnicodeDecodeError:
        raise NoJson("no UTF-8") from None
    except NoJson:
        raise
    except ValueError:
        raise NoJson("no JSON") from None
    if _is_deep(value):
        raise NoJson(f"JSON of more than {DEPTH_MAX} levels")
    return value


def _is_deep(value: Any) -> bool:
    """Level by level: what recursion would do must not be done before the depth is known."""
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        level = [member for one in level for member in _members(one) if isinstance(member, (dict, list))]
        if not level:
            return False
    return True


def _members(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        return iter(value.values())
    return iter(value if isinstance(value, list) else ())


def _fraction(written: str) -> Decimal:
    if len(written) > NUMBER_MAX_CHARS or abs(_exponent(written)) > _EXPONENT_MAX:
        raise NoJson("JSON with a number that is no quantity")
    return Decimal(written)


def _exponent(written: str) -> int:
    found = re.search(r"[eE]([+-]?[0-9]+)$", written)
    return int(found[1]) if found else 0


def _no_number(written: str) -> Any:
    raise NoJson(f"no JSON: {written} is no number there")
