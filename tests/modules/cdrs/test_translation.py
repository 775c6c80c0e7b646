"""CDRs on their way to and from a platform that speaks 2.2."""

from typing import Any

import pytest

from modules.cdrs.translation import TRANSLATION
from tests import words

to_2_2 = TRANSLATION.to_2_2


def signed(length: int) -> dict[str, Any]:
    """SignedData with one value of this length."""
    return {
        "encoding_method": "OCMF",
        "signed_values": [{"nature": "Start", "plain_data": "p", "signed_data": "s" * length}],
    }


def test_a_cdr_loses_what_2_2_does_not_have() -> None:
    """H8.05: no owner of the token, no state, no home_charging_compensation; all else stays to the digit."""
    cdr = words.cdr(home_charging_compensation=True, colour="green")
    cdr["cdr_location"]["state"] = "Utrecht"

    old = to_2_2(cdr)

    assert set(cdr) - set(old) == {"home_charging_compensation"}
    assert set(cdr["cdr_location"]) - set(old["cdr_location"]) == {"state"}
    assert set(cdr["cdr_token"]) - set(old["cdr_token"]) == {"country_code", "party_id"}
    assert words.body(old["total_cost"]) == words.body(cdr["total_cost"])
    assert old["colour"] == "green"


@pytest.mark.parametrize("postal_code", [None, "", "absent"])
def test_2_2_needs_a_postal_code(postal_code: str | None) -> None:
    """H8.05, H6.08: a place without one has #NA, the specification's word for what cannot be known."""
    cdr = words.cdr()
    cdr["cdr_location"]["postal_code"] = postal_code
    if postal_code == "absent":
        del cdr["cdr_location"]["postal_code"]

    assert to_2_2(cdr)["cdr_location"]["postal_code"] == "#NA"


def test_two_phases_become_one() -> None:
    """H8.05: 2.2 knows no AC_2_PHASE."""
    cdr = words.cdr()
    cdr["cdr_location"]["connector_power_type"] = "AC_2_PHASE_SPLIT"

    assert to_2_2(cdr)["cdr_location"]["connector_power_type"] == "AC_1_PHASE"


def test_signed_data_that_2_2_has_no_room_for_goes_as_a_whole() -> None:
    """H8.05: 512 characters pass; one more, and nothing of it is sent, since a cut signature proves nothing."""
    assert to_2_2(words.cdr(signed_data=signed(512)))["signed_data"] == signed(512)
    assert "signed_data" not in to_2_2(words.cdr(signed_data=signed(513)))


def test_the_way_up_fills_in_whose_token_it_was() -> None:
    """H8.05: a CDR of 2.2 gets the eMSP of the exchange; without one it stays as it is."""
    old = to_2_2(words.cdr())

    assert TRANSLATION.to_2_2_1(old, words.EMSP) == words.cdr()
    assert TRANSLATION.to_2_2_1(old, None) is old
