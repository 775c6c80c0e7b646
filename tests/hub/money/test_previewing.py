"""A small table of what a tariff charges."""

from datetime import datetime

from hub.money.compiling import compile_tariff
from hub.money.previewing import SESSIONS, preview
from tests.hub.money.sessions import ZONE, component, element, tariff

AROUND = datetime(2024, 5, 14, 10, 0, tzinfo=ZONE)


def test_each_standard_session_is_priced_once_where_the_clock_does_not_matter() -> None:
    """Totals, and what a kWh costs in all."""
    rows = preview(compile_tariff(tariff(element(component("ENERGY", "0.5"), component("FLAT", 1)))), AROUND, ZONE)

    assert [row["session"] for row in rows] == [session.name for session in SESSIONS]
    assert (rows[0]["excl"], rows[0]["per_kwh"], rows[0]["kwh"]) == ("6.50", "0.5909", "11")


def test_times_at_which_nothing_differs_are_told_once() -> None:
    """Night and day of a working day, and nothing more of the weekend."""
    by_night = tariff(element(component("ENERGY", 1), end_time="06:00"), element(component("ENERGY", 2)))

    rows = [row for row in preview(compile_tariff(by_night), AROUND, ZONE) if row["session"].startswith("shopping")]

    assert [(row["start"], row["excl"]) for row in rows] == [("Wed 03:00", "11.00"), ("Wed 09:00", "22.00")]
