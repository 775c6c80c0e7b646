"""Places in the texts of a check, whatever the values are that they lead to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.outcomes import CheckFailed
from contracts.templates import fill, find, look

NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
PLAIN = st.text("abc $!'\"-.:/äß東", max_size=20)
LEAVES = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | PLAIN
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))


@given(value=VALUES, name=NAMES)
def test_a_place_alone_becomes_the_very_value(value: Any, name: str) -> None:
    """A text that is one place alone is replaced by what it leads to, of whatever type, unchanged."""
    assert fill(f"${{{name}}}", {name: value}) is value


@given(value=VALUES)
def test_what_has_no_place_stays_as_it_is(value: Any) -> None:
    """Texts, numbers, lists and objects without a place come out equal."""
    assert fill(value, {}) == value


@given(value=VALUES, steps=st.lists(NAMES | st.just(0), min_size=1, max_size=5))
def test_a_path_finds_what_was_put_there(value: Any, steps: list[str | int]) -> None:
    """However deep in objects and lists: the value that was put at a path is the one that is found there."""
    scope: Any = value
    for step in reversed(steps):
        scope = [scope] if step == 0 else {step: scope}
    root = {"root": scope}

    assert find(".".join(["root", *map(str, steps)]), root) is value


@given(name=NAMES, path=st.lists(NAMES, min_size=1, max_size=4))
def test_what_is_not_there_is_told_or_forgiven(name: str, path: list[str]) -> None:
    """A path that leads nowhere fails the check and names itself; to look, or to ask with `?`, gives nothing."""
    where = ".".join([name, *path])

    with pytest.raises(CheckFailed) as failed:
        fill(f"${{{where}}}", {name: None})

    assert failed.value.expected == f"a value at {where}"
    assert look(where, {name: None}) is None
    assert fill(f"${{{where}?}}", {name: None}) is None


def test_places_among_other_text_are_written_out() -> None:
    """Several places in one text, truth as JSON has it."""
    scope = {"run": {"name": "cts-1"}, "valid": True, "count": 2}

    assert fill("${run.name}-${count}: ${valid}", scope) == "cts-1-2: true"


def test_names_of_members_have_places_too() -> None:
    """Which member a check is about may depend on the role."""
    assert fill({"with": {"${pushed.text}": "Zürich"}}, {"pushed": {"text": "issuer"}}) == {
        "with": {"issuer": "Zürich"}
    }


def test_what_is_made_is_made_where_it_stands() -> None:
    """A value that is a function is called, at the end of a path and on the way."""
    made = iter(range(10))
    scope = {"new": {"id": lambda: next(made)}, "calls": lambda: [{"path": "/versions"}]}

    assert fill(["${new.id}", "${new.id}"], scope) == [0, 1]
    assert fill("${calls.0.path}", scope) == "/versions"
    assert fill("${calls.*.path}", scope) == ["/versions"]
