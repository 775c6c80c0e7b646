"""Rules of CDRs that their shape cannot say."""

from typing import Any

import pytest

from hub.wire.interface import ByIndex, ByParty, Interface
from hub.wire.party import Role
from modules.cdrs import MODULE
from modules.cdrs.rules import SESSION_ONLY, check_cdr, open_key
from tests import words
from tests.modules.calls import call, row, said

CREDIT = {"id": "CDR1-C", "credit": True, "credit_reference_id": "CDR1"}


def checked(**changes: Any) -> list[str]:
    """What is wrong with a CDR after these changes."""
    return said(check_cdr(call("POST", body=words.cdr(**changes))))


def test_a_credit_cdr_refers_to_another() -> None:
    """H6.41: a Credit CDR names the original and has an id of its own."""
    assert checked(**CREDIT) == []
    assert checked(**CREDIT | {"id": "cdr1"}) == ["/id: should differ from credit_reference_id"]
    assert checked(id="C", credit=True) == ["/credit_reference_id: is required for a Credit CDR"]


def test_a_plain_cdr_refers_to_none() -> None:
    """H6.41: without credit there is no reference, and the id has at most 36 characters."""
    assert checked() == checked(credit=False) == []
    assert checked(credit_reference_id="CDR0", id="x" * 37) == [
        "/credit_reference_id: may only be set for a Credit CDR",
        "/id: is longer than 36 characters, which only Credit CDRs may be",
    ]


@pytest.mark.parametrize("dimension", sorted(SESSION_ONLY))
def test_dimensions_of_sessions_have_no_place_in_a_cdr(dimension: str) -> None:
    """A CDR has no momentary values."""
    periods = words.cdr()["charging_periods"]
    periods[0]["dimensions"][1]["type"] = dimension

    assert checked(charging_periods=periods) == [
        "/charging_periods/0/dimensions/1/type: is a dimension that only Sessions may have"
    ]


def test_a_cdr_goes_to_the_emsp_of_its_token() -> None:
    """H3.41: POST without TO goes to cdr_token.country_code and party_id; 2.2 goes by the token index."""
    old = words.cdr(cdr_token={"uid": "A1", "type": "APP_USER", "contract_id": "C"})

    assert open_key(call("POST", body=words.cdr())) == ByParty(words.EMSP, Role.EMSP)
    assert open_key(call("POST", body=old)) == ByIndex("token", "app_user/a1")
    assert open_key(call("POST", body={"cdr_token": "x"})) is None


def test_the_reply_to_a_cdr_has_an_address() -> None:
    """H4.20: POST of a CDR is answered with a Location, and GET of that is a callback of the hub's."""
    assert row(MODULE, Interface.RECEIVER, "POST").location_header
    assert row(MODULE, Interface.RECEIVER, "GET", "opaque").reply is not None
