"""How the places in a check are filled: what is there, what is not, and values of many elements."""

from typing import Any

import pytest

from contracts.outcomes import CheckFailed
from contracts.templates import fill, find, look

SCOPE: dict[str, Any] = {
    "list": [
        {"id": "A", "valid": True, "parts": [{"n": 1}, {"n": 2}]},
        {"id": "B", "valid": False, "parts": None},
        {"id": "C", "valid": True},
    ],
    "made": lambda: "new each time",
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("list.1.id", "B"),
        ("list.-1.id", "C"),
        ("made", "new each time"),
        ("list.*.id", ["A", "B", "C"]),
        ("list.*.parts.*.n", [1, 2]),
        ("list.*.parts.0.n", [1]),
        ("list.valid=true.id", ["A", "C"]),
        ("list.*.parts.n=2", [{"n": 2}]),
        ("list.id=Z", []),
        ("nothing.*.id", []),
        ("list.0.name?", None),
        ("nothing.at.all?", None),
    ],
)
def test_a_path_leads_to_what_is_there(path: str, found: Any) -> None:
    """Members, positions, every element, elements that are so; a `?` forgives what is not there."""
    assert find(path, SCOPE) == found
    assert look(path, SCOPE) == found


@pytest.mark.parametrize("path", ["list.3", "list.0.name", "list.id", "nothing"])
def test_what_is_not_there_is_a_fault(path: str) -> None:
    """Without a `?` the check fails, and names the path."""
    with pytest.raises(CheckFailed) as failed:
        find(path, SCOPE)

    assert failed.value.expected == f"a value at {path}"
    assert look(path, SCOPE) is None


def test_a_template_can_repeat() -> None:
    """`repeat` writes a list, `number` counts in it, the inner one in the inner list."""
    made = fill({"evses": {"repeat": 2, "of": {"uid": "E${number}", "texts": {"repeat": 1, "of": "${number}"}}}}, SCOPE)

    assert made == {"evses": [{"uid": "E1", "texts": [1]}, {"uid": "E2", "texts": [1]}]}
