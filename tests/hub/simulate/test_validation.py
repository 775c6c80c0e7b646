"""A simulated platform refuses what the specification's tables do not have, over real HTTP."""

from typing import Any

import pytest

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.messages import Answer
from hub.wire.interface import Interface, Version
from tests import words
from tests.hub.simulate.pair import Pair

NEW = "2030-01-01T00:00:00Z"


async def _push(pair: Pair, method: str, module: str, path: str, body: Any = None) -> Answer:
    return await pair.cpo.send(method, module, Interface.RECEIVER, path, body, to=words.EMSP)


def _without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {member: value[member] for member in value if member != name}


async def test_a_missing_field_is_named_and_nothing_is_stored(pair: Pair) -> None:
    """An object that lacks a required field gets HTTP 200 with 2001 and the field's name."""
    answer = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", _without(words.location(), "coordinates"))

    assert (answer.status, answer.status_code) == (200, 2001)
    assert answer.json["status_message"] == "/coordinates: is required"
    assert len(pair.emsp.locations) == 0


@pytest.mark.parametrize(
    ("module", "path", "body", "said"),
    [
        (
            "locations",
            "/NL/CPA/LOC1",
            words.location(country_code="BE"),
            "/country_code: 'BE' is not the one in the path",
        ),
        ("locations", "/NL/CPA/LOC1", words.location(id="LOC2"), "/id: 'LOC2' is not the one in the path"),
        ("locations", "/NL/CPA/LOC1/E1", words.evse(), "/uid: '3256' is not the one in the path"),
        ("sessions", "/NL/CPA/S2", words.session(), "/id: 'SESSION1' is not the one in the path"),
        ("tariffs", "/NL/XXX/TARIFF1", words.tariff(), "/party_id: 'CPA' is not the one in the path"),
        ("tariffs", "/NL/CPA/TARIFF1", words.tariff(elements=[]), "/elements: should have at least one element"),
    ],
)
async def test_owner_and_id_are_those_of_the_address(pair: Pair, module: str, path: str, body: Any, said: str) -> None:
    """Whatever differs between body and address, or breaks a rule of the chapter, is named."""
    answer = await _push(pair, "PUT", module, path, body)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert said in answer.json["status_message"]


async def test_a_patch_is_checked_for_what_it_has(pair: Pair) -> None:
    """Required fields may be absent from a PATCH but for last_updated; what is there must be valid."""
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())

    fine = await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1/3256", {"status": "BLOCKED", "last_updated": NEW})
    strange = await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1/3256", {"status": "FLYING", "last_updated": NEW})
    undated = await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1/3256", {"status": "BLOCKED"})

    assert [answer.status_code for answer in (fine, strange, undated)] == [1000, 2001, 2001]
    assert "/status: 'FLYING' is not one of" in strange.json["status_message"]
    assert undated.json["status_message"] == "/last_updated: is required"


async def test_a_body_that_is_none_is_no_json(pair: Pair) -> None:
    """An empty body is HTTP 400, `null` is JSON but no object, and where a body is optional both are none."""
    empty = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1")
    null = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", b"null")
    optional = [
        await pair.cpo.send("POST", "tokens", Interface.SENDER, f"/{pair.uid}/authorize", body, to=words.EMSP)
        for body in (None, b"null")
    ]

    assert [(answer.status, answer.status_code) for answer in (empty, null)] == [(400, 2000), (200, 2001)]
    assert [answer.data["allowed"] for answer in optional] == ["ALLOWED", "ALLOWED"]


async def test_what_the_query_must_have_is_demanded(pair: Pair) -> None:
    """The list of Sessions needs date_from, the profile of a session duration and response_url."""
    sessions = await pair.emsp.send("GET", "sessions", Interface.SENDER, to=words.CPO)
    profile = await pair.emsp.send("GET", "chargingprofiles", Interface.RECEIVER, "/S1?duration=900", to=words.CPO)

    assert [answer.status_code for answer in (sessions, profile)] == [2001, 2001]
    assert sessions.json["status_message"] == "/: date_from is missing in the query"
    assert profile.json["status_message"] == "/: response_url is missing in the query"


async def test_a_command_is_checked_before_it_is_obeyed(pair: Pair) -> None:
    """A connector without its EVSE, and a command without a Token, reach no charge point."""
    place = {"location_id": "LOC1", "connector_id": "1"}
    without_evse = await pair.emsp.command("START_SESSION", {"token": words.token(), **place}, to=words.CPO)
    without_token = await pair.emsp.command("START_SESSION", {"location_id": "LOC1"}, to=words.CPO)

    assert [sent.answer.status_code for sent in (without_evse, without_token)] == [2001, 2001]
    assert len(pair.cpo.runs) == 0


async def test_a_token_of_2_2_names_no_owner() -> None:
    """In OCPI 2.2 a CdrToken has no country_code and party_id, which is no fault there; a missing uid is one."""
    cpo = Cpo(words.CPO, locations=[words.location()], version=Version.V2_2)
    async with cpo, Emsp(words.EMSP, tokens=[words.token()], version=Version.V2_2) as emsp:
        await cpo.register(emsp.versions_url, emsp.invite())
        token = _without(_without(words.cdr_token(), "country_code"), "party_id")
        answers = [
            await cpo.send(
                "PUT",
                "sessions",
                Interface.RECEIVER,
                "/NL/CPA/SESSION1",
                words.session(cdr_token=cdr_token),
                to=words.EMSP,
            )
            for cdr_token in (token, _without(token, "uid"))
        ]

    assert [answer.status_code for answer in answers] == [1000, 2001]
