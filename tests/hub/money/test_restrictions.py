"""Restrictions as they are read: each field, its words, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from hub.money.restrictions import FIELDS, WrongField, read_minute, read_phase, read_restrictions
from hub.money.tariff import EXPIRED, RESERVATION, SESSION, Figure, Restriction
from modules.tariffs.objects import TariffRestrictions
from tests.hub.money.sessions import number


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"start_time": "09:00", "end_time": "17:30"}, Restriction(Figure.MINUTE, "09:00 to 17:30", 540, 1050)),
        ({"start_time": "22:00", "end_time": "06:00"}, Restriction(Figure.MINUTE, "22:00 to 06:00", 360, 1320, outside=True)),
        ({"start_time": "22:00", "end_time": "00:00"}, Restriction(Figure.MINUTE, "22:00 to 00:00", 1320, 1440)),
        ({"start_time": "22:00"}, Restriction(Figure.MINUTE, "22:00 to 24:00", 1320, 1440)),
        ({"end_time": "06:00"}, Restriction(Figure.MINUTE, "00:00 to 06:00", 0, 360)),
        ({"start_time": "10:00", "end_time": "10:00"}, Restriction(Figure.MINUTE, "10:00 to 10:00", 600, 600, same_time=True)),
        ({"start_date": "2024-02-29"}, Restriction(Figure.DAY, "start_date 2024-02-29", low=738945)),
        ({"min_kwh": number("2.50")}, Restriction(Figure.KWH, "min_kwh 2.50", low=Decimal("2.50"))),
        ({"max_duration": number(1800)}, Restriction(Figure.ELAPSED_S, "max_duration 1800", high=1800)),
        ({"max_current": number(16)}, Restriction(Figure.MAX_CURRENT, "max_current 16", high=Decimal(16))),
        ({"min_power": number(50)}, Restriction(Figure.MIN_POWER, "min_power 50", low=Decimal(50))),
        ({"day_of_week": ["SUNDAY", "MONDAY"]}, Restriction(Figure.WEEKDAY, "day_of_week MON SUN", among=frozenset({0, 6}))),
    ],
)  # fmt: skip
def test_a_field(written: Any, read: Restriction) -> None:
    """Start inclusive, end exclusive; a window over midnight is the outside of its middle."""
    assert read_restrictions(written) == (read,)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ({"start_time": "24:00"}, "start_time"),
        ({"end_time": "9:00"}, "end_time"),
        ({"start_date": "2024-02-30"}, "start_date"),
        ({"end_date": "soon"}, "end_date"),
        ({"min_kwh": "much"}, "min_kwh"),
        ({"max_duration": number("1.5")}, "max_duration"),
        ({"day_of_week": ["FUNDAY"]}, "day_of_week"),
        ({"day_of_week": "MONDAY"}, "day_of_week"),
    ],
)
def test_what_cannot_be_read_is_refused(written: Any, field: str) -> None:
    """A restriction is never dropped: the field is named."""
    with pytest.raises(WrongField) as wrong:
        read_restrictions(written)

    assert wrong.value.field == field


def test_null_and_an_empty_list_restrict_nothing() -> None:
    """As if they were absent."""
    assert read_restrictions({"start_time": None, "min_kwh": None, "day_of_week": []}) == ()


@pytest.mark.parametrize(
    ("written", "phase"), [(None, SESSION), ("RESERVATION", RESERVATION), ("RESERVATION_EXPIRES", EXPIRED)]
)
def test_the_phase(written: Any, phase: str) -> None:
    """Elements without the restriction are for the session alone."""
    assert read_phase({"reservation": written}) == phase


@pytest.mark.parametrize("written", ["EXPIRED", 1, ["RESERVATION"]])
def test_an_unknown_phase(written: Any) -> None:
    """It is refused: it would price another phase."""
    with pytest.raises(WrongField):
        read_phase({"reservation": written})


@pytest.mark.parametrize("written", ["00:00", "23:59"])
def test_times_of_day(written: str) -> None:
    """Minutes from midnight."""
    hours, minutes = written.split(":")

    assert read_minute(written) == int(hours) * 60 + int(minutes)


def test_the_fields_are_those_of_the_specification() -> None:
    """All that the module's TariffRestrictions has, and no other."""
    assert set(FIELDS) == set(TariffRestrictions.model_fields)
