"""What a check may demand of a value: how OCPI's values are compared, and the words for numbers and money."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.assertions import differing, hold, same
from contracts.outcomes import CheckFailed

MORNING, WITHOUT_Z, FRACTION = "2026-01-01T08:00:00Z", "2026-01-01T08:00:00", "2026-01-01T08:00:00.500Z"


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (MORNING, WITHOUT_Z, True),
        (MORNING, "2026-01-01T08:00:00.000Z", True),
        (MORNING, FRACTION, False),
        ([], None, True),
        (Decimal("2.50"), 2.5, True),
        (True, 1, False),
        (False, None, False),
        ("1", 1, False),
    ],
)
def test_values_are_compared_as_ocpi_means_them(one: Any, other: Any, equal: bool) -> None:
    """Instants and numbers by what they mean, nothing and an empty list alike, true and 1 not."""
    assert same(one, other) is equal


@pytest.mark.parametrize(
    ("value", "demand"),
    [
        (FRACTION, {"at_least": MORNING}),
        (WITHOUT_Z, {"at_most": MORNING, "at_least": MORNING}),
        (3, {"at_least": Decimal("2.5")}),
        ("nl*cts", {"equals": "NL*CTS", "in_any_case": True}),
        ("ac", {"one_of": ["AC", "DC"], "in_any_case": True}),
        (Decimal("0.2500"), {"decimals": 4}),
        (Decimal("0.25000"), {"decimals": 4}),
        (3, {"decimals": 0}),
        (Decimal("5.82"), {"sum_of": {"parts": [Decimal("0.5"), Decimal("5.3244"), None], "within": 0.01}}),
        (0, {"sum_of": {"parts": []}}),
        (None, {"lacks": "X"}),
    ],
)
def test_a_demand_that_is_met(value: Any, demand: dict[str, Any]) -> None:
    """Nothing is raised."""
    hold(demand, value)


@pytest.mark.parametrize(
    ("value", "demand", "expected"),
    [
        (MORNING, {"at_least": FRACTION}, f'the value at least "{FRACTION}"'),
        ("nl*cts", {"equals": "NL*CTS"}, 'the value equal to "NL*CTS"'),
        (Decimal("0.30000000000000004"), {"decimals": 4}, "the value with at most so many decimals: 4"),
        ("0.3", {"decimals": 4}, "the value with at most so many decimals: 4"),
        (6, {"about": "total", "sum_of": {"parts": [Decimal("0.5")]}}, 'total the sum of {"parts": [0.5]}'),
        (6, {"sum_of": {"parts": ["7"]}}, 'the value the sum of {"parts": ["7"]}'),
        (["X"], {"lacks": "X"}, 'the value without "X"'),
        (None, {"about": "data", "present": True}, "data to be there"),
        (1, {"about": "data", "present": False}, "no data"),
    ],
)
def test_a_demand_that_is_not_met(value: Any, demand: dict[str, Any], expected: str) -> None:
    """The failure says in words what was wanted."""
    with pytest.raises(CheckFailed) as failed:
        hold(demand, value)

    assert failed.value.expected == expected


def test_a_difference_that_is_ignored_is_not_shown() -> None:
    """The pointer leads to the first difference that counts."""
    one = {"status": "AVAILABLE", "evses": [{"uid": "1", "status": "BLOCKED"}]}
    other = {"status": "BLOCKED", "evses": [{"uid": "2", "status": "BLOCKED"}]}

    assert differing(one, other, frozenset({"status"})) == '/evses/0/uid: "2" instead of "1"'
