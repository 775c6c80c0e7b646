"""Rules about instants and durations: each with a case that breaks it, and the right CDR that does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.money.checking.check import check_cdr
from hub.money.checking.known import Known, PartnerLimits
from tests.hub.money.checking.cases import cdr, findings, found
from tests.hub.money.sessions import Json, number

ENDED = datetime(2024, 3, 1, 10, 30, tzinfo=UTC)


def periods(*written: tuple[str, Json]) -> list[Json]:
    """Charging periods that begin on that day at `09:00:00`."""
    return [
        {
            "start_date_time": f"2024-03-01T{at}Z",
            "dimensions": [{"type": kind, "volume": number(volume)} for kind, volume in said.items()],
        }
        for at, said in written
    ]


def test_the_right_cdr_breaks_none() -> None:
    """The counter-case of every rule here."""
    assert not [one for one in check_cdr(cdr(), Known(now=ENDED)).findings if one.rule.startswith("C-TIME")]
    assert findings("C-FUTURE", cdr(), Known(now=ENDED)) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"end_date_time": "2024-03-01T08:00:00Z"}, "/end_date_time"),
        ({"start_date_time": "2024-03-01T08:59:00Z"}, "/charging_periods/0/start_date_time"),
        (
            {"charging_periods": periods(("09:00:00", {"ENERGY": 5}), ("09:00:00", {"ENERGY": 5}))},
            "/charging_periods/1/start_date_time",
        ),
        (
            {"charging_periods": periods(("09:00:00", {"ENERGY": 5}), ("10:30:01", {"ENERGY": 5}))},
            "/charging_periods/1/start_date_time",
        ),
    ],
)
def test_time_order(changes: Any, pointer: str) -> None:
    """An end before the start, a first period that begins at another time, periods that do not ascend or lie outside."""
    assert ("E", pointer) in findings("C-TIME-ORDER", cdr(**changes))


@pytest.mark.parametrize(("hours", "broken"), [("0.5", False), ("0.5003", False), ("0.51", True)])
def test_time_cover(hours: str, broken: bool) -> None:
    """Half an hour of parking fits into half an hour, a second of rounding is let pass, half a minute is not."""
    written = cdr(
        charging_periods=periods(("09:00:00", {"ENERGY": 10, "TIME": 1}), ("10:00:00", {"PARKING_TIME": hours}))
    )

    assert findings("C-TIME-COVER", written) == ([("E", "/charging_periods/1")] if broken else [])


@pytest.mark.parametrize(
    ("rule", "severity", "now", "limits"),
    [
        ("C-FUTURE", "E", datetime(2024, 3, 1, 10, 29, tzinfo=UTC), PartnerLimits()),
        ("C-AGE", "W", datetime(2024, 4, 1, tzinfo=UTC), PartnerLimits(max_age_days=30)),
        ("C-LATE", "I", datetime(2024, 3, 2, 10, 31, tzinfo=UTC), PartnerLimits(max_late_hours=24)),
    ],
)
def test_age(rule: str, severity: str, now: datetime, limits: PartnerLimits) -> None:
    """It ended in the future, or longer ago than was agreed, or it came later than was agreed."""
    known = Known(now=now, received_at=now, limits=limits)

    assert findings(rule, cdr(), known) == [(severity, "/end_date_time")]
    assert findings(rule, cdr(), Known(now=ENDED, received_at=ENDED, limits=limits)) == []


def test_a_day_is_told_in_hours() -> None:
    """The sentence says how late it was and what is agreed."""
    now = datetime(2024, 3, 3, 10, 30, tzinfo=UTC)
    checked = check_cdr(cdr(), Known(now=now, received_at=now, limits=PartnerLimits(max_late_hours=24)))

    assert found(checked, "C-LATE")
    assert "48 hours" in next(one.message for one in checked.findings if one.rule == "C-LATE")
