"""JSON whose numbers keep their text: nothing that was read is written otherwise, and nothing that is not JSON is read."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.json_text import MAX_DEPTH, NumberText

INTEGERS = st.from_regex(r"-?(0|[1-9][0-9]{0,40})", fullmatch=True)
NUMBERS = st.from_regex(
    re.compile(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?", re.ASCII), fullmatch=True
).map(NumberText)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | INTEGERS.map(NumberText) | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=25,
)


def shape(value: Any) -> Any:
    """`value` with its number texts marked: as plain strings they would be equal to them."""
    if isinstance(value, NumberText):
        return ("number", str(value))
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value


@given(value=VALUES)
def test_what_is_written_is_read_to_the_digit(value: Any) -> None:
    """Every number keeps its text, every text its characters, every list and object its order."""
    read = json_text.loads(json_text.dumps(value))

    assert shape(read) == shape(value)


@given(value=VALUES)
def test_reading_and_writing_again_changes_no_byte(value: Any) -> None:
    """What this hub wrote once it writes the same for ever."""
    written = json_text.dumps(value)

    assert json_text.dumps(json_text.loads(written)) == written


@given(number=NUMBERS)
def test_a_number_keeps_its_value(number: NumberText) -> None:
    """H7.07: the value is the one that any exact JSON reader finds, trailing zeros and exponent included."""
    [read] = json_text.loads(b" [ %b ] " % number.encode())

    assert isinstance(read, NumberText)
    assert str(read) == str(number)
    assert Decimal(read) == json.loads(number, parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize("number", ["0.10", "-0", "-0.0", "1e3", "1E+3", "12345678901234567890.12345678901234567890"])
def test_the_spelling_of_a_number_survives(number: str) -> None:
    """H3.04: nothing of an amount is rounded, shortened or written in another way."""
    assert json_text.dumps(json_text.loads(number.encode())) == number.encode()


@given(value=VALUES)
def test_looking_agrees_with_reading(value: Any) -> None:
    """The quick look sees the same members and texts; only numbers are rounded."""
    body = json_text.dumps(value)

    assert json_text.check(body) == json.loads(body, parse_int=_rounded)


def _rounded(digits: str) -> int | float:
    return int(digits) if -(2**63) <= int(digits) < 2**64 else float(digits)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"NaN",
        b"[Infinity]",
        b'{"kwh":-Infinity}',
        b"[1e999]",
        b"[" + b"9" * 400 + b"]",
        b"{",
        b"{}{}",
        b"[1,]",
        b"{'a':1}",
        b"[01]",
        b"[1.]",
        b"[.5]",
        b"[+1]",
        b"\xff",
        b'"\xed\xa0\x80"',
        b'["\\ud800"]',
        b'"tab\there"',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"True",
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """NaN, Infinity, numbers beyond a double, lone surrogates, bad UTF-8 and loose syntax are HTTP 400, by both readers."""
    for read in (json_text.check, json_text.loads):
        with pytest.raises(BrokenJson) as refused:
            read(body)
        assert refused.value.http_status == 400


@given(body=st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No other error comes out of either reader, and they agree."""
    outcomes = []
    for read in (json_text.check, json_text.loads):
        try:
            read(body)
            outcomes.append("read")
        except BrokenJson:
            outcomes.append("refused")

    assert outcomes[0] == outcomes[1]


def nested(levels: int, kind: str) -> bytes:
    """A body of so many lists or objects in one another."""
    if kind == "lists":
        return b"[" * levels + b"]" * levels
    return b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)


@given(levels=st.integers(1, MAX_DEPTH), kind=st.sampled_from(["lists", "objects"]))
def test_nesting_up_to_the_bound_is_read(levels: int, kind: str) -> None:
    """MAX_DEPTH levels are in order, and come out as they went in."""
    body = nested(levels, kind)

    assert json_text.dumps(json_text.loads(body)) == body


@given(levels=st.integers(MAX_DEPTH + 1, 3000), kind=st.sampled_from(["lists", "objects"]))
def test_deeper_nesting_is_refused(levels: int, kind: str) -> None:
    """One level more is HTTP 400, and a thousand more do not overflow anything."""
    with pytest.raises(BrokenJson):
        json_text.loads(nested(levels, kind))


def test_many_brackets_are_not_many_levels() -> None:
    """A wide body, and brackets in a text, are no nesting."""
    body = b"[" + b",".join([b"[]"] * 500) + b',"' + b"[{" * 500 + b'"]'

    assert json_text.dumps(json_text.loads(body)) == body


def test_of_two_members_of_one_name_the_last_counts() -> None:
    """Both readers agree on a name that is there twice."""
    body = b'{"id":"LOC1","id":"LOC2"}'

    assert json_text.check(body) == json_text.loads(body) == {"id": "LOC2"}


def test_a_refusal_says_where() -> None:
    """The sender's engineer reads the line and the column."""
    with pytest.raises(BrokenJson, match="line 2, column 8"):
        json_text.check(b'{\n  "a": x}')
