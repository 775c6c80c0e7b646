"""An app finds where its drivers can charge: places, filters, order, pages, forms, and what the hub knows of each status."""

import asyncio
from datetime import UTC, datetime

import pytest

from hub.clock import now_utc
from tests import words
from tests.running import RunningHub
from tests.whole.apps import app_of, box, encode_polyline, publish, push, somewhere
from tests.whole.platforms import Scripted

DC = {"standard": "IEC_62196_T2_COMBO", "format": "CABLE", "power_type": "DC", "max_electric_power": 150000}


async def test_the_nearest_come_first(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """Near a place: by distance, which is told; what is further away than the radius is not there."""
    near = {"latitude": "20.000000", "longitude": "20.010000"}
    far = {"latitude": "20.000000", "longitude": "20.020000"}
    gone = {"latitude": "20.000000", "longitude": "20.500000"}
    places = {"FAR": far, "NEAR": near, "GONE": gone}
    await publish(hub, cpo, *(words.location(id=name, coordinates=place) for name, place in places.items()))
    async with app_of(hub) as app:
        page = await app.get("/locations", {"near": "20,20", "radius_m": 5000})

    assert page.ids == ["NEAR", "FAR"]
    assert [round(one["distance_m"]) for one in page.json["locations"]] == [1045, 2090]


async def test_what_is_known_of_a_status_is_the_hubs_own(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """received_at, changed_at, confirmed_at and age_s are by the hub's clock; the owner's last_updated is served nowhere."""
    began = now_utc()
    await publish(hub, cpo, somewhere(30))
    async with app_of(hub) as app:
        one = (await app.get("/locations/NL/CPA/LOC30")).json
        text = (await app.get("/locations", {"bbox": box(30)})).json["locations"][0]

    evse = one["evses"][0]
    for name in ("received_at", "changed_at", "confirmed_at"):
        assert began <= datetime.fromisoformat(evse[name]) <= now_utc()
    assert (evse["status"], evse["confidence"], evse["age_s"] < 10) == ("AVAILABLE", "live", True)
    assert evse["evidence"]
    assert "last_updated" not in str(one)
    assert "last_updated" not in str(text)


async def test_a_push_without_news_confirms(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """The same status once more moves confirmed_at and received_at on, and leaves changed_at."""
    await publish(hub, cpo, somewhere(31))
    async with app_of(hub) as app:
        before = (await app.get("/locations/NL/CPA/LOC31")).json["evses"][0]
        await publish(hub, cpo, somewhere(31))
        after = (await app.get("/locations/NL/CPA/LOC31")).json["evses"][0]

    assert after["changed_at"] == before["changed_at"]
    assert after["received_at"] > before["received_at"]
    assert after["confirmed_at"] > before["confirmed_at"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["AC", "DC"]),
        ({"standard": "IEC_62196_T2_COMBO"}, ["DC"]),
        ({"standard": "IEC_62196_T2,CHADEMO"}, ["AC"]),
        ({"connector_format": "SOCKET"}, ["AC"]),
        ({"power_type": "DC"}, ["DC"]),
        ({"min_kw": 50}, ["DC"]),
        ({"max_kw": 50}, ["AC"]),
        ({"free": "true"}, ["AC"]),
        ({"open_now": "true"}, ["AC"]),
        ({"operator": "NL-CPA"}, ["AC", "DC"]),
        ({"operator": "NL-OTH"}, []),
        ({"capability": "RESERVABLE"}, ["AC"]),
        ({"facility": "HOTEL"}, ["DC"]),
        ({"without_parking_restriction": "DISABLED"}, ["AC"]),
        ({"green": "true"}, ["DC"]),
        ({"fresh_within_min": 5}, ["AC", "DC"]),
        ({"free": "true", "min_kw": 50}, []),
        ({"sort": "power"}, ["DC", "AC"]),
    ],
)
async def test_filters(hub: RunningHub, cpo: Scripted, emsp: Scripted, query: dict[str, str], found: list[str]) -> None:
    """Each filter keeps what fits and nothing else; several hold together."""
    place = {"latitude": "10.000000", "longitude": "40.000000"}
    beside = {"latitude": "10.000000", "longitude": "40.100000"}
    for_years = {"period_begin": "2020-01-01T00:00:00Z", "period_end": "2100-01-01T00:00:00Z"}
    closed = {"twentyfourseven": True, "exceptional_closings": [for_years]}
    fast = words.evse(
        status="CHARGING",
        capabilities=["RFID_READER"],
        parking_restrictions=["DISABLED"],
        connectors=[words.connector(**DC)],
    )
    green = {"is_green_energy": True}
    dc = words.location(
        id="DC", coordinates=beside, evses=[fast], facilities=["HOTEL"], opening_times=closed, energy_mix=green
    )
    await publish(hub, cpo, words.location(id="AC", coordinates=place), dc)
    async with app_of(hub) as app:
        page = await app.get("/locations", {"near": "10,40", "radius_m": 50_000, **query})

    assert page.ids == found, page.json


async def test_a_box_and_a_route(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """bbox has what is inside; along has what is within the buffer of the route, by distance from it."""
    await publish(hub, cpo, somewhere(51), somewhere(52))
    async with app_of(hub) as app:
        inside = await app.get("/locations", {"bbox": box(51)})
        route = encode_polyline((9.99, 50.5), (9.99, 51.2), (9.99, 52.5))
        along = await app.get("/locations", {"along": route, "buffer_m": 2000})
        posted = await app.post("/locations", {"along": route, "buffer_m": 2000})

    assert inside.ids == ["LOC51"]
    assert sorted(along.ids) == ["LOC51", "LOC52"], along.json
    assert posted.ids == along.ids


async def test_pages_show_each_location_once(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """The cursor leads through all, in every order; Link says the same as `next`."""
    spots = [{"latitude": "10.000000", "longitude": f"60.{number:02}0000"} for number in range(7)]
    await publish(hub, cpo, *(words.location(id=f"P{number}", coordinates=spot) for number, spot in enumerate(spots)))
    async with app_of(hub) as app:
        for sort in ("distance", "power"):
            seen: list[str] = []
            query = {"near": "10,60", "radius_m": 50_000, "limit": 3, "sort": sort}
            page = await app.get("/locations", query)
            while True:
                seen += page.ids
                if page.json["next"] is None:
                    break
                assert f"cursor={page.json['next']}" in page.headers["Link"]
                page = await app.get("/locations", query | {"cursor": page.json["next"]})

            assert sorted(seen) == [f"P{number}" for number in range(7)]
        assert "Link" not in page.headers


async def test_geojson(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """The same as GeoJSON: longitude first, the location as properties."""
    await publish(hub, cpo, somewhere(70))
    async with app_of(hub) as app:
        page = await app.get("/locations", {"bbox": box(70), "format": "geojson"})
        one = await app.get("/locations/NL/CPA/LOC70", {"format": "geojson"})

    assert page.headers["Content-Type"].startswith("application/geo+json")
    assert page.json["type"] == "FeatureCollection"
    feature = page.json["features"][0]
    assert feature["geometry"] == {"type": "Point", "coordinates": [70.0, 10.0]}
    assert feature["properties"]["id"] == one.json["properties"]["id"] == "LOC70"


async def test_an_etag_lasts_until_something_happens(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """304 while only time passes, though age_s grows; another ETag once a status is received."""
    await publish(hub, cpo, somewhere(80))
    async with app_of(hub) as app:
        for path, query in (("/locations", {"bbox": box(80)}), ("/locations/NL/CPA/LOC80", None)):
            first = await app.get(path, query)
            await asyncio.sleep(1.1)
            same = await app.get(path, query, {"If-None-Match": f'"other", {first.headers["ETag"]}'})
            await push(hub, cpo, "locations", "/NL/CPA/LOC80/3256", _status("CHARGING"), "PATCH")
            other = await app.get(path, query, {"If-None-Match": first.headers["ETag"]})
            await push(hub, cpo, "locations", "/NL/CPA/LOC80/3256", _status("AVAILABLE"), "PATCH")

            assert (same.status, same.json) == (304, None)
            assert other.status == 200
            assert other.headers["ETag"] != first.headers["ETag"]


async def test_gzip_for_whoever_takes_it(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """Compressed when Accept-Encoding says so, plain when it forbids it."""
    await publish(hub, cpo, somewhere(81))
    async with app_of(hub) as app:
        said = {}
        for written in ("gzip", "br, gzip;q=0.5", "gzip;q=0", "identity"):
            page = await app.get("/locations", {"bbox": box(81)}, {"Accept-Encoding": written})
            said[written] = page.headers.get("Content-Encoding")
            assert page.ids == ["LOC81"]

    assert said == {"gzip": "gzip", "br, gzip;q=0.5": "gzip", "gzip;q=0": None, "identity": None}


async def test_counts_are_of_what_fits(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """A filter and its counts agree: fast EVSEs are counted when fast ones are asked for, free or not."""
    evses = [
        words.evse(uid="A", connectors=[words.connector(**DC)]),
        words.evse(uid="B", status="CHARGING", connectors=[words.connector(**DC)]),
        words.evse(uid="C"),
        words.evse(uid="D", status="REMOVED"),
    ]
    await publish(hub, cpo, somewhere(82, evses=evses))
    async with app_of(hub) as app:
        one = (await app.get("/locations", {"bbox": box(82), "min_kw": 50, "free": "true"})).json["locations"][0]
        clusters = (await app.get("/clusters", {"bbox": box(82), "zoom": 8, "min_kw": 50})).json["clusters"]

    assert (one["counts"]["available"], one["counts"]["occupied"], sum(one["counts"].values())) == (1, 1, 2)
    assert {evse["uid"]: evse["matches"] for evse in one["evses"]} == {"A": True, "B": False, "C": False}
    assert clusters[0]["counts"] == one["counts"]
    assert clusters[0]["location"] == "NL/CPA/loc82"


async def test_clusters_as_geojson_and_by_zoom(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """Far out two places are one cluster, near by they are two; free alone counts locations with a free EVSE."""
    here = {"latitude": "10.000000", "longitude": "90.000000"}
    there = {"latitude": "10.010000", "longitude": "90.010000"}
    busy = [words.evse(status="CHARGING")]
    await publish(
        hub, cpo, words.location(id="C1", coordinates=here), words.location(id="C2", coordinates=there, evses=busy)
    )
    async with app_of(hub) as app:
        wide = (await app.get("/clusters", {"bbox": box(90), "zoom": 4})).json["clusters"]
        close = (await app.get("/clusters", {"bbox": box(90), "zoom": 18})).json["clusters"]
        free = (await app.get("/clusters", {"bbox": box(90), "zoom": 18, "free": "true"})).json["clusters"]
        drawn = (await app.get("/clusters", {"bbox": box(90), "zoom": 4, "format": "geojson"})).json

    assert [one["locations"] for one in wide] == [2]
    assert [one["locations"] for one in close] == [1, 1]
    assert [one["location"] for one in free] == ["NL/CPA/c1"]
    assert drawn["features"][0]["properties"]["locations"] == 2


async def test_ids_are_compared_without_case(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """OCPI's ids are CiStrings."""
    await publish(hub, cpo, somewhere(91))
    async with app_of(hub) as app:
        assert (await app.get("/locations/nl/cpa/loc91")).json["id"] == "LOC91"


def _status(status: str) -> dict[str, str]:
    return {"status": status, "last_updated": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}  # noqa: TID251
