"""Where charging profiles go, and back."""

import pytest

from hub.wire.interface import ByIndex, Interface, Learned
from hub.wire.party import Party
from modules.chargingprofiles import MODULE
from tests import words
from tests.modules.calls import call, row

PATH = {"session_id": "SESSION1"}
SCSP = Party(country_code="DE", party_id="SMA")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_request_goes_to_the_operator_of_the_session(method: str) -> None:
    """H3.41: GET, PUT and DELETE of a profile without TO go by the session index."""
    request = row(MODULE, Interface.RECEIVER, method, "session_id")

    assert request.open_key is not None
    assert request.open_key(call(method, PATH, sender=words.EMSP)) == ByIndex("session", "session1")


def test_an_update_goes_to_whoever_set_the_profile() -> None:
    """H6.81: the operator tells of changes only to who has set a profile, which need not be the eMSP."""
    put = row(MODULE, Interface.RECEIVER, "PUT", "session_id")
    update = row(MODULE, Interface.SENDER, "PUT", "session_id")
    assert put.learn is not None
    assert update.open_key is not None

    lessons = put.learn(call("PUT", PATH, words.set_charging_profile(), sender=SCSP), words.CPO)

    assert lessons == [Learned("charging-profile", "nl/cpa/session1", SCSP)]
    assert update.open_key(call("PUT", PATH, sender=words.CPO)) == ByIndex("charging-profile", "nl/cpa/session1")


def test_what_a_request_must_say_in_its_query() -> None:
    """H6.80: GET has duration and response_url in its query, DELETE a response_url; neither has a body."""
    get = row(MODULE, Interface.RECEIVER, "GET", "session_id")
    delete = row(MODULE, Interface.RECEIVER, "DELETE", "session_id")

    assert set(get.required_query) == {"duration", "response_url"}
    assert set(delete.required_query) == {"response_url"}
    assert get.body is None
    assert delete.body is None


def test_a_result_is_carried_bare_and_answered_without_data() -> None:
    """H6.82: neither the callback nor an update is answered with data."""
    callback = row(MODULE, Interface.SENDER, "POST", "opaque")

    assert callback.bare_body
    assert callback.reply is None
    assert row(MODULE, Interface.SENDER, "PUT", "session_id").reply is None
