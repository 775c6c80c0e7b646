"""Messages without TO headers: the hub finds the receiver by the content and by what passed before, or says 4001."""

import pytest

from hub.simulate.messages import ok
from hub.wire.headers import RoutingHeaders, read_routing
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import Asked, R, S, Scripted, joined, known, party


async def _pushed_session(hub: RunningHub, cpo: Scripted, session_id: str) -> None:
    body = words.session(id=session_id)
    await cpo.ask("PUT", "sessions", R, f"/NL/CPA/{session_id}", body, to=words.EMSP)
    await known(hub, "session", session_id.lower(), words.CPO)


async def _pushed_location(hub: RunningHub, cpo: Scripted, location_id: str) -> None:
    body = words.location(id=location_id)
    await cpo.ask("PUT", "locations", R, f"/NL/CPA/{location_id}", body, to=words.EMSP)
    await known(hub, "location", location_id.lower(), words.CPO)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("PUT", "sessions", R, "/NL/CPA/NEW", words.session(id="NEW")),
        Asked("POST", "cdrs", R, "", words.cdr()),
        Asked("PUT", "sessions", R, "/NL/CPA/S", words.session(id="S", cdr_token=words.cdr_token(country_code="de"))),
    ],
)
async def test_the_token_names_the_provider(cpo: Scripted, emsp: Scripted, asked: Asked) -> None:
    """H3.40, H3.41, H1.34: a Session and a CDR go to the eMSP of their CdrToken; TO is filled in, and FROM says who answered."""
    answer = await cpo.ask(*asked, to=None)

    (received,) = emsp.got(asked.module)
    assert (received.to, received.from_) == (words.EMSP, words.CPO)
    assert received.body == words.body(asked.body)
    assert answer.status_code == 1000
    assert read_routing(answer.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


async def test_a_cdr_is_shown_to_nobody_else(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.40, H6.43: what is sent without TO headers reaches the one provider that it concerns."""
    async with joined(hub, "DE/ELS/EMSP") as other:
        await cpo.ask("POST", "cdrs", R, "", words.cdr(), to=None)
        everyone = await cpo.ask("POST", "cdrs", R, "", words.cdr(), to=words.HUB)

        assert everyone.status_code == 2001
        assert len(emsp.got("cdrs")) == 1
        assert other.got("cdrs") == []


async def test_a_part_of_a_session_follows_the_whole(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41, H6.38: PATCH goes to the eMSP that the earlier PUT went to, whatever the case of the id."""
    await _pushed_session(hub, cpo, "S-Patched")
    part = {"status": "COMPLETED", "last_updated": "2024-03-01T10:00:00Z"}

    answer = await cpo.ask("PATCH", "sessions", R, "/NL/CPA/s-patched", part, to=None)

    assert answer.status_code == 1000
    assert [received.method for received in emsp.got("sessions")] == ["PUT", "PATCH"]


async def test_a_token_is_authorized_by_its_provider(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41, H1.34: POST authorize goes to the only eMSP that pushed such a token; the type, if not RFID, counts."""
    emsp.on("POST", "tokens", S, ok(words.authorization_info()))
    await emsp.ask("PUT", "tokens", R, "/DE/EMA/CARD-1", words.token(uid="CARD-1"), to=words.CPO)
    await known(hub, "token", "rfid/card-1", words.EMSP)

    answer = await cpo.ask("POST", "tokens", S, "/card-1/authorize", to=None)
    as_app = await cpo.ask("POST", "tokens", S, "/CARD-1/authorize?type=APP_USER", to=None)

    assert answer.data["allowed"] == "ALLOWED"
    assert read_routing(answer.headers).sender == words.EMSP
    assert as_app.status_code == 4001
    assert len(emsp.got("tokens")) == 1


@pytest.mark.parametrize("suffix", ["", "/3256", "/3256/1"])
async def test_a_location_is_asked_of_its_owner(hub: RunningHub, cpo: Scripted, emsp: Scripted, suffix: str) -> None:
    """H3.41: GET of one Location, EVSE or Connector goes to the only CPO that pushed a Location of this id."""
    await _pushed_location(hub, cpo, "FOUND")

    answer = await emsp.ask("GET", "locations", S, f"/found{suffix}", to=None)

    (received,) = cpo.got("locations")
    assert answer.status_code == 1000
    assert received.target == f"{cpo.path('locations', S)}/found{suffix}"
    assert received.to == words.CPO


@pytest.mark.parametrize("name", ["RESERVE_NOW", "START_SESSION", "UNLOCK_CONNECTOR"])
async def test_a_command_at_a_location(hub: RunningHub, cpo: Scripted, emsp: Scripted, name: str) -> None:
    """H3.41: a command that names a Location goes to that Location's CPO."""
    await _pushed_location(hub, cpo, "FOUND")
    made = {
        "RESERVE_NOW": words.reserve_now,
        "START_SESSION": words.start_session,
        "UNLOCK_CONNECTOR": words.unlock_connector,
    }[name]

    body = made(location_id="found", response_url=f"{emsp.url}/results/1")
    answer = await emsp.ask("POST", "commands", R, f"/{name}", body, to=None)

    assert answer.status_code == 1000
    assert [received.to for received in cpo.got("commands")] == [words.CPO]


async def test_a_session_is_stopped_where_it_runs(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41: STOP_SESSION goes to the session's CPO."""
    await _pushed_session(hub, cpo, "S-Stopped")

    body = words.stop_session(session_id="S-STOPPED", response_url=f"{emsp.url}/results/1")
    answer = await emsp.ask("POST", "commands", R, "/STOP_SESSION", body, to=None)

    assert answer.status_code == 1000
    assert len(cpo.got("commands")) == 1


async def test_a_reservation_is_cancelled_where_it_was_made(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41: CANCEL_RESERVATION goes to the CPO that got the requester's RESERVE_NOW; others made no such reservation."""
    results = {"response_url": f"{emsp.url}/results/1"}
    reserve = words.reserve_now(reservation_id="Res-1", **results)
    await emsp.ask("POST", "commands", R, "/RESERVE_NOW", reserve, to=words.CPO)
    await known(hub, "reservation", "res-1", words.CPO, scope=words.EMSP)
    cancel = words.cancel_reservation(reservation_id="RES-1", **results)

    answer = await emsp.ask("POST", "commands", R, "/CANCEL_RESERVATION", cancel, to=None)
    async with joined(hub, "DE/OTH/EMSP") as other:
        cancel["response_url"] = f"{other.url}/results/1"
        of_another = await other.ask("POST", "commands", R, "/CANCEL_RESERVATION", cancel, to=None)

    assert answer.status_code == 1000
    assert of_another.status_code == 4001
    assert [received.segments[-1] for received in cpo.got("commands")] == ["RESERVE_NOW", "CANCEL_RESERVATION"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_profile_goes_where_the_session_runs(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, method: str
) -> None:
    """H3.41: charging profiles go to the session's CPO."""
    await _pushed_session(hub, cpo, "S-Profile")
    url = f"{emsp.url}/results/1"
    body = words.set_charging_profile(response_url=url) if method == "PUT" else None
    query = "" if method == "PUT" else f"?duration=900&response_url={url}"

    answer = await emsp.ask(method, "chargingprofiles", R, f"/s-profile{query}", body, to=None)

    assert answer.status_code == 1000
    assert [received.method for received in cpo.got("chargingprofiles")] == [method]


async def test_preferences_go_where_the_session_runs(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41: charging preferences go to the session's CPO."""
    await _pushed_session(hub, cpo, "S-Preferences")

    path = "/s-preferences/charging_preferences"
    answer = await emsp.ask("PUT", "sessions", S, path, words.charging_preferences(), to=None)

    assert answer.status_code == 1000
    assert [received.segments[-1] for received in cpo.got("sessions")] == ["charging_preferences"]


async def test_an_active_profile_goes_to_who_set_one(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41, H4.43: a CPO's own PUT of an ActiveChargingProfile goes to whoever set a profile for this session."""
    body = words.set_charging_profile(response_url=f"{emsp.url}/results/1")
    await emsp.ask("PUT", "chargingprofiles", R, "/S-Active", body, to=words.CPO)
    await known(hub, "charging-profile", "nl/cpa/s-active", words.EMSP)

    answer = await cpo.ask("PUT", "chargingprofiles", S, "/S-Active", words.active_charging_profile(), to=None)

    assert answer.status_code == 1000
    assert [received.to for received in emsp.got("chargingprofiles")] == [words.EMSP]


UNKNOWN: list[Asked] = [
    Asked("PATCH", "sessions", R, "/NL/CPA/NOBODYS", {"last_updated": "2024-03-01T10:00:00Z"}),
    Asked("PUT", "sessions", R, "/NL/CPA/S1", {"id": "S1"}),
    Asked("PUT", "sessions", R, "/NL/CPA/S1", words.session(id="S1", cdr_token=words.cdr_token(party_id="XXX"))),
    Asked("POST", "cdrs", R, "", words.cdr(cdr_token=words.cdr_token(country_code="XX"))),
    Asked("POST", "tokens", S, "/NOBODYS/authorize", None),
    Asked("GET", "locations", R, "/NL/CPA/LOC1", None),
    Asked("GET", "sessions", R, "/NL/CPA/S1", None),
    Asked("GET", "tariffs", R, "/NL/CPA/T1", None),
]
UNKNOWN_BY_EMSP: list[Asked] = [
    Asked("GET", "locations", S, "/NOBODYS", None),
    Asked("POST", "commands", R, "/START_SESSION", words.start_session(location_id="NOBODYS")),
    Asked("POST", "commands", R, "/STOP_SESSION", words.stop_session(session_id="NOBODYS")),
    Asked("POST", "commands", R, "/CANCEL_RESERVATION", words.cancel_reservation(reservation_id="NOBODYS")),
    Asked("POST", "commands", R, "/UNLOCK_CONNECTOR", {"response_url": "https://x.example"}),
    Asked("PUT", "chargingprofiles", R, "/NOBODYS", words.set_charging_profile()),
    Asked("PUT", "sessions", S, "/NOBODYS/charging_preferences", words.charging_preferences()),
    Asked("GET", "tokens", R, "/DE/EMA/T1", None),
]


@pytest.mark.parametrize("asked", UNKNOWN)
async def test_what_nobody_can_be_found_for_is_4001(cpo: Scripted, emsp: Scripted, asked: Asked) -> None:
    """H3.40, H3.42, H1.36: private messages of an operator are never told to everyone, but refused by the hub."""
    answer = await cpo.ask(*asked, to=None)

    assert (answer.status, answer.status_code) == (200, 4001)
    assert read_routing(answer.headers) == RoutingHeaders(to=words.CPO, sender=words.HUB)
    assert emsp.got(asked.module) == []


@pytest.mark.parametrize("asked", UNKNOWN_BY_EMSP)
async def test_what_no_operator_can_be_found_for_is_4001(cpo: Scripted, emsp: Scripted, asked: Asked) -> None:
    """H3.40, H3.42, H1.36: the same for a provider's."""
    answer = await emsp.ask(*asked, to=None)

    assert (answer.status, answer.status_code) == (200, 4001)
    assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.HUB)
    assert cpo.got(asked.module) == []


async def test_two_owners_of_one_id_are_4001(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.42: ids are unique within their owner only; where two fit, the hub does not guess."""
    async with joined(hub, "NL/CPB/CPO") as other_cpo, joined(hub, "DE/EMB/EMSP") as other_emsp:
        second_cpo, second_emsp = party("NL*CPB"), party("DE*EMB")
        twice = words.location(id="TWICE")
        await cpo.ask("PUT", "locations", R, "/NL/CPA/TWICE", twice, to=words.EMSP)
        await other_cpo.ask("PUT", "locations", R, "/NL/CPB/TWICE", twice | {"party_id": "CPB"}, to=words.EMSP)
        await emsp.ask("PUT", "tokens", R, "/DE/EMA/TWICE", words.token(uid="TWICE"), to=words.CPO)
        token = words.token(uid="TWICE", party_id="EMB")
        await other_emsp.ask("PUT", "tokens", R, "/DE/EMB/TWICE", token, to=words.CPO)
        await known(hub, "location", "twice", words.CPO, second_cpo)
        await known(hub, "token", "rfid/twice", words.EMSP, second_emsp)

        location = await emsp.ask("GET", "locations", S, "/TWICE", to=None)
        authorized = await cpo.ask("POST", "tokens", S, "/TWICE/authorize", to=None)
        named = await emsp.ask("GET", "locations", S, "/TWICE", to=second_cpo)

        assert [answer.status_code for answer in (location, authorized, named)] == [4001, 4001, 1000]
        assert [received.method for received in other_cpo.got("locations")] == ["GET"]
        assert other_emsp.got("tokens") == []


@pytest.mark.parametrize("module", ["locations", "sessions", "cdrs", "tariffs"])
async def test_a_list_is_not_routed_openly(cpo: Scripted, emsp: Scripted, module: str) -> None:
    """H3.40: GET of a list without TO is 2001, and the hub says how to ask (S8)."""
    answer = await emsp.ask("GET", module, S, "?date_from=2024-01-01T00:00:00Z", to=None)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "NL*HUB" in answer.json["status_message"]
    assert cpo.got(module) == []


async def test_what_is_found_is_still_bound_by_agreements(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.41, H3.12: open routing leads nowhere that a TO header would not lead."""
    async with joined(hub, "DE/DEN/EMSP") as denied:
        await hub.deny(words.CPO, denied.party, None)
        body = words.cdr(cdr_token=words.cdr_token(party_id="DEN"))

        answer = await cpo.ask("POST", "cdrs", R, "", body, to=None)

        assert answer.status_code == 4003
        assert denied.got("cdrs") == []


async def test_to_the_hub_for_one_object_is_open_routing(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.40: GET of one object, and authorize, with TO = the hub are taken for open routing."""
    await _pushed_location(hub, cpo, "FOUND")
    await emsp.ask("PUT", "tokens", R, "/DE/EMA/CARD-2", words.token(uid="CARD-2"), to=words.CPO)
    await known(hub, "token", "rfid/card-2", words.EMSP)

    location = await emsp.ask("GET", "locations", S, "/FOUND", to=words.HUB)
    authorized = await cpo.ask("POST", "tokens", S, "/CARD-2/authorize", to=words.HUB)

    assert [answer.status_code for answer in (location, authorized)] == [1000, 1000]
    assert [read_routing(answer.headers).sender for answer in (location, authorized)] == [words.CPO, words.EMSP]


@pytest.mark.parametrize(("name", "value"), [("OCPI-to-party-id", "CPA"), ("OCPI-to-country-code", "NL")])
async def test_half_an_address_is_2001(cpo: Scripted, emsp: Scripted, name: str, value: str) -> None:
    """H1.39: one TO header alone is a mistake, not open routing; so is an empty one."""
    half = await emsp.ask("GET", "locations", S, "/LOC1", to=None, headers={name: value})
    empty = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, headers={name: ""})

    assert [(answer.status, answer.status_code) for answer in (half, empty)] == [(200, 2001)] * 2
    assert cpo.got("locations") == []
