"""A platform that speaks 2.2 and one that speaks 2.2.1 exchange every module through the hub."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from hub.simulate.messages import Answer, ok
from hub.simulate.paging import following
from hub.wire.interface import Version
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, known, party
from tests.whole.rows import ROWS, Row, operators_answer

OLD_CPO, OLD_EMSP = party("NL*OLC"), party("DE*OLE")
CDR_TOKEN_2_2 = {"uid": "012345678", "type": "RFID", "contract_id": "DE8EMA12E46L89"}


@pytest.fixture(scope="module")
async def old_operator(hub: RunningHub) -> AsyncIterator[Scripted]:
    """NL*OLC, which speaks 2.2."""
    async with joined(hub, "NL/OLC/CPO", version=Version.V2_2) as platform:
        yield platform


@pytest.fixture(scope="module")
async def old_provider(hub: RunningHub) -> AsyncIterator[Scripted]:
    """DE*OLE, which speaks 2.2."""
    async with joined(hub, "DE/OLE/EMSP", version=Version.V2_2) as platform:
        yield platform


@pytest.fixture
def old_cpo(old_operator: Scripted) -> Scripted:
    """NL*OLC, whose scripts and requests are gone."""
    old_operator.forget()
    return old_operator


@pytest.fixture
def old_emsp(old_provider: Scripted) -> Scripted:
    """DE*OLE, whose scripts and requests are gone."""
    old_provider.forget()
    return old_provider


def _session_2_2(**changes: Any) -> words.Words:
    owner = {"country_code": "NL", "party_id": "OLC"}
    return words.session(cdr_token=CDR_TOKEN_2_2, **owner) | changes


def _cdr_2_2(**changes: Any) -> words.Words:
    return words.cdr(cdr_token=CDR_TOKEN_2_2, country_code="NL", party_id="OLC") | changes


async def _exchange(row: Row, cpo: Scripted, emsp: Scripted) -> tuple[Answer, Scripted]:
    module, endpoint = row.module, row.endpoint
    sender, receiver = (emsp, cpo) if operators_answer(module, endpoint.interface) else (cpo, emsp)
    body = row.body(sender)
    if body is not None:
        body = body.replace(b'"EMA"', f'"{emsp.party.party_id}"'.encode())
        body = body.replace(b'"CPA"', f'"{cpo.party.party_id}"'.encode())
    suffix = row.path(sender) + row.query(sender)
    answer = await sender.ask(endpoint.method, module.identifier, endpoint.interface, suffix, body, to=receiver.party)
    return answer, receiver


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_every_endpoint_between_the_versions(
    row: Row, cpo: Scripted, emsp: Scripted, old_cpo: Scripted, old_emsp: Scripted
) -> None:
    """H8.05, H3.01: each goes to the receiver's endpoint of its own version, in both directions and between two of 2.2."""
    for operator, provider in ((old_cpo, emsp), (cpo, old_emsp), (old_cpo, old_emsp)):
        operator.forget()
        provider.forget()

        answer, receiver = await _exchange(row, operator, provider)

        (received,) = receiver.got(row.module.identifier)
        there = (str(receiver.version), row.endpoint.interface.lower(), row.module.identifier)
        assert answer.status_code == 1000
        assert received.segments[1:4] == there
        assert received.method == row.endpoint.method


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_session_to_2_2_names_no_owner_of_its_token(cpo: Scripted, old_emsp: Scripted, method: str) -> None:
    """H8.05, H3.03: the owner is dropped, and nothing else changes; numbers keep their digits, last_updated its time."""
    session = words.session(kwh=words.number("4.2500000000000000001"), own={"x": words.number("1.10")})

    answer = await cpo.ask(method, "sessions", R, "/NL/CPA/SESSION1", words.body(session), to=OLD_EMSP)

    assert answer.status_code == 1000
    assert old_emsp.got("sessions")[0].body == words.body(session | {"cdr_token": CDR_TOKEN_2_2})


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_session_from_2_2_gets_the_owner_of_its_token(old_cpo: Scripted, emsp: Scripted, method: str) -> None:
    """H8.05, H8.03: the eMSP that the session goes to is filled in; an owner that is there is believed."""
    path = "/NL/OLC/SESSION1"
    owned = _session_2_2(cdr_token={**CDR_TOKEN_2_2, "country_code": "FR", "party_id": "XXX"})

    await old_cpo.ask(method, "sessions", R, path, words.body(_session_2_2()), to=words.EMSP)
    await old_cpo.ask(method, "sessions", R, path, words.body(owned), to=words.EMSP)

    filled, believed = emsp.got("sessions")
    assert filled.json["cdr_token"] == {**CDR_TOKEN_2_2, "country_code": "DE", "party_id": "EMA"}
    assert filled.json["kwh"] == Decimal("4.25")
    assert believed.body == words.body(owned)


async def test_a_scheduler_is_no_owner_of_a_token(hub: RunningHub, old_cpo: Scripted) -> None:
    """H8.05, H8.02: a Session of 2.2 that an SCSP gets, pushed or in a list, is about a driver of somebody else."""
    body = words.body(_session_2_2())
    old_cpo.on("GET", "sessions", S, ok([_session_2_2()]))
    async with joined(hub, "NL/SCS/SCSP") as scheduler:
        await old_cpo.ask("PUT", "sessions", R, "/NL/OLC/SESSION1", body, to=scheduler.party)
        listed = await scheduler.ask("GET", "sessions", S, "?date_from=2024-01-01T00:00:00Z", to=OLD_CPO)

        assert scheduler.got("sessions")[0].body == body
    assert listed.data[0]["cdr_token"] == CDR_TOKEN_2_2


async def test_a_patch_without_a_token_passes_as_it_is(cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05, H3.04: a body in which the versions do not differ keeps its bytes."""
    body = b'{ "kwh": 5.10,\n "last_updated": "2024-03-01T10:00:00Z" }'

    await cpo.ask("PATCH", "sessions", R, "/NL/CPA/SESSION1", body, to=OLD_EMSP)

    assert old_emsp.got("sessions")[0].body == body


async def test_between_two_of_2_2_nothing_is_translated(old_cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.01, H3.04: equal versions exchange bytes, even where they write what their version lacks."""
    body = words.body(words.cdr(party_id="OLC", home_charging_compensation=True)).replace(b",", b",\n ")
    answered = ok([words.session()])
    old_cpo.on("GET", "sessions", S, answered)

    await old_cpo.ask("POST", "cdrs", R, "", body, to=OLD_EMSP)
    listed = await old_emsp.ask("GET", "sessions", S, "?date_from=2024-01-01T00:00:00Z", to=OLD_CPO)

    assert old_emsp.got("cdrs")[0].body == body
    assert listed.body == answered.body


async def test_a_cdr_to_2_2_and_back(cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05, H4.21: a CDR loses what 2.2 lacks, has a postal_code, and is read back with its owner at its address."""
    location = {**words.cdr()["cdr_location"], "state": "UT", "connector_power_type": "AC_2_PHASE"}
    del location["postal_code"]
    old_emsp.on("POST", "cdrs", R, ok(headers={"Location": f"{old_emsp.url}/kept/1"}))
    old_emsp.answer("GET", "/kept", lambda _: ok(old_emsp.got("cdrs")[0].json))

    posted = await cpo.ask(
        "POST", "cdrs", R, "", words.cdr(cdr_location=location, home_charging_compensation=False), to=OLD_EMSP
    )
    read = await cpo.call("GET", posted.headers["Location"], to=OLD_EMSP, from_=words.CPO)

    taken = old_emsp.got("cdrs")[0].json
    assert taken["cdr_token"] == CDR_TOKEN_2_2
    assert "home_charging_compensation" not in taken
    assert "state" not in taken["cdr_location"]
    assert taken["cdr_location"]["postal_code"] == "#NA"
    assert taken["cdr_location"]["connector_power_type"] == "AC_1_PHASE"
    assert posted.headers["Location"].startswith(f"{cpo.registered()[0].endpoint('cdrs', R)}/")
    assert read.data["cdr_token"] == {**CDR_TOKEN_2_2, "country_code": "DE", "party_id": "OLE"}
    assert read.data["total_cost"] == {"excl_vat": Decimal("4.00"), "incl_vat": Decimal("4.84")}


async def test_a_cdr_from_2_2_and_back(hub: RunningHub, old_cpo: Scripted, emsp: Scripted) -> None:
    """H8.05, H4.21: a CDR gets the owner of its token; its address is one of the hub's 2.2 endpoints."""
    emsp.on("POST", "cdrs", R, ok(headers={"Location": f"{emsp.url}/kept/1"}))
    emsp.answer("GET", "/kept", lambda _: ok(emsp.got("cdrs")[0].json))

    posted = await old_cpo.ask("POST", "cdrs", R, "", _cdr_2_2(), to=words.EMSP)
    read = await old_cpo.call("GET", posted.headers["Location"], to=words.EMSP, from_=OLD_CPO)

    assert emsp.got("cdrs")[0].json["cdr_token"] == {**CDR_TOKEN_2_2, "country_code": "DE", "party_id": "EMA"}
    assert posted.headers["Location"].startswith(hub.url("cdrs", R, "/", version=Version.V2_2))
    assert read.data["cdr_token"] == CDR_TOKEN_2_2


async def test_lists_of_the_other_version(hub: RunningHub, old_cpo: Scripted, emsp: Scripted) -> None:
    """H8.05, H4.10: a page of 2.2 sessions is read as 2.2.1, and its Link is of the reader's version."""
    link = f'<{old_cpo.url}{old_cpo.path("sessions", S)}?date_from=x&offset=2>; rel="next"'
    listed = [_session_2_2(), _session_2_2(id="SESSION2")]
    old_cpo.on("GET", "sessions", S, ok(listed, headers={"Link": link, "X-Total-Count": "3", "X-Limit": "2"}))

    answer = await emsp.ask("GET", "sessions", S, "?date_from=2024-01-01T00:00:00Z", to=OLD_CPO)

    owners = [(item["cdr_token"]["country_code"], item["cdr_token"]["party_id"]) for item in answer.data]
    assert owners == [("DE", "EMA")] * 2
    assert following(answer) == hub.url("sessions", S, "?date_from=x&offset=2")
    assert (answer.headers["X-Total-Count"], answer.headers["X-Limit"]) == ("3", "2")


async def test_a_list_for_2_2(hub: RunningHub, cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05, H4.10: a page of 2.2.1 CDRs is read as 2.2, cursors included."""
    link = f'<{cpo.url}/cursor/1>; rel="next"'
    cpo.on("GET", "cdrs", S, ok([words.cdr()], headers={"Link": link}))
    cpo.answer("GET", "/cursor", ok([words.cdr(id="CDR2")]))

    first = await old_emsp.ask("GET", "cdrs", S, to=words.CPO)
    second = await old_emsp.call("GET", following(first) or "", to=words.CPO, from_=OLD_EMSP)

    assert (following(first) or "").startswith(hub.url("cdrs", S, "?", version=Version.V2_2))
    assert [item["cdr_token"] for answer in (first, second) for item in answer.data] == [CDR_TOKEN_2_2] * 2


async def test_a_start_session_to_2_2_has_no_connector(hub: RunningHub, old_cpo: Scripted, emsp: Scripted) -> None:
    """H8.05, H4.31, H4.32: connector_id is dropped, response_url is of the hub's 2.2 endpoints, and the result arrives."""
    emsp.answer("POST", "/results", ok())
    body = words.start_session(response_url=f"{emsp.url}/results/1")

    await emsp.ask("POST", "commands", R, "/START_SESSION", body, to=OLD_CPO)
    command = old_cpo.got("commands")[0].json
    result = await old_cpo.call("POST", command["response_url"], {"result": "ACCEPTED"}, to=words.EMSP, from_=OLD_CPO)

    ours = command.pop("response_url")
    del body["connector_id"], body["response_url"]
    assert command == body
    assert ours.startswith(hub.url("commands", S, "/START_SESSION/", version=Version.V2_2))
    assert result.status_code == 1000
    assert emsp.got("results")[0].json == {"result": "ACCEPTED"}


async def test_a_command_from_2_2_comes_back_to_it(hub: RunningHub, cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05, H4.31, H4.32: a 2.2.1 operator sees an address of the hub's 2.2.1 endpoints; unlocking keeps its connector."""
    old_emsp.answer("POST", "/results", ok())
    body = words.unlock_connector(response_url=f"{old_emsp.url}/results/1")

    await old_emsp.ask("POST", "commands", R, "/UNLOCK_CONNECTOR", body, to=words.CPO)
    command = cpo.got("commands")[0].json
    result = await cpo.call("POST", command["response_url"], {"result": "FAILED"}, to=OLD_EMSP, from_=words.CPO)

    assert command["connector_id"] == "1"
    assert command["response_url"].startswith(hub.url("commands", S, "/UNLOCK_CONNECTOR/"))
    assert result.status_code == 1000
    assert old_emsp.got("results")[0].json == {"result": "FAILED"}


async def test_a_profile_crosses_the_versions(hub: RunningHub, old_cpo: Scripted, emsp: Scripted) -> None:
    """H8.05, H4.41, H4.42: a response_url in a query becomes one of the receiver's version."""
    emsp.answer("POST", "/results", ok())

    path = f"/SESSION1?duration=900&response_url={emsp.url}/results/1"
    await emsp.ask("GET", "chargingprofiles", R, path, to=OLD_CPO)
    ours = old_cpo.got("chargingprofiles")[0].query["response_url"]
    await old_cpo.call("POST", ours, {"result": "REJECTED"}, to=words.EMSP, from_=OLD_CPO)

    assert ours.startswith(hub.url("chargingprofiles", S, "/", version=Version.V2_2))
    assert emsp.got("results")[0].json == {"result": "REJECTED"}


async def test_locations_to_2_2(cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05: connectors, capabilities and power types that 2.2 has no name for are left out or lessened."""
    evse = words.evse(
        capabilities=["RFID_READER", "START_SESSION_CONNECTOR_REQUIRED"],
        connectors=[words.connector(power_type="AC_2_PHASE"), words.connector(id="2", standard="CHAOJI")],
    )
    only_new = words.evse(uid="NEW", connectors=[words.connector(standard="GBT_DC")])

    await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", words.location(evses=[evse, only_new]), to=OLD_EMSP)

    (taken,) = old_emsp.got("locations")[0].json["evses"]
    assert taken["capabilities"] == ["RFID_READER"]
    assert [(one["id"], one["power_type"]) for one in taken["connectors"]] == [("1", "AC_1_PHASE")]


@pytest.mark.parametrize("module", ["tariffs", "tokens"])
async def test_what_does_not_differ_keeps_its_bytes(
    cpo: Scripted, emsp: Scripted, old_cpo: Scripted, old_emsp: Scripted, module: str
) -> None:
    """H8.05, H3.04: tariffs and tokens pass byte for byte in both directions."""
    tariff = words.body(words.tariff(own=words.number("1.10"))).replace(b",", b" ,\n")
    token = words.body(words.token(own=words.number("1.10"))).replace(b",", b" ,\n")
    if module == "tariffs":
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", tariff, to=OLD_EMSP)
        assert old_emsp.got("tariffs")[0].body == tariff
    else:
        await emsp.ask("PUT", "tokens", R, "/DE/EMA/012345678", token, to=OLD_CPO)
        assert old_cpo.got("tokens")[0].body == token


async def test_get_all_in_either_version(cpo: Scripted, emsp: Scripted, old_cpo: Scripted, old_emsp: Scripted) -> None:
    """H8.05, H3.50: what was pushed in one version is listed in the other, with Links of the reader's version."""
    evse = words.evse(connectors=[words.connector(power_type="AC_2_PHASE")])
    new = words.location(id="NEW", evses=[evse], last_updated="2020-01-01T00:00:00Z")
    old = words.location(id="OLD", party_id="OLC", last_updated="2020-01-01T00:00:00Z")
    await cpo.ask("PUT", "locations", R, "/NL/CPA/NEW", new, to=words.HUB)
    await old_cpo.ask("PUT", "locations", R, "/NL/OLC/OLD", old, to=words.HUB)

    for_old = await old_emsp.ask("GET", "locations", S, "?limit=1&date_to=2020-01-02T00:00:00Z", to=words.HUB)
    for_new = await emsp.ask("GET", "locations", S, "?date_to=2020-01-02T00:00:00Z", to=words.HUB)

    assert [item["id"] for item in for_new.data] == ["NEW", "OLD"]
    assert for_new.data[0]["evses"][0]["connectors"][0]["power_type"] == "AC_2_PHASE"
    assert for_old.data[0]["evses"][0]["connectors"][0]["power_type"] == "AC_1_PHASE"
    assert "/ocpi/2.2/sender/locations?" in (following(for_old) or "")


async def test_a_broadcast_crosses_the_versions(
    cpo: Scripted, emsp: Scripted, old_cpo: Scripted, old_emsp: Scripted
) -> None:
    """H8.05, H3.25: each receiver gets a push at its own version's endpoint."""
    location = words.location(id="ALL", evses=[words.evse(capabilities=["START_SESSION_CONNECTOR_REQUIRED"])])
    await cpo.ask("PUT", "locations", R, "/NL/CPA/ALL", location, to=words.HUB)

    told = await emsp.wait_for(lambda received: received.segments[-1] == "ALL")
    told_old = await old_emsp.wait_for(lambda received: received.segments[-1] == "ALL")

    assert told.json["evses"][0]["capabilities"] == ["START_SESSION_CONNECTOR_REQUIRED"]
    assert told_old.segments[1] == "2.2"
    assert told_old.json["evses"][0]["capabilities"] == []


async def test_a_cdr_of_2_2_without_to_headers(hub: RunningHub, old_cpo: Scripted, emsp: Scripted) -> None:
    """H8.05, H3.41: 2.2 does not say whose the token is, but the hub has seen it."""
    token = words.token(uid="SEEN")
    await emsp.ask("PUT", "tokens", R, "/DE/EMA/SEEN", token, to=OLD_CPO)

    await known(hub, "token", "rfid/seen", words.EMSP)
    body = _cdr_2_2(cdr_token={**CDR_TOKEN_2_2, "uid": "SEEN"})
    answer = await old_cpo.ask("POST", "cdrs", R, "", body, to=None)

    assert answer.status_code == 1000
    assert emsp.got("cdrs")[0].json["cdr_token"]["party_id"] == "EMA"


async def test_2_2_has_no_4000(cpo: Scripted, emsp: Scripted, old_emsp: Scripted) -> None:
    """H8.05: what is 4000 to a 2.2.1 platform is told to a 2.2 one as 3000; 4001 is in both."""
    cpo.on("GET", "locations", S, ok(status=500))

    new = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)
    old = await old_emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)
    stranger = await old_emsp.ask("GET", "locations", S, "/LOC1", to=party("XX*XXX"))

    assert [answer.status for answer in (new, old, stranger)] == [200] * 3
    assert [answer.status_code for answer in (new, old, stranger)] == [4000, 3000, 4001]


async def test_hubclientinfo_and_credentials_in_2_2(old_cpo: Scripted, old_emsp: Scripted) -> None:
    """H5.01, H2.42: a 2.2 platform reads both as a 2.2.1 one does; the hub's only role is HUB (S20)."""
    peer, _ = old_emsp.registered()

    credentials = await old_emsp.call("GET", peer.credentials_url)
    listed = await old_emsp.call("GET", peer.endpoint("hubclientinfo", S))

    roles = [(one["role"], one["country_code"], one["party_id"]) for one in credentials.data["roles"]]
    assert roles == [("HUB", "NL", "HUB")]
    assert "hub_party_id" not in credentials.data
    assert ("NL", "OLC") in {(one["country_code"], one["party_id"]) for one in listed.data}
