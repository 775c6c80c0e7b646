"""Where Sessions go, and what they teach."""

from hub.wire.interface import ByIndex, ByParty, Interface, Learned
from hub.wire.party import Role
from modules.sessions import MODULE
from modules.sessions.rules import learn
from tests import words
from tests.modules.calls import NL_CPA, call, row, said

PATH = NL_CPA | {"session_id": "SESSION1"}
PUT = row(MODULE, Interface.RECEIVER, "PUT", "session_id")
PATCH = row(MODULE, Interface.RECEIVER, "PATCH", "session_id")
PREFERENCES = row(MODULE, Interface.SENDER, "PUT", "session_id", "=charging_preferences")
OLD_TOKEN = {"uid": "012345678", "type": "RFID", "contract_id": "DE8EMA12E46L89"}


def test_a_whole_session_goes_to_the_emsp_of_its_token() -> None:
    """H3.41: PUT without TO goes to cdr_token.country_code and party_id, as an eMSP."""
    assert PUT.open_key is not None
    assert PUT.open_key(call("PUT", PATH, words.session())) == ByParty(words.EMSP, Role.EMSP)


def test_a_session_of_2_2_goes_by_its_token() -> None:
    """H3.41, H8.05: a CdrToken of 2.2 names no owner, so the token index finds it."""
    assert PUT.open_key is not None
    session = words.session(cdr_token=OLD_TOKEN)

    assert PUT.open_key(call("PUT", PATH, session)) == ByIndex("token", "rfid/012345678")
    assert PUT.open_key(call("PUT", PATH, {"cdr_token": {}})) is None


def test_a_part_of_a_session_goes_where_the_whole_went() -> None:
    """H3.41: PATCH without TO goes by the session index, keyed by owner and id."""
    assert PATCH.open_key is not None
    assert PATCH.open_key(call("PATCH", PATH, {})) == ByIndex("session-emsp", "nl/cpa/session1")


def test_preferences_go_to_the_operator_of_the_session() -> None:
    """H3.41: PUT charging_preferences without TO goes by the session index."""
    assert PREFERENCES.open_key is not None
    asked = call("PUT", {"session_id": "Session1"}, words.charging_preferences(), sender=words.EMSP)

    assert PREFERENCES.open_key(asked) == ByIndex("session", "session1")


def test_a_session_teaches_its_operator_and_its_emsp() -> None:
    """H6.38: the index learns both from a PUT, whoever it was sent to, under the key that a PATCH asks for."""
    lessons = learn(call("PUT", PATH, words.session()), words.HUB)

    assert lessons == [
        Learned("session", "session1", words.CPO),
        Learned("session-emsp", "nl/cpa/session1", words.EMSP),
    ]


def test_without_an_owner_in_the_token_the_receiver_is_the_emsp() -> None:
    """H6.38, H8.05: a session of 2.2 teaches the eMSP that it was sent to."""
    lessons = learn(call("PUT", PATH, words.session(cdr_token=OLD_TOKEN)), words.EMSP)

    assert lessons[1] == Learned("session-emsp", "nl/cpa/session1", words.EMSP)


def test_a_part_teaches_only_the_operator() -> None:
    """H6.38: a PATCH may go to an SCSP, so its receiver is not taken for the eMSP."""
    assert learn(call("PATCH", PATH, {"status": "COMPLETED"}), words.HUB) == [Learned("session", "session1", words.CPO)]


def test_the_id_is_that_of_the_path() -> None:
    """H6.02: the session id in the body is the one in the path."""
    assert PUT.check is not None
    assert said(PUT.check(call("PUT", PATH, words.session(id="S9")))) == [
        "/id: 'S9' is not the one in the path, 'SESSION1'"
    ]
