"""The classes of OCPI as JSON Schema (objects.schema.json), and how an object is held against one."""

import json
import re
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from contracts.assertions import SHOWN_CHARS, shown
from contracts.outcomes import CheckFailed

FILE = "objects.schema.json"
_SHOWN = 3
_LOOKED_FOR = 100
"""Faults that are enough to say that a value is wrong."""
_DATE_TIME = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z?", re.ASCII
)
_URI = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)

_REASONS = {
    "type": "is not of type",
    "enum": "is none of",
    "format": "has not the format",
    "pattern": "is not of the form",
    "maxLength": "is longer than",
    "minLength": "is shorter than",
    "maximum": "is more than",
    "minimum": "is less than",
    "maxItems": "has more items than",
    "minItems": "has fewer items than",
}

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    """As OCPI has it: UTC, with `Z` or nothing behind it, never an offset. Source: types#datetime."""
    return not isinstance(value, str) or _DATE_TIME.fullmatch(value) is not None


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or _URI.fullmatch(value) is not None


class Classes:
    """Every class of one OCPI version."""

    def __init__(self, folder: Path) -> None:
        self._document: dict[str, Any] = json.loads((folder / FILE).read_text())
        self.names = frozenset(self._document["$defs"])
        self._validator = cache(self._make)

    def check(self, name: str, value: Any) -> None:
        """Raise CheckFailed that names the first faults by JSON pointer; `[Location]` is a list of them."""
        found = islice(self._validator(name).iter_errors(value), _LOOKED_FOR)
        faults = sorted(found, key=lambda fault: list(map(str, fault.absolute_path)))
        if faults:
            said = "; ".join(_words(fault) for fault in faults[:_SHOWN])
            more = f" (and {len(faults) - _SHOWN} more)" if _SHOWN < len(faults) < _LOOKED_FOR else ""
            raise CheckFailed(f"a valid {name}", said + (more or " (and many more)" * (len(faults) == _LOOKED_FOR)))

    def _make(self, name: str) -> Validator:
        one = {"$ref": f"#/$defs/{name.strip('[]')}"}
        schema = {"type": "array", "items": one} if name.startswith("[") else one
        return Draft202012Validator(schema | {"$defs": self._document["$defs"]}, format_checker=FORMATS)


def _words(fault: ValidationError) -> str:
    """Where and what; of an optional member the fault of the form that it has, not that it could be null."""
    deepest = fault
    while deepest.context:
        deepest = max(deepest.context, key=lambda one: (len(one.absolute_path), one.validator != "type"))
    pointer = "".join(f"/{part}" for part in deepest.absolute_path)[:SHOWN_CHARS]
    return f"{pointer or '/'}: {_reason(deepest)}"


def _reason(fault: ValidationError) -> str:
    said = _REASONS.get(str(fault.validator))
    if said is None:
        return fault.message[:SHOWN_CHARS]
    return f"{shown(fault.instance)} {said} {shown(fault.validator_value)}"
