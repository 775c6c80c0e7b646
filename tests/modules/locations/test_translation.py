"""Locations on their way to a platform that speaks 2.2."""

import pytest

from hub.wire.types import validate
from modules.locations.objects import EVSE, Location
from modules.locations.translation import CONNECTOR_TYPES_2_2_1, TRANSLATION
from tests import words

to_2_2 = TRANSLATION.to_2_2


def test_a_location_that_2_2_can_name_is_untouched() -> None:
    """H8.05, H3.04: an ordinary Location, EVSE or Connector is the same object in both versions."""
    for value in (words.location(), words.evse(), words.connector(), {"status": "CHARGING"}):
        assert to_2_2(value) is value
        assert TRANSLATION.to_2_2_1(value, words.EMSP) is value


def test_a_capability_that_2_2_lacks_is_left_out() -> None:
    """H8.05: START_SESSION_CONNECTOR_REQUIRED goes; other capabilities stay, in order, at each level."""
    evse = words.evse(capabilities=["RFID_READER", "START_SESSION_CONNECTOR_REQUIRED", "RESERVABLE"])

    assert to_2_2(evse)["capabilities"] == ["RFID_READER", "RESERVABLE"]
    assert to_2_2(words.location(evses=[evse]))["evses"][0]["capabilities"] == ["RFID_READER", "RESERVABLE"]
    assert to_2_2({"capabilities": ["START_SESSION_CONNECTOR_REQUIRED"]}) == {"capabilities": []}


@pytest.mark.parametrize("power_type", ["AC_2_PHASE", "AC_2_PHASE_SPLIT"])
def test_two_phases_become_one(power_type: str) -> None:
    """H8.05: 2.2 knows one phase and three, at each level."""
    connector = words.connector(power_type=power_type)

    assert to_2_2(connector)["power_type"] == "AC_1_PHASE"
    assert to_2_2(words.evse(connectors=[connector]))["connectors"][0]["power_type"] == "AC_1_PHASE"


@pytest.mark.parametrize("standard", sorted(CONNECTOR_TYPES_2_2_1))
def test_a_connector_that_2_2_cannot_name_is_left_out(standard: str) -> None:
    """H8.05: its EVSE keeps the other connectors; an EVSE that has no other is left out of the Location."""
    strange, plain = words.connector(id="2", standard=standard), words.connector()
    evses = [words.evse(uid="both", connectors=[plain, strange]), words.evse(uid="none", connectors=[strange])]

    translated = to_2_2(words.location(evses=evses))

    assert [evse["uid"] for evse in translated["evses"]] == ["both"]
    assert translated["evses"][0]["connectors"] == [plain]
    assert validate(Location, translated) == []


def test_what_is_pushed_by_itself_is_for_the_receiver_to_judge() -> None:
    """H8.05: a Connector, or an EVSE that would have none left, is carried as it is."""
    strange = words.connector(standard="CHAOJI")
    evse = words.evse(connectors=[strange])

    assert to_2_2(strange) is strange
    assert to_2_2(evse) is evse
    assert validate(EVSE, to_2_2(evse)) == []


def test_the_new_names_are_those_of_the_table() -> None:
    """H8.05: the connector types that are new in 2.2.1 are GBT, CHAOJI, NEMA and the last three of DOMESTIC."""
    assert len(CONNECTOR_TYPES_2_2_1) == 13
    assert {name.partition("_")[0] for name in CONNECTOR_TYPES_2_2_1} == {"GBT", "CHAOJI", "NEMA", "DOMESTIC"}
