"""Rules about which element prices what: what never wins, and what nobody prices."""

from typing import Any

import pytest

from hub.money.linting.lint import lint_tariff
from tests.hub.money.linting.linting import ENERGY, GOOD, told, with_elements
from tests.hub.money.sessions import Json, component, element, tariff

DAY, NIGHT = {"start_time": "07:00", "end_time": "19:00"}, {"start_time": "19:00", "end_time": "07:00"}
TIMED = component("TIME", 1, vat=21)


def detail(value: Json, rule: str) -> Any:
    """The window or case of the first finding of a rule."""
    return next(one.detail for one in lint_tariff(value) if one.rule == rule)


@pytest.mark.parametrize(
    ("earlier", "later", "covered"),
    [
        ([{}], {"max_kwh": 5}, True),
        ([DAY, NIGHT], {}, True),
        ([DAY, NIGHT], {"max_kwh": 5}, True),
        ([{"max_kwh": 10}, {"min_kwh": 10}], {"min_kwh": 5, "max_kwh": 15}, True),
        ([{"max_kwh": 10}, {"min_kwh": 11}], {}, False),
        ([DAY], {}, False),
        ([DAY], {"start_time": "08:00", "end_time": "18:00"}, True),
        ([DAY], {"start_time": "08:00", "end_time": "19:01"}, False),
        ([{"day_of_week": ["SATURDAY", "SUNDAY"]}], {"day_of_week": ["SUNDAY"], **DAY}, True),
        ([{"day_of_week": ["SATURDAY"]}], {"day_of_week": ["SUNDAY"]}, False),
        ([{"start_date": "2024-01-01"}], {"start_date": "2025-01-01", "end_date": "2025-02-01"}, True),
        ([{"max_duration": 3600}], {"max_duration": 1800}, True),
        ([{"min_power": 0}], {"min_power": 50}, True),
        ([{"max_current": 16}], {"min_current": 16}, False),
    ],
)
def test_unreachable(earlier: Any, later: Any, covered: bool) -> None:
    """A component that earlier elements cover together, over every kind of restriction, is never used."""
    elements = [element(ENERGY, **restrictions) for restrictions in [*earlier, later]]
    pointer = f"/elements/{len(earlier)}/price_components/0"

    assert told(tariff(*elements), "T-UNREACHABLE") == ([("W", pointer)] if covered else [])


def test_unreachable_says_what_covers_it() -> None:
    """The elements, and the window that they leave nothing of."""
    found = detail(
        tariff(element(ENERGY, **DAY), element(ENERGY, **NIGHT), element(ENERGY, max_kwh=5)), "T-UNREACHABLE"
    )

    assert found == {"covered_by": [0, 1], "window": {"kWh": "0 to 5"}}


@pytest.mark.parametrize(
    ("elements", "gaps"),
    [
        ([element(ENERGY, **DAY)], 1),
        ([element(ENERGY, **DAY), element(ENERGY, **NIGHT)], 0),
        ([element(ENERGY, max_kwh=5), element(ENERGY, min_kwh=6)], 1),
        ([element(ENERGY, max_current=16), element(ENERGY, min_current=16)], 0),
        ([element(ENERGY), element(TIMED, max_duration=600)], 1),
        ([element(component("FLAT", 1), max_kwh=5)], 0),
    ],
)
def test_gap(elements: Any, gaps: int) -> None:
    """A dimension that is priced somewhere and free elsewhere; FLAT is no dimension of use."""
    assert len(told(tariff(*elements), "T-GAP")) == gaps


def test_gap_says_where() -> None:
    """The window, in the words of a clock."""
    assert detail(tariff(element(ENERGY, **DAY)), "T-GAP")["window"] == {"local time": "00:00 to 07:00, 19:00 to 24:00"}


def test_reservations_are_apart() -> None:
    """An element for a reservation neither covers the session's nor is covered by it."""
    reserved = element(component("TIME", 2, vat=21), reservation="RESERVATION")

    assert told(with_elements(reserved), "T-UNREACHABLE") == []
    assert told(tariff(reserved, reserved, *GOOD["elements"]), "T-UNREACHABLE") == [
        ("W", "/elements/1/price_components/0")
    ]


def test_what_is_too_much_to_decide_is_told() -> None:
    """A thousand elements that overlap in several ways: no verdict within the bounded work, and that is a finding."""
    elements = [
        element(ENERGY, min_kwh=at, min_duration=1000 - at, start_time=f"{at % 24:02}:{at % 60:02}", min_power=at % 37)
        for at in range(900)
    ]

    assert ("I", "") in told(tariff(*elements), "T-UNREACHABLE")
