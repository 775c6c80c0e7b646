"""Open routing: the content, or what passed before, says who is meant (checklist H3.41)."""

import pytest

from hub.catalog import Errand
from hub.platform import PlatformState
from hub.routing import Broadcast, Callback, Forward, Lookup, route_found
from hub.wire.errors import OcpiError, UnknownReceiver
from hub.wire.interface import ByIndex, Interface
from hub.wire.party import Party
from tests import words
from tests.directories import directory, endpoint_url, platform, rule
from tests.hub.routed import outcome, plan, request
from tests.words import CPO, EMSP, HUB, Words

S, R = Interface.SENDER, Interface.RECEIVER
EMB = Party(country_code="DE", party_id="EMB")
DIRECTORY = directory(platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP", "DE/EMB/EMSP"))

LOOKUPS = [
    (request("GET", "locations", S, "/LOC1"), ByIndex("location", "loc1")),
    (request("GET", "locations", S, "/loc%31/EVSE/1"), ByIndex("location", "loc1")),
    (request("POST", "commands", R, "/START_SESSION", body=words.start_session()), ByIndex("location", "loc1")),
    (request("POST", "commands", R, "/RESERVE_NOW", body=words.reserve_now()), ByIndex("location", "loc1")),
    (request("POST", "commands", R, "/UNLOCK_CONNECTOR", body=words.unlock_connector()), ByIndex("location", "loc1")),
    (request("POST", "commands", R, "/STOP_SESSION", body=words.stop_session()), ByIndex("session", "session1")),
    (
        request("POST", "commands", R, "/CANCEL_RESERVATION", body=words.cancel_reservation()),
        ByIndex("reservation", "res1", scope=EMSP),
    ),
    (
        request("PUT", "sessions", S, "/Session1/charging_preferences", body=words.charging_preferences()),
        ByIndex("session", "session1"),
    ),
    (request("GET", "chargingprofiles", R, "/SESSION1"), ByIndex("session", "session1")),
    (request("PUT", "chargingprofiles", R, "/SESSION1"), ByIndex("session", "session1")),
    (request("DELETE", "chargingprofiles", R, "/SESSION1"), ByIndex("session", "session1")),
    (request("POST", "tokens", S, "/012ABC/authorize"), ByIndex("token", "rfid/012abc")),
    (request("POST", "tokens", S, "/012ABC/authorize", query="type=APP_USER"), ByIndex("token", "app_user/012abc")),
    (request("PATCH", "sessions", R, "/NL/CPA/SESSION1", body={"kwh": 5}), ByIndex("session-emsp", "nl/cpa/session1")),
]


def found(asked: Errand, *parties: Party) -> Forward | str:
    """What becomes of a Lookup when the index knows these parties."""
    assert asked.match is not None
    try:
        decided = route_found(asked.message, asked.match, asked.call, list(parties), DIRECTORY)
    except OcpiError as refused:
        return str(refused.status_code)
    assert isinstance(decided, Forward)
    return decided


@pytest.mark.parametrize(("asked", "key"), LOOKUPS, ids=lambda one: str(getattr(one, "kind", "")))
def test_what_the_index_is_asked(asked: Errand, key: ByIndex) -> None:
    """H3.41: each call without TO has its key, folded; a reservation's belongs to who made it."""
    assert plan(asked, DIRECTORY) == Lookup(key)


@pytest.mark.parametrize(("asked", "key"), LOOKUPS, ids=lambda one: str(getattr(one, "kind", "")))
def test_one_known_party_is_the_receiver(asked: Errand, key: ByIndex) -> None:
    """H3.40, H3.41: the party that the index knows gets the message on the interface that was called."""
    to, name = (EMSP, "emsp") if asked.call.sender == CPO else (CPO, "cpo")
    address = asked.message.address

    assert found(asked, to) == Forward(DIRECTORY.hosted[to][0], endpoint_url(name, address.module, address.interface))


@pytest.mark.parametrize(("asked", "key"), LOOKUPS, ids=lambda one: str(getattr(one, "kind", "")))
def test_several_known_parties_or_none_are_no_receiver(asked: Errand, key: ByIndex) -> None:
    """H3.42: ambiguous is as bad as unknown, 4001: nothing private is sent to a guess."""
    assert found(asked) == "4001"
    assert found(asked, EMSP, EMB) == "4001"


def test_the_refusal_says_why_and_what_to_send() -> None:
    """H3.42: the text tells an ambiguous id from an unknown one, and names the headers that settle it."""
    asked = request("GET", "locations", S, "/LOC1")
    assert asked.match is not None

    with pytest.raises(UnknownReceiver, match=r"several parties fit.*send OCPI-to-country-code and OCPI-to-party-id"):
        route_found(asked.message, asked.match, asked.call, [CPO, EMSP], DIRECTORY)
    with pytest.raises(UnknownReceiver, match="no party is known for it"):
        route_found(asked.message, asked.match, asked.call, [], DIRECTORY)


def test_a_party_that_the_index_knows_must_still_be_reachable() -> None:
    """H3.12: what was learned of a party does not outlive its role here."""
    assert found(request("GET", "locations", S, "/LOC1"), EMSP) == "4001"


@pytest.mark.parametrize(
    ("method", "module", "suffix", "body"),
    [
        ("POST", "cdrs", "", words.cdr()),
        ("PUT", "sessions", "/NL/CPA/SESSION1", words.session()),
        ("POST", "cdrs", "", words.cdr(cdr_token=words.cdr_token(country_code="de", party_id="ema"))),
    ],
)
def test_a_session_and_its_cdr_go_to_the_emsp_of_the_token(method: str, module: str, suffix: str, body: Words) -> None:
    """H3.41: cdr_token names the eMSP, in any case; the owner in the path is the sender, not the receiver."""
    decided = plan(request(method, module, R, suffix, body=body), DIRECTORY)

    assert decided == Forward(DIRECTORY.hosted[EMSP][0], endpoint_url("emsp", module, R))


@pytest.mark.parametrize("role", ["CPO", "NSP", "SCSP", "OTHER"])
@pytest.mark.parametrize("module", ["cdrs", "sessions"])
def test_a_party_that_is_no_emsp_gets_no_session(module: str, role: str) -> None:
    """H3.41: when cdr_token names a party in another role only, nobody fits: 4001."""
    where = directory(platform("p", f"DE/EMA/{role}"))
    method, suffix = ("POST", "") if module == "cdrs" else ("PUT", "/NL/CPA/S1")

    assert outcome(request(method, module, R, suffix, body={"cdr_token": words.cdr_token()}), where) == "4001"


@pytest.mark.parametrize("module", ["cdrs", "sessions"])
def test_in_2_2_the_token_itself_says_whose_it_is(module: str) -> None:
    """H3.41: a CdrToken of 2.2 names no party, so the token index is asked by uid and type."""
    token = words.cdr_token()
    del token["country_code"], token["party_id"]
    method, suffix = ("POST", "") if module == "cdrs" else ("PUT", "/NL/CPA/S1")

    decided = plan(request(method, module, R, suffix, body={"cdr_token": token}), DIRECTORY)

    assert decided == Lookup(ByIndex("token", "rfid/012345678"))


@pytest.mark.parametrize(
    ("method", "module", "suffix", "body"),
    [
        ("POST", "cdrs", "", {}),
        ("POST", "cdrs", "", []),
        ("POST", "cdrs", "", None),
        ("PUT", "sessions", "/NL/CPA/S1", {"cdr_token": "x"}),
        ("POST", "commands", "/START_SESSION", {"location_id": 5}),
        ("POST", "commands", "/STOP_SESSION", {}),
        ("POST", "commands", "/CANCEL_RESERVATION", None),
    ],
)
def test_a_body_that_says_nothing_leads_nowhere(method: str, module: str, suffix: str, body: object) -> None:
    """H3.42: without the key in the body there is no receiver: 4001."""
    assert outcome(request(method, module, R, suffix, body=body), DIRECTORY) == "4001"


@pytest.mark.parametrize("module", ["locations", "tariffs"])
def test_public_data_without_a_receiver_goes_to_all(module: str) -> None:
    """H3.40: a push of locations, tariffs or tokens without TO is a broadcast."""
    assert plan(request("PUT", module, R, "/NL/CPA/X1"), DIRECTORY) == Broadcast(
        frozenset({"emsp:DE*EMA", "emsp:DE*EMB"})
    )


@pytest.mark.parametrize("to", [None, HUB, EMSP])
def test_an_address_of_ours_needs_no_routing_headers(to: Party | None) -> None:
    """H4.12: a result, a CDR and an opaque next page say by themselves where to, whatever TO says."""
    result = request("POST", "commands", S, "/START_SESSION/abc", to=to, sender=CPO)
    cdr = request("GET", "cdrs", R, "/abc", to=to)
    page = request("GET", "locations", S, to=to, query="hub_page=abc&limit=5")

    assert {plan(asked, DIRECTORY) for asked in (result, cdr, page)} == {Callback("abc")}


def test_agreements_and_status_hold_for_open_routing_too() -> None:
    """H3.12: a receiver that content names is refused like one that TO names."""
    cdr = request("POST", "cdrs", R, body=words.cdr())
    parties = platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP")

    assert outcome(cdr, directory(*parties, rules=[rule(CPO, EMSP, "cdrs")])) == "4003"
    assert outcome(cdr, directory(parties[0], platform("emsp", "DE/EMA/EMSP", state=PlatformState.SUSPENDED))) == "4003"
    assert outcome(cdr, directory(parties[0])) == "4001"
