"""The classes of Locations beyond the examples."""

import pytest

from hub.wire.types import validate
from modules.locations.objects import EVSE, Connector, Hours, Location
from tests import words


def test_nulls_of_a_location_are_defaults() -> None:
    """H6.03: a null list is empty, and charging_when_closed is true unless it says no."""
    location = Location.model_validate(words.location(evses=None, charging_when_closed=None, directions=[]))

    assert location.evses == ()
    assert location.directions == ()
    assert location.charging_when_closed is True


def test_address_and_state_have_their_present_lengths() -> None:
    """An address of 255 and a state of 45 characters pass, as the corrected tables say (checklist 9.24)."""
    assert validate(Location, words.location(address="a" * 255, state="s" * 45)) == []
    assert len(validate(Location, words.location(address="a" * 256, state="s" * 46))) == 2


@pytest.mark.parametrize(
    "standard", ["IEC_60309_2_single_16", "IEC_60309_2_three_64", "CHAOJI", "NEMA_14_50", "DOMESTIC_O"]
)
def test_connector_types_are_spelled_as_the_table_spells_them(standard: str) -> None:
    """H7.05: lower-case parts of an enum value are part of it."""
    assert validate(Connector, words.connector(standard=standard)) == []
    assert len(validate(Connector, words.connector(standard=standard.swapcase()))) == 1


def test_an_evse_has_connectors() -> None:
    """H6.03: an EVSE without connectors is not whole, and a removed one is still an EVSE (H6.11)."""
    assert [str(one) for one in validate(EVSE, words.evse(connectors=[]))] == [
        "/connectors: should have at least one element"
    ]
    assert validate(EVSE, words.evse(status="REMOVED")) == []


def test_a_week_has_seven_days() -> None:
    """Weekday 0 and 8 are none, nor is 24:00 a time of day."""
    hours = {"weekday": words.number("8"), "period_begin": "08:00", "period_end": "24:00"}

    problems = validate(Hours, {"twentyfourseven": False, "regular_hours": [hours]})

    assert [problem.pointer for problem in problems] == ["/regular_hours/0/weekday", "/regular_hours/0/period_end"]
