"""JSON as strangers write it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.json_text import DEPTH_MAX, MARKS_MAX, NoJson, marks, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_json_is_read(value: object) -> None:
    """Any JSON of a bearable size is read as what it says, and holds no more values than its marks announce."""
    text = json.dumps(value).encode()

    assert parse(text) == value
    assert marks(text) >= _count(value) - 1


def _count(value: object) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(_count(one) for one in members)


def test_fractions_are_exact() -> None:
    """A number with a fraction is a Decimal, as it was written."""
    assert parse(b'{"price": 0.30000000000000004}') == {"price": Decimal("0.30000000000000004")}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b'{"a": 1,}', "no JSON"),
        (b"\xff\xfe", "no UTF-8"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e9999]", "no quantity"),
        (b"[1e99999999999999999999]", "no quantity"),
        (b"[0." + b"1" * 100 + b"]", "no quantity"),
        (b"[" + b"1" * 5000 + b"]", "no JSON"),
        (b"[" * (DEPTH_MAX + 2) + b"]" * (DEPTH_MAX + 2), "levels"),
        (b"[" * 100_000 + b"]" * 100_000, "levels"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "levels"),
        (b"[" + b"1," * MARKS_MAX + b"1]", "values"),
        ('["' + "a" * 5_000_000 + '😀"]', "MiB of text"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes | str, said: str) -> None:
    """Neither wrong nor oversized JSON raises anything but NoJson, whose message names the reason."""
    with pytest.raises(NoJson, match=said):
        parse(body.encode() if isinstance(body, str) else body)


def test_the_deepest_that_is_read() -> None:
    """So many levels are allowed, and no more."""
    assert parse(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
