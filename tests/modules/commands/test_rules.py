"""Whose token a command uses, and where the command goes."""

import pytest

from hub.wire.interface import ByIndex, Endpoint, Interface, Json, Learned
from modules.commands import MODULE
from modules.commands.objects import CommandType
from tests import words
from tests.modules.calls import call, row, said

START = row(MODULE, Interface.RECEIVER, "POST", "=START_SESSION")
RESERVE = row(MODULE, Interface.RECEIVER, "POST", "=RESERVE_NOW")
CANCEL = row(MODULE, Interface.RECEIVER, "POST", "=CANCEL_RESERVATION")
STOP = row(MODULE, Interface.RECEIVER, "POST", "=STOP_SESSION")
UNLOCK = row(MODULE, Interface.RECEIVER, "POST", "=UNLOCK_CONNECTOR")


@pytest.mark.parametrize(("command", "body"), [(START, words.start_session()), (RESERVE, words.reserve_now())])
def test_an_emsp_uses_its_own_tokens_only(command: Endpoint, body: Json) -> None:
    """H6.72: a command with another eMSP's token is refused before it is carried."""
    assert command.must is not None
    assert command.must(call("POST", body=body, sender=words.EMSP)) == []
    assert said(command.must(call("POST", body=body, sender=words.CPO))) == [
        "/token/country_code: 'DE' is not the sending party's (NL*CPA)",
        "/token/party_id: 'EMA' is not the sending party's (NL*CPA)",
    ]


def test_the_owner_of_a_token_has_no_case() -> None:
    """H6.72: the owner of the token is compared without case."""
    assert START.must is not None
    token = words.token(country_code="de", party_id="ema")

    assert START.must(call("POST", body=words.start_session(token=token), sender=words.EMSP)) == []


def test_a_connector_needs_its_evse() -> None:
    """An evse_uid is required once connector_id is given; neither is fine."""
    assert START.check is not None

    assert START.check(call("POST", body=words.start_session())) == []
    assert said(START.check(call("POST", body=words.start_session(evse_uid=None)))) == [
        "/evse_uid: is required when connector_id is set"
    ]
    assert START.check(call("POST", body=words.start_session(evse_uid=None, connector_id=None))) == []


@pytest.mark.parametrize(
    ("command", "body", "key"),
    [
        (START, words.start_session(), ByIndex("location", "loc1")),
        (RESERVE, words.reserve_now(), ByIndex("location", "loc1")),
        (UNLOCK, words.unlock_connector(), ByIndex("location", "loc1")),
        (STOP, words.stop_session(), ByIndex("session", "session1")),
        (CANCEL, words.cancel_reservation(), ByIndex("reservation", "res1", scope=words.EMSP)),
    ],
)
def test_where_a_command_without_a_receiver_goes(command: Endpoint, body: Json, key: ByIndex) -> None:
    """H3.41: by location, by session, or by the reservation that the sender made; a body without an id goes nowhere."""
    assert command.open_key is not None
    assert command.open_key(call("POST", body=body, sender=words.EMSP)) == key
    assert command.open_key(call("POST", body={}, sender=words.EMSP)) is None


def test_a_reservation_is_remembered_for_its_sender() -> None:
    """H3.41: RESERVE_NOW teaches which operator has the sender's reservation of this id."""
    assert RESERVE.learn is not None
    lessons = RESERVE.learn(call("POST", body=words.reserve_now(), sender=words.EMSP), words.CPO)

    assert lessons == [Learned("reservation", "res1", words.CPO, scope=words.EMSP)]


def test_each_command_has_its_name_and_its_path() -> None:
    """H6.75: there is a row for each CommandType, and a result is carried bare, whatever it says."""
    named = {endpoint.name: endpoint.path for endpoint in MODULE.endpoints if endpoint.name}

    assert named == {name.value: (f"={name}",) for name in CommandType}
    assert row(MODULE, Interface.SENDER, "POST", "command", "opaque").bare_body
