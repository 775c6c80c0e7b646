"""Rules of Locations that their shape cannot say."""

from typing import Any

import pytest

from hub.wire.interface import ByIndex, Interface, Learned
from modules.locations import MODULE
from modules.locations.rules import check_connector, check_evse, check_location, learn, open_key
from tests import words
from tests.modules.calls import NL_CPA, call, row, said

PATH = NL_CPA | {"location_id": "loc1", "evse_uid": "3256", "connector_id": "1"}


def checked(**changes: Any) -> list[str]:
    """What is wrong with a Location after these changes."""
    return said(check_location(call("PUT", PATH, words.location(**changes))))


def test_a_good_location_has_no_fault() -> None:
    """H6.02: ids compare without case."""
    assert checked() == []
    assert check_evse(call("PUT", PATH, words.evse())) == []
    assert check_connector(call("PUT", PATH, words.connector())) == []


def test_ids_are_those_of_the_path() -> None:
    """H6.02: the id in the body is the one in the path, at each level."""
    assert len(checked(id="LOC2")) == 1
    assert len(check_evse(call("PUT", PATH, words.evse(uid="1")))) == 1
    assert len(check_connector(call("PUT", PATH, words.connector(id="2")))) == 1


def test_who_may_see_an_unpublished_location() -> None:
    """H6.15: publish_allowed_to is for publish=false; a uid needs a type, a visual number an issuer."""
    card = {"uid": "1", "type": "RFID"}

    assert checked(publish=False, publish_allowed_to=[card, {"group_id": "G"}]) == []
    assert checked(publish=True, publish_allowed_to=[card]) == [
        "/publish_allowed_to: may only be used when publish is false"
    ]
    assert checked(publish=False, publish_allowed_to=[{"uid": "1"}, {"visual_number": "1"}, {"issuer": "I"}]) == [
        "/publish_allowed_to/0/type: is required when uid is set",
        "/publish_allowed_to/1/issuer: is required when visual_number is set",
        "/publish_allowed_to/2: should have a uid, a visual_number or a group_id",
    ]


def test_opening_hours() -> None:
    """Regular hours are there if and only if the place is not always open, and end after they begin."""
    day = {"weekday": words.number("1"), "period_begin": "08:00", "period_end": "20:00"}
    closed = {"period_begin": "2024-12-25T03:00:00Z", "period_end": "2024-12-25T03:00:00Z"}

    assert checked(opening_times={"twentyfourseven": False, "regular_hours": [day]}) == []
    assert checked(opening_times=None) == []
    assert checked(opening_times={"twentyfourseven": True, "regular_hours": [day]}) == [
        "/opening_times/regular_hours: may only be used when twentyfourseven is false"
    ]
    assert checked(opening_times={"twentyfourseven": False}) == [
        "/opening_times/regular_hours: should have at least one element when twentyfourseven is false"
    ]
    assert checked(
        opening_times={
            "twentyfourseven": False,
            "regular_hours": [day | {"period_end": "08:00"}],
            "exceptional_closings": [closed],
        }
    ) == [
        "/opening_times/regular_hours/0/period_end: should be later than period_begin",
        "/opening_times/exceptional_closings/0/period_end: should be later than period_begin",
    ]


def test_parts_have_ids_of_their_own() -> None:
    """Two EVSEs of a Location, or two connectors of an EVSE, do not share an id, case aside."""
    twins = words.evse(connectors=[words.connector(id="a"), words.connector(id="A")])

    assert checked(evses=[words.evse(uid="x"), words.evse(uid="X")]) == [
        "/evses/1/uid: is the same as that of an earlier element"
    ]
    assert checked(evses=[twins]) == ["/evses/0/connectors/1/id: is the same as that of an earlier element"]
    assert len(check_evse(call("PUT", PATH, twins))) == 1


@pytest.mark.parametrize("body", [{}, {"opening_times": 5, "evses": {}, "publish_allowed_to": [None]}, [], None])
def test_a_strange_body_does_not_break_the_rules(body: object) -> None:
    """H3.05: rules look at what is there and leave the shape to the class."""
    assert all(problem.pointer for problem in check_location(call("PATCH", PATH, body)))


def test_one_location_is_asked_of_whoever_has_it() -> None:
    """H3.41: GET of one Location, EVSE or Connector without a TO goes by the location index."""
    asked = call("GET", {"location_id": "LOC1"}, sender=words.EMSP)

    assert open_key(asked) == ByIndex("location", "loc1")
    assert row(MODULE, Interface.SENDER, "GET", "location_id", "evse_uid").open_key is open_key


def test_a_put_teaches_whose_location_it_is() -> None:
    """H3.41: the location index learns the owner in the path, also of a broadcast."""
    assert learn(call("PUT", PATH, words.location()), words.HUB) == [Learned("location", "loc1", words.CPO)]
    assert row(MODULE, Interface.RECEIVER, "PATCH", "location_id").learn is None
