"""A simulated provider answers for its drivers and keeps what it is sent, over real HTTP."""

from typing import Any

import pytest

from hub.simulate.cpo import Cpo
from hub.simulate.drivers import tokens_of
from hub.simulate.emsp import Emsp
from hub.simulate.messages import Answer
from hub.wire.interface import Interface
from hub.wire.types import validate
from modules.shared import Token
from tests import words
from tests.hub.simulate.pair import Pair


async def _push(pair: Pair, method: str, module: str, path: str, body: Any = None) -> Answer:
    return await pair.cpo.send(method, module, Interface.RECEIVER, path, body, to=words.EMSP)


async def test_tokens_are_broadcast_and_kept_by_type(pair: Pair) -> None:
    """Every token reaches the operator; uid without case and type together are its key."""
    assert await pair.emsp.broadcast_tokens() == 2

    assert pair.cpo.tokens.get(words.EMSP, "blocked1") == pair.emsp.tokens["BLOCKED1"]
    assert pair.cpo.tokens.get(words.EMSP, "BLOCKED1", "APP_USER") is None


async def test_a_blocked_token_is_told_to_everyone(pair: Pair) -> None:
    """block patches valid=false, and authorize says BLOCKED from then on."""
    await pair.emsp.broadcast_tokens()

    assert await pair.emsp.block(pair.uid)

    kept = pair.cpo.tokens.get(words.EMSP, pair.uid)
    assert kept is not None
    assert kept["valid"] is False
    assert (await pair.cpo.authorize(pair.uid, to=words.EMSP)).data["allowed"] == "BLOCKED"


async def test_a_known_token_is_allowed_with_a_reference(pair: Pair) -> None:
    """The answer repeats the location that was asked for."""
    answer = await pair.cpo.authorize(pair.uid.lower(), to=words.EMSP, location_id="LOC1")

    assert (answer.data["allowed"], answer.data["location"]) == ("ALLOWED", {"location_id": "LOC1"})
    assert answer.data["token"]["uid"] == pair.uid
    assert answer.data["authorization_reference"]


@pytest.mark.parametrize(("uid", "type_"), [("NOBODY", "RFID"), ("012345678", "APP_USER")])
async def test_an_unknown_token_is_404_and_2004(pair: Pair, uid: str, type_: str) -> None:
    """The one OCPI error that is bound to an HTTP error; another type is another token."""
    answer = await pair.cpo.authorize(uid, to=words.EMSP, type_=type_)

    assert (answer.status, answer.status_code, answer.data) == (404, 2004, None)


async def test_a_token_that_is_bound_to_places_needs_one() -> None:
    """Without LocationReferences the answer is 2002, with them it is as for any other token."""
    emsp = Emsp(words.EMSP, tokens=[words.token()], bound_to_places=["012345678"])
    async with emsp, Cpo(words.CPO) as cpo:
        await cpo.register(emsp.versions_url, emsp.invite())

        nowhere = await cpo.authorize("012345678", to=words.EMSP)
        somewhere = await cpo.authorize("012345678", to=words.EMSP, location_id="LOC1")

    assert (nowhere.status, nowhere.status_code) == (200, 2002)
    assert somewhere.data["allowed"] == "ALLOWED"


async def test_tokens_are_listed(pair: Pair) -> None:
    """The SENDER side has a list of all tokens and no writing methods."""
    pulled = [token["uid"] async for token in pair.cpo.pull("tokens", to=words.EMSP)]

    assert pulled == ["012345678", "BLOCKED1"]
    assert (await pair.cpo.send("PUT", "tokens", Interface.SENDER, "/x", {}, to=words.EMSP)).status == 405
    assert (await pair.cpo.send("POST", "tokens", Interface.SENDER, "/x/y", {}, to=words.EMSP)).status == 404


async def test_a_location_is_replaced_changed_and_read(pair: Pair) -> None:
    """PUT answers 201 and then 200; an EVSE can be put and patched inside; GET gives back what was merged."""
    created = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())
    replaced = await _push(pair, "PUT", "locations", "/nl/cpa/loc1", words.location(name="New"))
    added = await _push(pair, "PUT", "locations", "/NL/CPA/LOC1/E2", words.evse(uid="E2"))
    patch = {"status": "BLOCKED", "last_updated": "2030-01-01T00:00:00Z"}
    patched = await _push(pair, "PATCH", "locations", "/NL/CPA/LOC1/E2", patch)
    whole = (await _push(pair, "GET", "locations", "/NL/CPA/LOC1")).data

    assert [a.status for a in (created, replaced, added, patched)] == [201, 200, 200, 200]
    assert (whole["name"], whole["last_updated"]) == ("New", "2030-01-01T00:00:00Z")
    assert [evse["status"] for evse in whole["evses"]] == ["AVAILABLE", "BLOCKED"]
    assert (await _push(pair, "GET", "locations", "/NL/CPA/LOC1/E2/1")).data["id"] == "1"


async def test_an_evse_is_replaced_in_its_place(pair: Pair) -> None:
    """PUT of an EVSE keeps the order of the others and gives its last_updated to the location."""
    evses = [words.evse(uid=uid) for uid in ("E1", "E2", "E3")]
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location(evses=evses))

    new = words.evse(uid="E2", status="PLANNED", last_updated="2030-01-01T00:00:00Z")
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1/e2", new)

    whole = (await _push(pair, "GET", "locations", "/NL/CPA/LOC1")).data
    assert [(evse["uid"], evse["status"]) for evse in whole["evses"]] == [
        ("E1", "AVAILABLE"),
        ("E2", "PLANNED"),
        ("E3", "AVAILABLE"),
    ]
    assert (whole["last_updated"], whole["evses"][0]["last_updated"]) == (
        "2030-01-01T00:00:00Z",
        evses[0]["last_updated"],
    )


async def test_a_connector_dates_what_is_around_it(pair: Pair) -> None:
    """PUT of a Connector gives its last_updated to its EVSE and its location."""
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1", words.location())

    new = words.connector(last_updated="2030-01-01T00:00:00Z")
    await _push(pair, "PUT", "locations", "/NL/CPA/LOC1/3256/1", new)

    whole = (await _push(pair, "GET", "locations", "/NL/CPA/LOC1")).data
    assert (whole["last_updated"], whole["evses"][0]["last_updated"]) == (new["last_updated"], new["last_updated"])


async def test_pushes_that_do_not_fit_are_refused(pair: Pair) -> None:
    """A foreign owner, a PATCH without last_updated, unknown objects and parents, broken JSON, a wrong method."""
    path = "/NL/CPA/LOC1"
    answers = [
        await _push(pair, "PUT", "locations", path, words.location(party_id="XXX")),
        await _push(pair, "PATCH", "locations", path, {"name": "x"}),
        await _push(pair, "PATCH", "locations", path, {"last_updated": "2030-01-01T00:00:00Z"}),
        await _push(pair, "PUT", "locations", path + "/E1", words.evse(uid="E1")),
        await _push(pair, "GET", "locations", path),
        await _push(pair, "PUT", "locations", path, b"{broken"),
        await _push(pair, "DELETE", "locations", path),
        await _push(pair, "PUT", "locations", "/NL"),
    ]

    assert [(a.status, a.status_code) for a in answers] == [
        (200, 2001),
        (200, 2001),
        (200, 2003),
        (200, 2003),
        (404, 2003),
        (400, 2000),
        (405, 2000),
        (200, 2001),
    ]


async def test_a_tariff_can_be_withdrawn(pair: Pair) -> None:
    """DELETE removes a tariff once; the second time it is unknown."""
    await pair.cpo.publish()

    answers = [await _push(pair, "DELETE", "tariffs", "/NL/CPA/AC") for _ in range(2)]

    assert [a.status for a in answers] == [200, 404]
    assert len(pair.emsp.tariffs) == 2


async def test_charging_periods_of_a_patch_are_appended(pair: Pair) -> None:
    """A session PATCH adds its charging_periods to those that are there; an empty list changes nothing."""
    session = words.session()
    path = f"/NL/CPA/{session['id']}"
    await _push(pair, "PUT", "sessions", path, session)
    before = len(session.get("charging_periods", []))
    period = {"start_date_time": "2026-01-01T00:00:00Z", "dimensions": [{"type": "TIME", "volume": 1}]}

    for periods in ([period], []):
        body = {"charging_periods": periods, "last_updated": "2026-01-01T00:00:00Z"}
        await _push(pair, "PATCH", "sessions", path, body)

    kept = pair.emsp.sessions.get(words.CPO, session["id"])
    assert kept is not None
    assert len(kept["charging_periods"]) == before + 1


async def test_a_cdr_is_kept_as_it_first_came(pair: Pair) -> None:
    """The same CDR again is no other one, other content is refused; nothing can be written at its URL."""
    first = await _push(pair, "POST", "cdrs", "", words.cdr(remark="first"))
    again = await _push(pair, "POST", "cdrs", "", words.cdr(remark="first"))
    other = await _push(pair, "POST", "cdrs", "", words.cdr(remark="second"))

    url = first.headers["Location"]
    assert (first.status, again.status, again.headers["Location"]) == (201, 200, url)
    assert (other.status_code, "Location" in other.headers, len(pair.emsp.cdrs)) == (2001, False, 1)
    assert (await pair.cpo.call("GET", url)).data["remark"] == "first"
    assert (await pair.cpo.call("GET", url + "x")).status == 404
    assert (await pair.cpo.call("PUT", url, {})).status == 405


async def test_results_that_nobody_waits_for_are_404(pair: Pair) -> None:
    """A callback address exists only for what was sent."""
    url = pair.emsp.url + pair.emsp.path("commands", Interface.SENDER)

    assert (await pair.cpo.call("POST", f"{url}/START_SESSION/guess", {"result": "ACCEPTED"})).status == 404


async def test_what_the_hub_says_about_parties_is_kept(pair: Pair) -> None:
    """PUT and GET hubclientinfo: one entry a party and role; there are no other methods."""
    info = words.client_info()
    path = f"/{info['country_code']}/{info['party_id']}"

    answer = await _push(pair, "PUT", "hubclientinfo", path, info)

    assert answer.status == 200
    assert [known["status"] for known in pair.emsp.client_infos.values()] == [info["status"]]
    assert (await _push(pair, "GET", "hubclientinfo", path)).data == info
    assert (await _push(pair, "GET", "hubclientinfo", "/XX/XXX")).status == 404
    assert (await _push(pair, "DELETE", "hubclientinfo", path)).status == 405


def test_drivers_are_valid_tokens_and_the_same_in_each_run() -> None:
    """Tokens pass the hub's check, are distinct, and depend on party, number and seed alone."""
    tokens = tokens_of(words.EMSP, "MapApp", 20)

    assert [problem for token in tokens for problem in validate(Token, token)] == []
    assert len({token["uid"] for token in tokens}) == 20
    assert tokens == tokens_of(words.EMSP, "MapApp", 20)
    assert tokens[0]["uid"] != tokens_of(words.EMSP, "MapApp", 1, seed=2)[0]["uid"]
