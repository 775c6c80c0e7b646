"""Rules about restrictions, validity and limits."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.money.linting.linted import LintKnown
from tests.hub.money.linting.linting import ENERGY, GOOD, told, with_elements
from tests.hub.money.sessions import amount, component, element, tariff

AT = "/elements/0/restrictions"
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


@pytest.mark.parametrize(
    ("rule", "restrictions", "expected"),
    [
        ("T-RANGE", {"min_kwh": 5, "max_kwh": 5}, [("E", f"{AT}/max_kwh")]),
        ("T-RANGE", {"max_kwh": 0}, [("E", f"{AT}/max_kwh")]),
        ("T-RANGE", {"min_duration": 60, "max_duration": 30}, [("E", f"{AT}/max_duration")]),
        ("T-RANGE", {"min_current": 16, "max_current": 8}, [("E", f"{AT}/max_current")]),
        ("T-RANGE", {"min_power": 16, "max_power": 8}, [("E", f"{AT}/max_power")]),
        ("T-RANGE", {"start_date": "2024-02-01", "end_date": "2024-02-01"}, [("E", f"{AT}/end_date")]),
        ("T-RANGE", {"min_kwh": 5, "max_kwh": "5.1", "start_date": "2024-02-01", "end_date": "2024-02-02"}, []),
        ("T-SAME-TIME", {"start_time": "10:00", "end_time": "10:00"}, [("W", f"{AT}/end_time")]),
        ("T-SAME-TIME", {"start_time": "00:00", "end_time": "00:00"}, []),
        ("T-SAME-TIME", {"start_time": "10:00", "end_time": "10:01"}, []),
        ("T-EMPTY-RESTR", {"day_of_week": []}, [("I", AT)]),
        ("T-EMPTY-RESTR", {"max_kwh": 1}, []),
        ("T-ALL-WEEK", {"day_of_week": WEEK}, [("I", f"{AT}/day_of_week")]),
        ("T-ALL-WEEK", {"day_of_week": ["MONDAY", "MONDAY"]}, [("I", f"{AT}/day_of_week")]),
        ("T-ALL-WEEK", {"day_of_week": WEEK[:5]}, []),
    ],
)
def test_a_restriction(rule: str, restrictions: Any, expected: Any) -> None:
    """A range that nothing is in, a time that is its own end, restrictions that restrict nothing."""
    assert told(with_elements(element(ENERGY, **restrictions)), rule) == expected


def test_dates_instead_of_validity() -> None:
    """All elements have the same dates: the tariff's own validity says that. Some with other dates are right."""
    dates = {"start_date": "2024-01-01", "end_date": "2025-01-01"}
    rule = "T-DATES-INSTEAD-OF-VALIDITY"

    assert told(tariff(element(ENERGY, **dates), element(component("TIME", 1), **dates)), rule) == [("I", "/elements")]
    assert told(with_elements(element(ENERGY, **dates)), rule) == []


@pytest.mark.parametrize(
    ("fields", "known", "expected"),
    [
        ({"start_date_time": "2024-01-02T00:00:00Z", "end_date_time": "2024-01-01T00:00:00Z"}, LintKnown(), "E"),
        (
            {"end_date_time": "2024-01-01T00:00:00Z"},
            LintKnown(now=datetime(2024, 2, 1, tzinfo=UTC), referenced=True),
            "W",
        ),
        (
            {"end_date_time": "2024-01-01T00:00:00Z"},
            LintKnown(now=datetime(2024, 2, 1, tzinfo=UTC), referenced=False),
            "",
        ),
        (
            {"end_date_time": "2024-01-01T00:00:00Z"},
            LintKnown(now=datetime(2023, 2, 1, tzinfo=UTC), referenced=True),
            "",
        ),
    ],
)
def test_validity(fields: Any, known: LintKnown, expected: str) -> None:
    """It ends before it begins; or it is over and a connector still names it."""
    assert told(GOOD | fields, "T-VALIDITY", known) == ([(expected, "/end_date_time")] if expected else [])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"min_price": amount(5), "max_price": amount(4)}, [("E", "/min_price/excl_vat")]),
        ({"min_price": amount(1, 6), "max_price": amount(4, 5)}, [("E", "/min_price/incl_vat")]),
        ({"min_price": amount(5, 4)}, [("E", "/min_price")]),
        ({"max_price": amount(5, 4)}, [("E", "/max_price")]),
        ({"min_price": amount(1, "1.2"), "max_price": amount(4, "4.8")}, []),
    ],
)
def test_limits(fields: Any, expected: Any) -> None:
    """They contradict each other, or themselves."""
    assert told(GOOD | fields, "T-LIMITS", LintKnown()) == expected


def test_limits_of_2_3_0_and_fees() -> None:
    """The amounts have the names of their version; a maximum below what starting costs is told."""
    newer = {"min_price": {"before_taxes": amount(5)["excl_vat"]}, "max_price": {"before_taxes": amount(4)["excl_vat"]}}
    fee = element(component("FLAT", 5, vat=21))

    assert told(GOOD | newer, "T-LIMITS") == [("E", "/min_price/before_taxes")]
    assert told(with_elements(fee, max_price=amount(4)), "T-LIMITS") == [("E", "/max_price")]
    assert told(with_elements(fee, max_price=amount(5)), "T-LIMITS") == []
