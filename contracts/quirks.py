"""What a platform's answers show of its software beside right and wrong: whoever calls it may want to know.

A quirk is a name and a value in the report: `redirects`, `trailing_slash`, `wrapped_objects`, `timestamps`.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from contracts.client import Got

_LOOKED_AT = 20
_AS_OCPI = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
_SHAPES = (
    ("without a designator", re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+", re.ASCII)),
    ("with a space", re.compile(r"\d{4}-\d\d-\d\d [\d:.]+.*", re.ASCII)),
    ("with an offset", re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:?\d\d", re.ASCII)),
)


def of_answer(url: str, got: Got) -> dict[str, Any]:
    """The quirks that one answer shows."""
    found: dict[str, Any] = {}
    if got.redirected_to:
        found["redirects"] = True
        asked, answered = urlsplit(url), urlsplit(got.redirected_to)
        if answered.path == asked.path + "/":
            found["trailing_slash"] = True
    shapes = {shape for written in _timestamps(got.json) if (shape := _shape(written))}
    return found | ({"timestamps": ", ".join(sorted(shapes))} if shapes else {})


def is_wrapped(value: Any) -> bool:
    """A single object in a list of one."""
    return isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict)


def _timestamps(answer: Any) -> Iterator[str]:
    data = answer.get("data") if isinstance(answer, dict) else None
    objects = data if isinstance(data, list) else [data]
    for one in [answer, *objects[:_LOOKED_AT]]:
        for name in ("timestamp", "last_updated"):
            if isinstance(one, dict) and isinstance(one.get(name), str):
                yield one[name][:40]


def _shape(written: str) -> str:
    if _AS_OCPI.fullmatch(written):
        return ""
    return next((name for name, form in _SHAPES if form.fullmatch(written)), "of another form")
