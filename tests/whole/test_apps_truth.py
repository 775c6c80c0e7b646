"""What live traffic shows is said beside the status within a second; searches are counted, and who searched is forgotten."""

import asyncio

from hub.apps.demand import cell_of
from hub.apps.geometry import Point
from hub.store.driver import close_client, open_client
from hub.store.indexes import DEMAND
from hub.wire.interface import Interface
from tests import words
from tests.running import RunningHub
from tests.whole.apps import app_of, box, publish, somewhere
from tests.whole.platforms import Scripted

R = Interface.RECEIVER


async def test_available_with_an_active_session_is_contradicted(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """The session passes through the hub: within a second a stream, the list and the location say so, with the evidence."""
    await publish(hub, cpo, somewhere(120))
    session = words.session(location_id="LOC120", evse_uid="3256", status="ACTIVE")
    async with app_of(hub) as app, app.stream({"bbox": box(120)}) as listening:
        async with asyncio.timeout(1):
            answer = await cpo.ask("PUT", "sessions", R, f"/NL/CPA/{session['id']}", session, to=words.EMSP)
            assert answer.status_code == 1000
            told = (await listening.event())["evses"][0]
        one = (await app.get("/locations/NL/CPA/LOC120")).json["evses"][0]
        listed = (await app.get("/locations", {"bbox": box(120)})).json["locations"][0]["evses"][0]

    for evse in (told, one, listed):
        assert (evse["status"], evse["confidence"]) == ("AVAILABLE", "contradicted")
        assert any("session_active" in line for line in evse["evidence"])


async def test_searches_are_counted_without_a_trace_of_who(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """By cell, hour, filter and whether something free was found; the next page is no other search."""
    await publish(hub, cpo, somewhere(121), somewhere(122, evses=[words.evse(status="CHARGING")]))
    async with app_of(hub) as app:
        await app.get("/locations", {"near": "10.01,121.01", "free": "true", "min_kw": 11})
        await app.get("/locations", {"near": "10.02,122.02", "free": "true"})
    await hub.hub.apps.office.demand.tell()
    client = open_client(hub.settings.mongodb_url)
    found = await client[hub.settings.mongodb_database][DEMAND].find().to_list(None)
    await close_client(client)
    kept = {(one["row"], one["column"]): one for one in found}
    first = kept[cell_of(Point(10.01, 121.01))]
    second = kept[cell_of(Point(10.02, 122.02))]

    assert (first["asked"], first["found"], first["nothing"]) == ("kw>=11 free", 1, 0)
    assert (second["asked"], second["found"], second["nothing"]) == ("free", 0, 1)
    assert app.app_id not in str(found)
    assert "121.01" not in str(found)
