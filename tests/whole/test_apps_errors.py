"""Bad input gets a clear 400 that names the parameter, in one shape; nothing an app says makes the hub fail."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from hub.admin import bearer
from hub.clock import now_utc
from hub.config import Settings
from hub.limits import Rates
from tests.running import RunningHub, running_hub
from tests.whole.apps import AppUser, app_of, encode_polyline, publish, somewhere
from tests.whole.platforms import Scripted

NEAR = "/locations?near=48.85,2.35"
BAD = {
    "/locations": "near",
    "/locations?near=48.85": "near",
    "/locations?near=48.85,2.35,3": "near",
    "/locations?near=": "near",
    "/locations?near=NaN,2.35": "near",
    "/locations?near=inf,2.35": "near",
    "/locations?near=91,2.35": "near",
    "/locations?near=-90.0001,0": "near",
    "/locations?near=48.85,180.5": "near",
    "/locations?near=48.85;2.35": "near",
    f"/locations?near={'4' * 101}": "near",
    "/locations?near=1,1&bbox=1,1,2,2": "bbox",
    f"{NEAR}&radius_m=1e9": "radius_m",
    f"{NEAR}&radius_m=0": "radius_m",
    f"{NEAR}&radius_m=-5": "radius_m",
    f"{NEAR}&radius_m=NaN": "radius_m",
    f"{NEAR}&radius_m=wide": "radius_m",
    f"{NEAR}&buffer_m=10": "buffer_m",
    "/locations?bbox=1,2,3": "bbox",
    "/locations?bbox=1,2,3,NaN": "bbox",
    "/locations?bbox=1,50,2,49": "bbox",
    "/locations?bbox=1,50,2,91": "bbox",
    "/locations?bbox=181,50,2,51": "bbox",
    "/locations?bbox=1,50,2,51&radius_m=5": "radius_m",
    "/locations?along=!!!": "along",
    "/locations?along=_p~iF": "along",
    "/locations?along=_p~iF~ps%7CU": "along",
    "/locations?along=_p~iF~ps%7CU??": "along",
    "/locations?along=_p~iF~ps%7CU_ulLnnqC&buffer_m=1e9": "buffer_m",
    f"{NEAR}&standard=TYPE_2": "standard",
    f"{NEAR}&standard=": "standard",
    f"{NEAR}&connector_format=PLUG": "connector_format",
    f"{NEAR}&power_type=AC": "power_type",
    f"{NEAR}&min_kw=-1": "min_kw",
    f"{NEAR}&min_kw=nan": "min_kw",
    f"{NEAR}&min_kw=50&max_kw=22": "max_kw",
    f"{NEAR}&free=perhaps": "free",
    f"{NEAR}&operator=PowerDot": "operator",
    f"{NEAR}&operator=12345": "operator",
    f"{NEAR}&capability=FLYING": "capability",
    f"{NEAR}&facility=BAR": "facility",
    f"{NEAR}&without_parking_restriction=NONE": "without_parking_restriction",
    f"{NEAR}&fresh_within_min=0": "fresh_within_min",
    f"{NEAR}&max_price=5": "max_price",
    f"{NEAR}&max_price=NaN&kwh=1&minutes=1": "max_price",
    f"{NEAR}&sort=price": "sort",
    f"{NEAR}&sort=beauty": "sort",
    f"{NEAR}&kwh=10": "minutes",
    f"{NEAR}&minutes=10": "kwh",
    f"{NEAR}&start=2026-01-01T00:00:00Z": "start",
    f"{NEAR}&kwh=10&minutes=10&start=2026-01-01T00:00:00": "start",
    f"{NEAR}&kwh=NaN&minutes=10": "kwh",
    f"{NEAR}&kwh=10&minutes=1e99": "minutes",
    f"{NEAR}&limit=0": "limit",
    f"{NEAR}&limit=1000000000": "limit",
    f"{NEAR}&limit=99999999999999999999999": "limit",
    f"{NEAR}&limit=5&limit=6": "limit",
    f"{NEAR}&format=xml": "format",
    f"{NEAR}&cursor=": "cursor",
    f"{NEAR}&cursor=abc": "cursor",
    f"{NEAR}&cursor=%00": "cursor",
    f"{NEAR}&cursor={'A' * 500}": "cursor",
    f"{NEAR}&colour=red": "colour",
    f"{NEAR}&near=1,2": "near",
    "/clusters?zoom=3": "bbox",
    "/clusters?bbox=1,1,2,2": "zoom",
    "/clusters?bbox=1,1,2,2&zoom=99": "zoom",
    "/clusters?bbox=1,1,2,2&zoom=1.5": "zoom",
    "/clusters?bbox=1,1,2,2&zoom=3&near=1,1": "near",
    "/changes": "since",
    "/changes?since=yesterday": "since",
    "/changes?since=-1": "since",
    "/changes?since=999999999999999999999": "since",
    "/changes?since=1&limit=0": "limit",
    "/stream": "bbox",
    "/stream?bbox=1,2": "bbox",
    "/stream?locations=LOC1": "locations",
    "/stream?bbox=1,1,2,2&last_event_id=x": "last_event_id",
    "/prices?kwh=1&minutes=1": "location",
    "/prices?location=LOC1-LOC1&kwh=1&minutes=1": "location",
    "/prices?location=NL/CPA/LOC1&minutes=1": "kwh",
    "/prices?location=NL/CPA/LOC1&kwh=1": "minutes",
    "/prices?location=NL/CPA/LOC1&kwh=0&minutes=1": "kwh",
    "/prices?location=NL/CPA/LOC1&kwh=1&minutes=1&explain=maybe": "explain",
}


@pytest.fixture(scope="module")
async def patient(hub: RunningHub) -> Any:
    """An app whose questions are not counted here."""
    hub.hub.apps.access._rates = Rates(50.0, 1e6)
    async with app_of(hub, name="errors") as app:
        yield app


@pytest.mark.parametrize(("path", "parameter"), BAD.items(), ids=[f"{number}" for number in range(len(BAD))])
async def test_a_refusal_names_the_parameter(patient: AppUser, path: str, parameter: str) -> None:
    """400, code, a sentence, the parameter, and perhaps a hint; a JSON body of one shape."""
    async with patient.http.get(URL(patient.url(path), encoded=True), headers=patient.headers()) as answer:
        said = await answer.json()

    assert answer.status == 400, said
    assert set(said) == {"error"}
    assert set(said["error"]) == {"code", "message", "parameter", "hint"}
    assert (said["error"]["code"], said["error"]["parameter"]) == ("bad_parameter", parameter)
    assert parameter in said["error"]["message"] or parameter == "near"


@pytest.mark.parametrize(
    "query",
    [
        {"near": "90,0"},
        {"near": "-90,180"},
        {"near": "0,180", "radius_m": 250_000},
        {"bbox": "179,-1,-179,1"},
        {"bbox": "-180,-90,180,90"},
        {"bbox": "5,5,5,5"},
        {"along": encode_polyline((0, 179.9), (0, -179.9))},
    ],
    ids=str,
)
async def test_the_edges_of_the_globe_are_places_too(patient: AppUser, query: dict[str, Any]) -> None:
    """Poles, the antimeridian and a box without size are asked like any place."""
    told = await patient.get("/locations", query)

    assert told.status == 200, told.json


@pytest.mark.parametrize(
    ("body", "parameter", "status"),
    [
        (b"{", "body", 400),
        (b"[]", "body", 400),
        (b'"near"', "body", 400),
        (b"", "near", 400),
        (b"[" * 100_000, "body", 400),
        ({"near": 5}, "near", 400),
        ({"near": "48,2", "limit": "many"}, "limit", 400),
        ({"near": "48,2", "standard": "CHADEMO", "extra": 1}, "extra", 400),
        ({"near": "48,2", "driver_token": 5}, "driver_token", 400),
        ({"along": "_" * 70_000}, "along", 400),
        ({"along": encode_polyline(*((0, number / 1000) for number in range(10_001)))}, "along", 400),
        ({"along": encode_polyline((0, 0), (0, 90))}, "along", 400),
        ({"along": "_" * 1_000_000}, "along", 413),
    ],
    ids=[str(number) for number in range(13)],
)
async def test_a_body_is_read_as_strictly(patient: AppUser, body: Any, parameter: str, status: int) -> None:
    """POST: what is no JSON, what has the wrong kind, and a route of a megabyte."""
    told = await patient.post("/locations", body)

    assert (told.status, told.error[1]) == (status, parameter), told.json


async def test_a_post_says_nothing_in_its_address(patient: AppUser) -> None:
    """A parameter in the query of a POST would be silently left out: it is refused."""
    told = await patient.post("/locations?near=48,2", {"near": "48,2"})

    assert (told.status, told.error) == (400, ("bad_parameter", "near"))


async def test_a_cursor_is_good_for_its_own_question_alone(
    hub: RunningHub, patient: AppUser, cpo: Scripted, emsp: Scripted
) -> None:
    """Another radius, another app, a changed byte: refused, with the parameter's name."""
    await publish(hub, cpo, somewhere(150), somewhere(151))
    query = {"bbox": "149,9,152,11", "limit": 1}
    cursor = (await patient.get("/locations", query)).json["next"]
    wrong = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    async with app_of(hub) as other:
        refused = [
            await patient.get("/locations", query | {"bbox": "149,9,152,12", "cursor": cursor}),
            await patient.get("/locations", query | {"free": "true", "cursor": cursor}),
            await patient.get("/locations", query | {"cursor": wrong}),
            await other.get("/locations", query | {"cursor": cursor}),
        ]
    fine = await patient.get("/locations", query | {"cursor": cursor, "limit": 5, "format": "geojson"})

    assert [(one.status, one.error) for one in refused] == [(400, ("bad_parameter", "cursor"))] * 4
    assert fine.status == 200


async def test_paths_and_methods_that_are_not_there(patient: AppUser) -> None:
    """404 and 405 in the same shape; 405 says what there is. An unknown location is 404."""
    nowhere = await patient.get("/places")
    missing = await patient.get("/locations/NL/CPA/NOPE")
    strange = await patient.get("/locations/NLD/CPA/NOPE")
    async with patient.http.delete(patient.url("/locations"), headers=patient.headers()) as answer:
        wrong = (answer.status, answer.headers["Allow"], (await answer.json())["error"]["code"])

    assert (nowhere.status, nowhere.error[0]) == (404, "no_such_path")
    assert (missing.status, missing.error[0]) == (404, "not_found")
    assert strange.status == 404
    assert (wrong[0], wrong[2]) == (405, "method_not_allowed")
    assert set(wrong[1].split(",")) >= {"GET", "POST"}


async def test_a_line_that_is_too_long_names_what_to_do(hub: RunningHub) -> None:
    """A polyline of a megabyte in an address: 400, and where it belongs."""
    port = int(hub.settings.public_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /apps/v1/locations?along=" + b"_" * 1_000_000)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"Content-Length: ([0-9]+)", head)[1])  # type: ignore[index]
    said = json.loads(await reader.readexactly(length))
    writer.close()

    assert b" 400 " in head
    assert (said["error"]["code"], said["error"]["parameter"]) == ("line_too_long", "along")
    assert "POST /apps/v1/locations" in said["error"]["message"]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic eDp5", "Token abc"])
async def test_without_a_good_token_nothing_is_told(patient: AppUser, authorization: str) -> None:
    """401 with WWW-Authenticate, before anything that was asked is looked at."""
    headers = {"Authorization": authorization} if authorization else {}
    for path in ("/locations?colour=red", "/places", "/stream"):
        async with patient.http.get(patient.url(path), headers=headers) as answer:
            said = await answer.json()

        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ocpi-hub apps"'
        assert said["error"]["code"] == "unauthenticated"


async def test_an_admin_token_is_no_app(hub: RunningHub, patient: AppUser) -> None:
    """Neither key opens the other door."""
    admin = bearer.mint(hub.hub.secrets.admin_key, subject="jan", now=now_utc(), life=timedelta(minutes=5))
    async with patient.http.get(patient.url("/locations"), headers={"Authorization": f"Bearer {admin}"}) as answer:
        assert answer.status == 401
    url = f"{hub.hub.admin_url}/admin/v1/status"
    async with patient.http.get(url, headers=patient.headers()) as answer:
        assert answer.status == 401


async def test_too_often_is_told_when_to_come_again(settings: Settings, mongodb_url: str) -> None:
    """429 with Retry-After once the burst is used up; RateLimit counts down before; another app is not concerned."""
    async with (
        running_hub(settings, mongodb_url, apps_requests_per_s=2.0) as hub,
        app_of(hub) as app,
        app_of(hub) as other,
    ):
        told = [await app.get("/changes", {"since": "1"}) for _ in range(6)]
        fine = await other.get("/changes", {"since": "1"})

    assert [one.status for one in told] == [410] * 4 + [429] * 2
    assert [one.headers["RateLimit"].split(";")[1] for one in told[:4]] == ["r=3", "r=2", "r=1", "r=0"]
    assert told[0].headers["RateLimit-Policy"] == '"app";q=4;w=2'
    assert int(told[-1].headers["Retry-After"]) >= 1
    assert fine.status == 410


async def test_a_hub_that_is_not_ready_says_so(hub: RunningHub, patient: AppUser) -> None:
    """503 with Retry-After while the index is being built; /health says whether it is fresh."""
    feed = hub.hub.apps.office.feed
    feed.ready.clear()
    feed.trouble = "the index is being built"
    try:
        told = await patient.get("/locations", {"near": "1,1"})
        async with patient.http.get(f"{hub.settings.public_url}/health") as answer:
            health = (answer.status, (await answer.json())["index"])
    finally:
        feed.ready.set()
        feed.trouble = ""

    assert (told.status, told.error[0]) == (503, "unavailable")
    assert int(told.headers["Retry-After"]) > 0
    assert health == (200, "the index is being built")
