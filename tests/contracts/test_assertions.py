"""The words of an assertion: each holds where it should and fails where it should, and together they make sense."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.assertions import WORDS, differing, hold, number_in, only, same
from contracts.outcomes import CheckFailed

NAMES = st.sampled_from(["id", "uid", "name", "status", "last_updated"])
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
SECONDS = st.floats(946684800, 4102444800).map(lambda seconds: round(seconds, 3))
INSTANTS = SECONDS.map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
NUMBERS = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=4)

EXAMPLES: dict[str, tuple[Any, Any, Any]] = {
    "equals": ({"kwh": Decimal("1.50"), "tariffs": None}, {"kwh": 1.5, "tariffs": []}, {"kwh": 1}),
    "differs_from": ("B", "A", "B"),
    "one_of": ("AC", ["AC", "DC"], ["DC"]),
    "none_of": ("C", ["A", "B"], ["B", "C"]),
    "matches": ("cts-0a", "cts-[0-9a-f]+", "cts-[0-9]+"),
    "contains": ([{"role": "CPO", "party_id": "CPA"}], {"party_id": "CPA"}, {"party_id": "EMA"}),
    "lacks": (["locations SENDER"], "sessions SENDER", "locations SENDER"),
    "present": ([1], True, False),
    "at_least": ("100", 100, 101),
    "at_most": ("2024-01-01T10:00:00.5Z", "2024-01-01T10:00:01", "2024-01-01T10:00:00Z"),
    "below": ("50", 1_000_000, 50),
    "decimals": (Decimal("0.2500"), 2, 1),
    "sum_of": ("5", {"parts": ["2", 3]}, {"parts": [5, 1]}),
    "length": ([1, 2], {"max": "2"}, 3),
    "unique_by": (
        [{"headers": {"x-request-id": "1"}}, {"headers": {"x-request-id": "2"}}],
        ["headers.x-request-id"],
        ["id"],
    ),
    "type": (Decimal(1), "number", "string"),
}


@pytest.mark.parametrize("word", WORDS)
def test_every_word_holds_and_fails(word: str) -> None:
    """For each word there is a value that it lets through, and a demand that this value does not meet."""
    value, met, unmet = EXAMPLES[word]

    hold({word: met}, value)
    with pytest.raises(CheckFailed):
        hold({word: unmet}, value)


@given(one=VALUES, other=VALUES)
def test_being_the_same_goes_both_ways(one: Any, other: Any) -> None:
    """Every value is the same as itself, and if one is the same as another, so is the other as the one."""
    assert same(one, one)
    assert same(one, other) is same(other, one)


@given(value=st.dictionaries(NAMES, VALUES, min_size=1), empty=st.sampled_from([None, []]))
def test_nothing_is_the_same_as_absence(value: dict[str, Any], empty: Any) -> None:
    """A member that is null or an empty list is a member that is not there."""
    assert same(value, {**value, "extra": empty})


@given(one=VALUES, other=VALUES)
def test_a_difference_has_an_address(one: Any, other: Any) -> None:
    """What differs is told by a JSON pointer, with both values."""
    if not same(one, other):
        assert differing(one, other).startswith("/")


@given(one=NUMBERS, other=NUMBERS)
def test_numbers_have_one_order(one: Any, other: Any) -> None:
    """Of `below` and `at_least` exactly one holds, and of `at_most` and `at_least` both where numbers are equal."""
    assert WORDS["below"](one, other) is not WORDS["at_least"](one, other)
    assert (WORDS["at_most"](one, other) and WORDS["at_least"](one, other)) is (Decimal(one) == Decimal(other))


@given(one=INSTANTS, other=INSTANTS, marks=st.tuples(st.sampled_from(["Z", ""]), st.sampled_from(["Z", ""])))
def test_instants_are_in_the_order_of_time(one: datetime, other: datetime, marks: tuple[str, str]) -> None:
    """With a fraction or without, with Z or without: what is later is greater."""
    earlier, later = (
        instant.replace(tzinfo=None).isoformat() + mark for instant, mark in zip((one, other), marks, strict=True)
    )

    assert WORDS["below"](earlier, later) is (one < other)
    assert WORDS["at_least"](earlier, later) is (one >= other)
    assert same(earlier, later) is (one == other)


@given(parts=st.lists(st.integers(0, 10**6), max_size=5))
def test_a_sum_is_that_of_its_parts(parts: list[int]) -> None:
    """In numbers or in the digits of headers, and in no other way."""
    total = sum(parts)

    assert WORDS["sum_of"](str(total), {"parts": [str(part) for part in parts]})
    assert not WORDS["sum_of"](total + 1, {"parts": parts})


@given(value=st.dictionaries(NAMES, VALUES), names=st.lists(NAMES, min_size=1, unique=True))
def test_a_list_contains_an_object_by_some_of_its_members(value: dict[str, Any], names: list[str]) -> None:
    """It is enough that the members that are asked for are the same."""
    wanted = {name: value.get(name) for name in names}

    assert WORDS["contains"]([{"other": 1}, value], wanted)
    assert only([value], names) == [wanted]


@pytest.mark.parametrize(
    ("value", "wanted", "found"),
    [
        (200, 200, True),
        (204, "2xx", True),
        (404, [200, "4xx"], True),
        (1000, "1xxx", True),
        (100, "1xxx", False),
        (2001, [1000, "3xxx"], False),
    ],
)
def test_numbers_by_their_digits(value: int, wanted: Any, found: bool) -> None:
    """`2xx` is any HTTP success, `2xxx` any client error of OCPI, a list one of them."""
    assert number_in(value, wanted) is found


@pytest.mark.parametrize("value", [None, "many", [], {}, True, "9" * 30])
def test_what_has_no_order_is_never_in_it(value: Any) -> None:
    """A header that is no number is neither at least nor at most anything."""
    assert not any(WORDS[word](value, 5) for word in ("at_least", "at_most", "below"))
