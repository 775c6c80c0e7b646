"""Rules of Tariffs that their shape cannot say."""

from typing import Any

import pytest

from modules.tariffs.rules import check_tariff
from tests import words
from tests.modules.calls import NL_CPA, call, said

PATH = NL_CPA | {"tariff_id": "TARIFF1"}


def checked(**changes: Any) -> list[str]:
    """What is wrong with a Tariff after these changes."""
    return said(check_tariff(call("PUT", PATH, words.tariff(**changes))))


def element(kind: str, **restrictions: str) -> dict[str, Any]:
    """An element with one price."""
    component = {"type": kind, "price": words.number("1"), "step_size": words.number("1")}
    return {"price_components": [component], "restrictions": restrictions}


def test_the_id_is_that_of_the_path() -> None:
    """H6.02: the tariff id in the body is the one in the path."""
    assert checked(id="tariff1") == []
    assert len(checked(id="OTHER")) == 1


@pytest.mark.parametrize(("kind", "fine"), [("FLAT", True), ("TIME", True), ("ENERGY", False), ("PARKING_TIME", False)])
def test_a_reservation_costs_a_fee_or_time(kind: str, fine: bool) -> None:
    """H6.54: an element for reservations has only FLAT and TIME."""
    found = checked(elements=[element("ENERGY"), element(kind, reservation="RESERVATION")])

    assert (found == []) is fine
    assert fine or found[0].startswith("/elements/1/price_components/0/type: ")


def test_a_date_is_in_the_calendar() -> None:
    """30 February is written like a date and is none."""
    assert checked(elements=[element("FLAT", start_date="2024-02-29", end_date="2024-02-30")]) == [
        "/elements/0/restrictions/end_date: is not a day of the calendar"
    ]
