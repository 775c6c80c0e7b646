"""A simulated operator publishes, authorizes, charges, bills and takes commands, over real HTTP."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface, Version
from hub.wire.party import Party
from hub.wire.types import validate, validate_partial
from modules.cdrs.objects import CDR
from modules.sessions.objects import Session
from tests import words
from tests.hub.simulate.pair import SPEED, Pair


def _sent(pair: Pair, module: str) -> list[tuple[str, Any]]:
    path = pair.emsp.path(module, Interface.RECEIVER)
    return [(r.method, r.json) for r in pair.emsp.requests if r.path.startswith(path)]


async def test_publishing_sends_tariffs_and_locations(pair: Pair) -> None:
    """The other side has every tariff and location afterwards; they are addressed to it, from the operator."""
    accepted = await pair.cpo.publish()

    assert accepted == 1
    assert pair.emsp.locations.get(words.CPO, "loc1") == pair.cpo.locations["LOC1"]
    assert len(pair.emsp.tariffs) == 3
    assert {(r.to, r.from_) for r in pair.emsp.requests if r.method == "PUT"} == {(words.EMSP, words.CPO)}


async def test_publishing_counts_what_was_refused(pair: Pair) -> None:
    """A refusal does not end the publishing; it is counted and kept as a sentence."""
    pair.emsp.answer("PUT", pair.emsp.path("locations", Interface.RECEIVER), refused(2001, "no such field"))

    assert await pair.cpo.publish() == 0
    assert "HTTP 200, OCPI 2001: no such field" in pair.cpo.problems[0]


async def test_publishing_keeps_its_concurrency(pair: Pair) -> None:
    """No more requests are on the way at once than was said."""
    running, most = 0, 0

    async def counted(_: object) -> Reply:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return ok()

    pair.emsp.answer("PUT", pair.emsp.path("locations", Interface.RECEIVER), counted)
    pair.cpo.locations.update({f"L{n}": words.location(id=f"L{n}") for n in range(20)})

    assert await pair.cpo.publish(concurrency=3) == 21
    assert 1 < most <= 3


async def test_a_status_is_patched_with_last_updated(pair: Pair) -> None:
    """The EVSE, and what is around it, changes on both sides with the same last_updated."""
    await pair.cpo.publish()

    assert await pair.cpo.set_status("LOC1", "3256", "OUTOFORDER")

    ours, theirs = pair.cpo.locations["LOC1"], pair.emsp.locations.get(words.CPO, "LOC1")
    assert theirs == ours
    assert ours["evses"][0]["status"] == "OUTOFORDER"
    assert ours["last_updated"] == ours["evses"][0]["last_updated"] > "2026"


async def test_a_remote_start_ends_in_a_cdr(pair: Pair) -> None:
    """START_SESSION: response, result, session, EVSE CHARGING, reports, CDR at the token's eMSP, EVSE AVAILABLE."""
    sent = await pair.emsp.start_session(pair.uid, pair.location_id, "3256", to=words.CPO)
    result = await pair.emsp.callbacks.result(sent.result_id)
    await pair.cpo.tasks.join()

    assert (sent.answer.data["result"], result) == ("ACCEPTED", {"result": "ACCEPTED"})
    assert [method for method, _ in _sent(pair, "sessions")] == ["PUT", "PATCH", "PATCH", "PATCH", "PATCH"]
    assert [body["status"] for _, body in _sent(pair, "locations")] == ["CHARGING", "AVAILABLE"]
    assert [method for method, _ in _sent(pair, "cdrs")] == ["POST"]
    assert pair.cpo.locations["LOC1"]["evses"][0]["status"] == "AVAILABLE"


async def test_what_a_session_sends_is_valid_and_adds_up(pair: Pair) -> None:
    """Each body passes the hub's checks; the receiver's merged session equals the sender's; the CDR has the same sums."""
    await pair.emsp.start_session(pair.uid, pair.location_id, to=words.CPO)
    await pair.emsp.wait_until(lambda: bool(pair.emsp.cdrs))

    (session,), (cdr,) = pair.emsp.sessions, pair.emsp.cdrs.values()
    assert [p for method, b in _sent(pair, "sessions") if method == "PATCH" for p in validate_partial(Session, b)] == []
    assert validate(Session, session) + validate(CDR, cdr) == []
    assert session == pair.cpo.sessions[session["id"]]
    assert session["status"] == "COMPLETED"
    assert (cdr["session_id"], cdr["total_energy"], cdr["end_date_time"]) == (
        session["id"],
        session["kwh"],
        session["end_date_time"],
    )
    assert cdr["total_cost"] == session["total_cost"]
    assert cdr["total_time"] == sum(p["dimensions"][1]["volume"] for p in cdr["charging_periods"])
    assert cdr["authorization_reference"] == session["authorization_reference"]


async def test_nothing_is_dated_in_the_future(pair: Pair) -> None:
    """However fast a session is played, it ends before its CDR is written."""
    await pair.emsp.start_session(pair.uid, pair.location_id, to=words.CPO)
    await pair.emsp.wait_until(lambda: bool(pair.emsp.cdrs))

    (cdr,) = pair.emsp.cdrs.values()
    assert cdr["start_date_time"] < cdr["end_date_time"] <= cdr["last_updated"]


async def test_the_same_seed_charges_the_same(pair: Pair) -> None:
    """Energy, time and cost of the first session follow from seed and station."""

    async def energy_of_a_run() -> tuple[Decimal, Decimal]:
        cpo = Cpo(words.CPO, locations=[words.location()], speed=SPEED, seed=7)
        async with cpo, Emsp(words.EMSP, tokens=[words.token()]) as emsp:
            await cpo.register(emsp.versions_url, emsp.invite())
            await emsp.start_session("012345678", "LOC1", to=words.CPO)
            await emsp.wait_until(lambda: bool(emsp.cdrs))
            (cdr,) = emsp.cdrs.values()
            return cdr["total_energy"], cdr["total_cost"]["excl_vat"]

    assert await energy_of_a_run() == await energy_of_a_run()


async def test_a_session_stops_when_it_is_told(pair: Pair) -> None:
    """STOP_SESSION ends a session that would have lasted, and the CDR has only what was charged."""
    pair.cpo.speed = 1.0
    await pair.emsp.start_session(pair.uid, pair.location_id, to=words.CPO)
    await pair.emsp.wait_until(lambda: len(pair.emsp.sessions) == 1)
    (session,) = pair.emsp.sessions
    blocked = await pair.emsp.start_session(pair.uid, pair.location_id, "3256", to=words.CPO)

    stopped = await pair.emsp.stop_session(session["id"], to=words.CPO)
    await pair.cpo.tasks.join()

    assert (await pair.emsp.callbacks.result(blocked.result_id))["result"] == "EVSE_OCCUPIED"
    assert (await pair.emsp.callbacks.result(stopped.result_id))["result"] == "ACCEPTED"
    assert pair.cpo.cdrs[session["id"]]["total_time"] < Decimal("0.1")
    again = await pair.emsp.stop_session(session["id"], to=words.CPO)
    assert again.answer.data["result"] == "UNKNOWN_SESSION"


async def test_a_card_is_authorized_before_it_charges(pair: Pair) -> None:
    """plug_in asks the eMSP; a blocked and an unknown card charge nothing."""
    session_id = await pair.cpo.plug_in(pair.uid, pair.location_id, "3256", to=words.EMSP)
    blocked = await pair.cpo.plug_in("BLOCKED1", pair.location_id, "3256", to=words.EMSP)
    unknown = await pair.cpo.plug_in("NOBODY", pair.location_id, "3256", to=words.EMSP)
    await pair.cpo.tasks.join()

    assert (blocked, unknown) == (None, None)
    assert session_id is not None
    assert pair.cpo.cdrs[session_id]["auth_method"] == "AUTH_REQUEST"


async def test_a_session_survives_a_provider_that_is_away(pair: Pair) -> None:
    """Pushes that fail are noted, the next one is a PUT of the whole session, and the CDR waits to be pulled."""
    pair.cpo.speed = 1.0
    await pair.emsp.start_session(pair.uid, pair.location_id, to=words.CPO)
    await pair.emsp.wait_until(lambda: any(r.path.endswith("/3256") for r in pair.emsp.requests))
    pair.emsp.fail(Fault.SERVER_ERROR)
    next(iter(pair.cpo.runs.values())).stop()
    await pair.cpo.tasks.join()
    pair.emsp.fail(Fault.NONE)

    pulled = [cdr async for cdr in _pull(pair.emsp, "cdrs")]

    assert pair.emsp.cdrs == {}
    assert [cdr["id"] for cdr in pulled] == list(pair.cpo.cdrs)
    assert any("HTTP 500" in problem for problem in pair.cpo.problems)


async def test_a_session_that_did_not_arrive_is_put_again(pair: Pair) -> None:
    """After a push that was refused comes a PUT of the whole session, then PATCHes again."""
    refusals = iter([refused(3000, "try later")])
    pair.emsp.answer("PUT", pair.emsp.path("sessions", Interface.RECEIVER), lambda _: next(refusals, None))

    await pair.emsp.start_session(pair.uid, pair.location_id, to=words.CPO)
    await pair.emsp.wait_until(lambda: bool(pair.emsp.cdrs))

    assert [method for method, _ in _sent(pair, "sessions")] == ["PUT", "PUT", "PATCH", "PATCH", "PATCH"]
    (session,) = pair.emsp.sessions
    assert session == pair.cpo.sessions[session["id"]]


async def test_an_evse_is_given_to_one_driver(pair: Pair) -> None:
    """Of two commands for one EVSE the second finds it occupied, even before any status was told."""
    pair.cpo.speed = 1.0

    sent = [await pair.emsp.start_session(pair.uid, pair.location_id, "3256", to=words.CPO) for _ in range(2)]

    results = [(await pair.emsp.callbacks.result(one.result_id))["result"] for one in sent]
    assert results == ["ACCEPTED", "EVSE_OCCUPIED"]


async def test_a_reserved_evse_is_for_the_driver_who_reserved_it(pair: Pair) -> None:
    """The eMSP of the reservation may start a session there, which uses the reservation up."""
    pair.cpo.speed = 1.0
    place = {"location_id": "LOC1", "evse_uid": "3256"}
    body = {"token": words.token(), "expiry_date": "2030-01-01T00:00:00Z", "reservation_id": "R1", **place}
    await pair.emsp.command("RESERVE_NOW", body, to=words.CPO)
    other = Party(country_code="DE", party_id="XXX")
    url = pair.cpo.url + pair.cpo.path("commands", Interface.RECEIVER) + "/START_SESSION"
    foreign_body = {"token": words.token(), "response_url": pair.emsp.url, **place}
    await pair.emsp.call("POST", url, foreign_body, to=words.CPO, from_=other)
    foreign = await pair.emsp.wait_for(lambda r: r.to == other)

    started = await pair.emsp.start_session(pair.uid, "LOC1", "3256", to=words.CPO)

    assert foreign.json == {"result": "EVSE_OCCUPIED"}
    assert (await pair.emsp.callbacks.result(started.result_id))["result"] == "ACCEPTED"
    assert pair.cpo.commands.reservations == {}


def _pull(platform: Emsp, module: str, query: str = "") -> Any:
    return platform.pull(module, to=words.CPO, query=query)


async def test_the_cdr_can_be_read_back(pair: Pair) -> None:
    """The Location header of POST cdrs is kept and works."""
    session_id = await pair.cpo.plug_in(pair.uid, pair.location_id, "3256", to=words.EMSP)
    await pair.cpo.tasks.join()

    answer = await pair.cpo.get_cdr(session_id or "")

    assert answer.data == pair.cpo.cdrs[session_id or ""]


async def test_lists_are_paged_and_singles_are_found(pair: Pair) -> None:
    """Locations, their EVSEs and Connectors; sessions need date_from and show an eMSP its own alone."""
    pair.cpo.locations.update({f"L{n}": words.location(id=f"L{n}") for n in range(4)})
    session_id = await pair.cpo.plug_in(pair.uid, pair.location_id, "3256", to=words.EMSP)
    await pair.cpo.tasks.join()

    assert [item["id"] async for item in _pull(pair.emsp, "locations")] == ["LOC1", "L0", "L1", "L2", "L3"]
    assert [item["id"] async for item in _pull(pair.emsp, "sessions", "date_from=2020-01-01T00:00:00Z")] == [session_id]
    assert (await _get(pair, "/LOC1/3256/1")).data["id"] == "1"
    assert ((await _get(pair, "/LOC1/none")).status, (await _get(pair, "/none")).status_code) == (404, 2003)
    undated = await pair.emsp.send("GET", "sessions", Interface.SENDER, to=words.CPO)
    assert undated.status_code == 2001
    stranger = await pair.emsp.call(
        "GET",
        f"{pair.cpo.url}{pair.cpo.path('cdrs', Interface.SENDER)}",
        to=words.CPO,
        from_=Party(country_code="DE", party_id="XXX"),
    )
    assert stranger.data == []


async def _get(pair: Pair, path: str) -> Any:
    return await pair.emsp.send("GET", "locations", Interface.SENDER, path, to=words.CPO)


async def test_a_reservation_holds_an_evse_until_it_is_cancelled(pair: Pair) -> None:
    """RESERVE_NOW, CANCEL_RESERVATION, and a cancellation by the operator to the first response_url."""
    body = {
        "token": words.token(),
        "expiry_date": "2030-01-01T00:00:00Z",
        "reservation_id": "R1",
        "location_id": "LOC1",
    }
    reserved = await pair.emsp.command("RESERVE_NOW", body, to=words.CPO)
    other = await pair.emsp.command("CANCEL_RESERVATION", {"reservation_id": "R2"}, to=words.CPO)
    await pair.cpo.tasks.join()
    held = pair.cpo.locations["LOC1"]["evses"][0]["status"]

    await pair.cpo.commands.cancel(words.EMSP, "R1")

    assert held == "RESERVED"
    assert (await pair.emsp.callbacks.result(other.result_id))["result"] == "UNKNOWN_RESERVATION"
    results = [result["result"] for result in pair.emsp.callbacks.results[reserved.result_id]]
    assert results == ["ACCEPTED", "CANCELED_RESERVATION"]
    again = await pair.emsp.command("RESERVE_NOW", body, to=words.CPO)
    cancelled = await pair.emsp.command("CANCEL_RESERVATION", {"reservation_id": "R1"}, to=words.CPO)
    assert (await pair.emsp.callbacks.result(again.result_id))["result"] == "ACCEPTED"
    assert (await pair.emsp.callbacks.result(cancelled.result_id))["result"] == "ACCEPTED"


async def test_commands_for_what_is_not_there(pair: Pair) -> None:
    """An unknown location is 2003, an unknown session UNKNOWN_SESSION, an unknown command 404."""
    start = await pair.emsp.start_session(pair.uid, "nowhere", to=words.CPO)
    stop = await pair.emsp.stop_session("S9", to=words.CPO)
    connector = {"location_id": "LOC1", "evse_uid": "3256"}
    unlock = await pair.emsp.command("UNLOCK_CONNECTOR", connector | {"connector_id": "1"}, to=words.CPO)
    absent = await pair.emsp.command("UNLOCK_CONNECTOR", connector | {"connector_id": "9"}, to=words.CPO)
    strange = await pair.emsp.command("OPEN_SESAME", {}, to=words.CPO)

    assert (start.answer.status_code, stop.answer.data["result"]) == (2003, "UNKNOWN_SESSION")
    assert (await pair.emsp.callbacks.result(unlock.result_id))["result"] == "ACCEPTED"
    assert (absent.answer.status_code, strange.answer.status) == (2003, 404)


async def test_commands_for_an_evse_that_is_not_there(pair: Pair) -> None:
    """An EVSE or connector that the location does not have is 2003, not occupied."""
    place = {"location_id": "LOC1", "evse_uid": "none"}
    reservation = {"token": words.token(), "expiry_date": "2030-01-01T00:00:00Z", "reservation_id": "R1"}

    start = await pair.emsp.start_session(pair.uid, "LOC1", "none", to=words.CPO)
    reserve = await pair.emsp.command("RESERVE_NOW", reservation | place, to=words.CPO)

    assert (start.answer.status_code, reserve.answer.status_code) == (2003, 2003)
    assert len(pair.cpo.tasks) == 0


async def test_two_orders_are_two_sessions(pair: Pair) -> None:
    """Orders that are taken before the first session began have ids of their own."""
    place = {"location_id": "LOC1", "evse_uid": "3256", "auth_method": "COMMAND"}

    ids = [pair.cpo.order(token=words.token(), **place).session_id for _ in range(2)]

    assert len(set(ids)) == 2


async def test_a_session_needs_nobody_to_tell() -> None:
    """An operator that is registered with nobody charges and bills all the same, and notes what it could not tell."""
    async with Cpo(words.CPO, locations=[words.location()], speed=SPEED) as cpo:
        cpo.begin(cpo.order(token=words.token(), location_id="LOC1", evse_uid="3256", auth_method="WHITELIST"))
        await cpo.tasks.join()

        assert [cdr["session_id"] for cdr in cpo.cdrs.values()] == list(cpo.sessions)
        assert cpo.locations["LOC1"]["evses"][0]["status"] == "AVAILABLE"
        assert "is not registered" in cpo.problems[-1]


async def test_charging_profiles_are_set_read_and_cleared(pair: Pair) -> None:
    """Each is answered at once and later by its result; the active profile is pushed to who set it."""
    pair.cpo.speed = 1.0
    session_id = await pair.cpo.plug_in(pair.uid, pair.location_id, "3256", to=words.EMSP) or ""
    profile = {"charging_rate_unit": "W", "charging_profile_period": [{"start_period": 0, "limit": Decimal("11000.0")}]}

    put = await pair.emsp.set_profile(session_id, profile, to=words.CPO)
    get = await pair.emsp.get_profile(session_id, 900, to=words.CPO)
    await pair.emsp.callbacks.result(get.result_id)
    await pair.cpo.profiles.push_active(session_id)
    delete = await pair.emsp.clear_profile(session_id, to=words.CPO)
    again = await pair.emsp.clear_profile(session_id, to=words.CPO)
    unknown = await pair.emsp.clear_profile("S9", to=words.CPO)

    results = [(await pair.emsp.callbacks.result(sent.result_id)) for sent in (put, get, delete, again)]
    assert [result["result"] for result in results] == ["ACCEPTED", "ACCEPTED", "ACCEPTED", "UNKNOWN"]
    assert results[1]["profile"]["charging_profile"] == profile
    assert pair.emsp.callbacks.active_profiles[session_id]["charging_profile"] == profile
    assert unknown.answer.data["result"] == "UNKNOWN_SESSION"


async def _prefer(pair: Pair, session_id: str) -> Any:
    path = f"/{session_id}/charging_preferences"
    return await pair.emsp.send("PUT", "sessions", Interface.SENDER, path, {"profile_type": "FAST"}, to=words.CPO)


async def test_charging_preferences_need_an_evse_that_can(pair: Pair) -> None:
    """Without CHARGING_PREFERENCES_CAPABLE it is HTTP 404 with 2001; with it they are kept, until the session is over."""
    pair.cpo.speed = 1.0
    session_id = await pair.cpo.plug_in(pair.uid, pair.location_id, "3256", to=words.EMSP) or ""
    await pair.emsp.wait_until(lambda: len(pair.emsp.sessions) == 1)

    incapable, unknown = await _prefer(pair, session_id), await _prefer(pair, "S99")
    pair.cpo.locations["LOC1"]["evses"][0]["capabilities"].append("CHARGING_PREFERENCES_CAPABLE")
    capable = await _prefer(pair, session_id)
    pair.cpo.runs[session_id].stop()
    await pair.cpo.tasks.join()
    over = await _prefer(pair, session_id)

    assert [(answer.status, answer.status_code) for answer in (incapable, unknown)] == [(404, 2001), (404, 2001)]
    assert (capable.data, over.data) == ("ACCEPTED", "NOT_POSSIBLE")
    assert pair.cpo.preferences == {session_id: {"profile_type": "FAST"}}


async def test_version_2_2_has_its_own_cdr() -> None:
    """In 2.2 a CdrToken has no owner and a CdrLocation always a postal_code."""
    location = words.location()
    del location["postal_code"]
    cpo = Cpo(words.CPO, locations=[location], speed=SPEED, version=Version.V2_2)
    async with cpo, Emsp(words.EMSP, tokens=[words.token()], version=Version.V2_2) as emsp:
        await cpo.register(emsp.versions_url, emsp.invite())
        await emsp.start_session("012345678", "LOC1", to=words.CPO)
        await emsp.wait_until(lambda: bool(emsp.cdrs))

        (cdr,) = emsp.cdrs.values()
        assert sorted(cdr["cdr_token"]) == ["contract_id", "type", "uid"]
        assert cdr["cdr_location"]["postal_code"] == "#NA"


async def test_an_order_for_a_place_that_is_not_there(pair: Pair) -> None:
    """EVSE and connector must exist."""
    for place in ({"evse_uid": "9"}, {"evse_uid": "3256", "connector_id": "9"}):
        with pytest.raises(LookupError):
            pair.cpo.order(token=words.token(), location_id="LOC1", auth_method="COMMAND", **place)
