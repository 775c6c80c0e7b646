"""What live traffic shows of an EVSE contradicts its status: over real HTTP, through a running hub, into the index."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from hub.apps import codes
from hub.apps.signs import stamps_of
from hub.apps.truth import contradicts
from hub.clock import now_utc
from hub.simulate.messages import ok
from hub.store.driver import close_client, open_client
from hub.wire.interface import SignKind
from hub.wire.types import format_datetime
from tests import words
from tests.hub.apps.feeding import Following, following
from tests.running import HUB, RunningHub
from tests.whole.platforms import R, Scripted
from tests.words import CPO, EMSP


@pytest.fixture
async def app(hub: RunningHub) -> AsyncIterator[Following]:
    """What another process of the same hub serves apps from."""
    client = open_client(hub.settings.mongodb_url, tz_aware=True)
    async with following(client[hub.settings.mongodb_database]) as here:
        yield here
    await close_client(client)


async def put_location(cpo: Scripted, app: Following, name: str, status: str) -> str:
    """Push a Location with one EVSE, and wait until the index has it; returns its key."""
    body = words.location(id=name, evses=[words.evse(status=status)])
    answer = await cpo.ask("PUT", "locations", R, f"/NL/CPA/{name}", body, to=HUB)
    assert answer.status_code == 1000
    key = f"locations/NL/CPA/{name.lower()}"
    await app.until(lambda: app.status(key) is not None)
    return key


async def contradicted(app: Following, key: str) -> SignKind:
    """Wait for the event that says so; returns what the hub has seen, on which every question about it agrees."""
    await app.until(lambda: any(one.key == key and one.changes and one.changes[-1].contradicted for one in app.events))
    sign, point = app.feed.signs.of(key, "3256"), app.feed.index.point_row(key, "3256")
    assert sign is not None
    assert point is not None
    status = codes.STATUSES[app.feed.index.points["status"][point]]
    assert contradicts(sign, status, stamps_of(app.feed.index, point), int(now_utc().timestamp() * 1000))
    return sign.kind


def soon() -> str:
    """An end that is not before what the hub has just received."""
    return format_datetime(now_utc() + timedelta(seconds=5))


async def test_available_with_an_active_session(cpo: Scripted, emsp: Scripted, app: Following) -> None:
    """The session says that the EVSE is in use; its end says that it is free again."""
    key = await put_location(cpo, app, "BUSY", "AVAILABLE")
    session = words.session(id="S-BUSY", location_id="BUSY")
    await cpo.ask("PUT", "sessions", R, "/NL/CPA/S-BUSY", session, to=EMSP)

    assert await contradicted(app, key) is SignKind.SESSION_ACTIVE
    part = {"status": "COMPLETED", "last_updated": "2024-03-01T11:00:00Z"}
    await cpo.ask("PATCH", "sessions", R, "/NL/CPA/S-BUSY", part, to=EMSP)
    await app.until(lambda: not app.events[-1].changes[-1].contradicted)


@pytest.mark.parametrize("result", ["FAILED", "TIMEOUT"])
async def test_a_start_that_failed(cpo: Scripted, emsp: Scripted, app: Following, result: str) -> None:
    """The operator accepted, and the charge point said later that it did not start: the result itself names no EVSE."""
    name = f"DEAD-{result}"
    key = await put_location(cpo, app, name, "AVAILABLE")
    body = words.start_session(location_id=name, response_url=f"{emsp.url}/results/1")
    cpo.on("POST", "commands", R, ok(words.command_response()))
    emsp.answer("POST", "/results", ok())
    await emsp.ask("POST", "commands", R, "/START_SESSION", body, to=CPO)
    ours = cpo.got("commands")[-1].json["response_url"]
    await cpo.call("POST", ours, words.command_result(result=result), from_=CPO, to=EMSP)

    assert await contradicted(app, key) is SignKind.START_FAILED


async def test_a_start_that_is_refused_at_once(cpo: Scripted, emsp: Scripted, app: Following) -> None:
    """The operator's own answer is enough."""
    key = await put_location(cpo, app, "NO", "AVAILABLE")
    body = words.start_session(location_id="NO", response_url=f"{emsp.url}/results/1")
    cpo.on("POST", "commands", R, ok(words.command_response(result="REJECTED")))
    await emsp.ask("POST", "commands", R, "/START_SESSION", body, to=CPO)

    assert await contradicted(app, key) is SignKind.START_FAILED


async def test_charging_after_its_cdr(cpo: Scripted, emsp: Scripted, app: Following) -> None:
    """The bill is out, and the EVSE is said to charge on."""
    key = await put_location(cpo, app, "STUCK", "CHARGING")
    body: dict[str, Any] = words.cdr(id="C-STUCK", session_id="S-STUCK", end_date_time=soon())
    body["cdr_location"] |= {"id": "STUCK"}
    await cpo.ask("POST", "cdrs", R, "", body, to=EMSP)

    assert await contradicted(app, key) is SignKind.CDR


async def test_the_bill_of_an_earlier_session_says_nothing(cpo: Scripted, emsp: Scripted, app: Following) -> None:
    """It comes late, and the EVSE charges somebody else by then."""
    key = await put_location(cpo, app, "NEXT", "CHARGING")
    late: dict[str, Any] = words.cdr(id="C-NEXT", session_id="S-OLD")
    late["cdr_location"] |= {"id": "NEXT"}
    await cpo.ask("POST", "cdrs", R, "", late, to=EMSP)
    await cpo.ask("PUT", "sessions", R, "/NL/CPA/S-NEXT", words.session(id="S-NEXT", location_id="NEXT"), to=EMSP)
    other = await put_location(cpo, app, "OTHER", "AVAILABLE")
    await cpo.ask("PUT", "sessions", R, "/NL/CPA/S-OTHER", words.session(id="S-OTHER", location_id="OTHER"), to=EMSP)
    await contradicted(app, other)
    sign = app.feed.signs.of(key, "3256")

    assert sign is not None
    assert sign.kind is SignKind.SESSION_ACTIVE
    assert not any(change.contradicted for one in app.events if one.key == key for change in one.changes)
