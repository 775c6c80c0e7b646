"""The CDRs in an answer, each as its very bytes, read one at a time so that a long list stops nothing else. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub.money.checking.ledger import Entry, entries_of
from hub.wire.json_text import NumberText

_SPACE = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n,]*")
_DECODER = json.JSONDecoder(parse_float=NumberText, parse_int=NumberText)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One CDR of an answer."""

    body: bytes
    owner: str
    """`NL*CPA` as the CDR names it; empty when it names none."""
    entry: Entry
    """Its id, its content, its instants and costs."""


def cdrs_in(answer: bytes) -> Iterator[Said]:
    """Every CDR with an id in `data` of a whole OCPI answer, whose JSON was checked before; of anything else nothing."""
    text = answer.decode(errors="replace")
    for start, end, value in _elements(text):
        entry = next(entries_of(value), None) if isinstance(value, dict) else None
        if entry is not None:
            yield Said(body=text[start:end].encode(), owner=entry.owner, entry=entry)


def _elements(text: str) -> Iterator[tuple[int, int, Any]]:
    """What `data` holds: itself, or the elements of the list that it is."""
    at = _past(text, 0, _SPACE)
    if not text.startswith("{", at):
        return
    at = _past(text, at + 1, _BETWEEN)
    while not text.startswith("}", at):
        name, at = _DECODER.raw_decode(text, at)
        at = _past(text, _past(text, at, _SPACE) + 1, _SPACE)
        if name == "data" and text.startswith("[", at):
            at = _past(text, at + 1, _BETWEEN)
            while not text.startswith("]", at):
                value, end = _DECODER.raw_decode(text, at)
                yield at, end, value
                at = _past(text, end, _BETWEEN)
            at += 1
        else:
            value, end = _DECODER.raw_decode(text, at)
            if name == "data":
                yield at, end, value
            at = end
        at = _past(text, at, _BETWEEN)


def _past(text: str, at: int, pattern: re.Pattern[str]) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
