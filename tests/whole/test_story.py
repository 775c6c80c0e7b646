"""A driver's whole story through the hub: a simulated operator and a simulated provider that know only the hub."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from hub.config import Settings
from hub.simulate.cpo import Cpo
from hub.simulate.emsp import Emsp
from hub.wire.interface import Version
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole.platforms import R, S, known

UNHURRIED = 1.0
"""Sessions take as long as in life: nobody waits for their end."""
AN_INSTANT = 1_000_000.0
NEW, OLD = Version.V2_2_1, Version.V2_2
LOST = "LOST-CARD"
AN_HOUR_OF_GREEN = {
    "charging_rate_unit": "W",
    "charging_profile_period": [{"start_period": 0, "limit": Decimal("11000.0")}],
}


@dataclass(frozen=True, slots=True)
class Scene:
    """An operator and a provider that have told each other, through the hub, what is public."""

    hub: RunningHub
    cpo: Cpo
    emsp: Emsp

    @property
    def uid(self) -> str:
        """The first driver's card."""
        return next(iter(self.emsp.tokens))

    async def evse_is(self, status: str) -> None:
        """Wait until the provider has been told this status of the operator's EVSE."""

        def told() -> bool:
            location = self.emsp.locations.get(words.CPO, "LOC1")
            return location is not None and location["evses"][0]["status"] == status

        await self.emsp.wait_until(told)

    async def session_is(self, status: str) -> dict[str, Any]:
        """Wait until the provider's only session has this status."""
        await self.emsp.wait_until(lambda: [one["status"] for one in self.emsp.sessions] == [status])
        (session,) = self.emsp.sessions
        return session


@asynccontextmanager
async def _staged(
    settings: Settings, mongodb_url: str, versions: tuple[Version, Version], speed: float
) -> AsyncIterator[Scene]:
    cards = [words.token(), words.token(uid=LOST, valid=False)]
    async with (
        running_hub(settings, mongodb_url) as hub,
        Cpo(words.CPO, locations=[words.location()], speed=speed, version=versions[0]) as cpo,
        Emsp(words.EMSP, tokens=cards, version=versions[1]) as emsp,
    ):
        await hub.join(cpo)
        await hub.join(emsp)
        assert (await cpo.publish(), await emsp.broadcast_tokens()) == (1, 2)
        scene = Scene(hub, cpo, emsp)
        await scene.evse_is("AVAILABLE")
        await emsp.wait_until(lambda: len(emsp.tariffs) == len(cpo.tariffs))
        await cpo.wait_until(lambda: len(cpo.tokens) == 2)
        for uid in emsp.tokens:
            await known(hub, "token", f"rfid/{uid.lower()}", words.EMSP)
        yield scene


@pytest.fixture(params=[(NEW, NEW), (OLD, NEW), (NEW, OLD)], ids=["2.2.1", "2.2 operator", "2.2 provider"])
async def scene(request: pytest.FixtureRequest, whole_settings: Settings, mongodb_url: str) -> AsyncIterator[Scene]:
    """A hub of its own for each story, with every pair of versions; sessions go on until somebody stops them."""
    async with _staged(whole_settings, mongodb_url, request.param, UNHURRIED) as scene:
        yield scene


async def test_a_driver_starts_and_stops_from_an_app(scene: Scene) -> None:
    """H4.21, H4.30, H4.32, H6.70, H8.05: START_SESSION, its result, a Session, STOP_SESSION, a CDR, read back at the hub."""
    cpo, emsp = scene.cpo, scene.emsp

    started = await emsp.start_session(scene.uid, "LOC1", "3256", to=words.CPO)
    result = await emsp.callbacks.result(started.result_id)
    await scene.evse_is("CHARGING")
    session = await scene.session_is("ACTIVE")
    occupied = await emsp.start_session(scene.uid, "LOC1", "3256", to=words.CPO)
    occupied_result = await emsp.callbacks.result(occupied.result_id)
    stopped = await emsp.stop_session(session["id"], to=words.CPO)
    stop_result = await emsp.callbacks.result(stopped.result_id)
    await emsp.wait_until(lambda: bool(emsp.cdrs))
    await scene.evse_is("AVAILABLE")
    await cpo.tasks.join()
    read = await cpo.get_cdr(session["id"])

    (cdr,) = emsp.cdrs.values()
    assert [sent.answer.data["result"] for sent in (started, occupied, stopped)] == ["ACCEPTED"] * 3
    assert (result, stop_result) == ({"result": "ACCEPTED"}, {"result": "ACCEPTED"})
    assert occupied_result == {"result": "EVSE_OCCUPIED"}
    assert (await scene.session_is("COMPLETED"))["total_cost"] == cdr["total_cost"]
    assert cdr["authorization_reference"] == session["authorization_reference"]
    assert (cpo.runs[session["id"]].cdr_url or "").startswith(scene.hub.url("cdrs", R, version=cpo.version))
    assert read.data == cpo.cdrs[session["id"]]
    assert [len(part["cdr_token"]) for part in (session, cdr)] == [3 if emsp.version is OLD else 5] * 2
    assert (list(cpo.problems), list(emsp.problems)) == ([], [])


async def test_a_driver_starts_with_a_card(scene: Scene) -> None:
    """H3.40, H3.41, H6.64, H6.38: the hub finds the provider of a card and the operator of a session without TO headers."""
    cpo, emsp = scene.cpo, scene.emsp

    session_id = await cpo.plug_in(scene.uid, "LOC1", "3256") or ""
    await scene.session_is("ACTIVE")
    await scene.evse_is("CHARGING")
    lost = await cpo.authorize(LOST)
    unknown = await cpo.authorize("NOBODYS-CARD")
    await known(scene.hub, "session", session_id.lower(), words.CPO)
    stopped = await emsp.stop_session(session_id, to=None)
    await scene.session_is("COMPLETED")
    await emsp.wait_until(lambda: bool(emsp.cdrs))
    await scene.evse_is("AVAILABLE")

    assert (lost.status, lost.data["allowed"]) == (200, "BLOCKED")
    assert unknown.status_code == 4001
    assert stopped.answer.data["result"] == "ACCEPTED"
    assert (list(cpo.problems), list(emsp.problems)) == ([], [])


async def test_a_driver_reserves(scene: Scene) -> None:
    """H4.33, H6.37: RESERVE_NOW, then the operator cancels: both results come to the one address that the provider gave (S12)."""
    body = {
        "token": scene.emsp.tokens[scene.uid],
        "expiry_date": "2099-01-01T00:00:00Z",
        "reservation_id": "R1",
        "location_id": "LOC1",
    }
    reserved = await scene.emsp.command("RESERVE_NOW", body, to=words.CPO)
    await scene.emsp.callbacks.result(reserved.result_id)
    await scene.evse_is("RESERVED")

    await scene.cpo.commands.cancel(words.EMSP, "R1")

    await scene.evse_is("AVAILABLE")
    results = [one["result"] for one in scene.emsp.callbacks.results[reserved.result_id]]
    assert results == ["ACCEPTED", "CANCELED_RESERVATION"]


async def test_a_provider_sets_a_charging_profile(scene: Scene) -> None:
    """H4.41, H4.42, H4.43, H6.81: set, read, told of a change, cleared; each result comes through the hub."""
    cpo, emsp = scene.cpo, scene.emsp
    session_id = await cpo.plug_in(scene.uid, "LOC1", "3256", to=words.EMSP) or ""
    await scene.session_is("ACTIVE")

    put = await emsp.set_profile(session_id, AN_HOUR_OF_GREEN, to=words.CPO)
    await emsp.callbacks.result(put.result_id)
    get = await emsp.get_profile(session_id, 900, to=words.CPO)
    read = await emsp.callbacks.result(get.result_id)
    told = await cpo.profiles.push_active(session_id)
    delete = await emsp.clear_profile(session_id, to=words.CPO)
    cleared = await emsp.callbacks.result(delete.result_id)

    assert read["profile"]["charging_profile"] == AN_HOUR_OF_GREEN
    assert told.status_code == 1000
    assert emsp.callbacks.active_profiles[session_id]["charging_profile"] == AN_HOUR_OF_GREEN
    assert cleared == {"result": "ACCEPTED"}
    cpo.runs[session_id].stop()
    await cpo.tasks.join()


async def test_preferences_for_an_evse_that_has_none(scene: Scene) -> None:
    """H6.36: the operator's HTTP 404 with 2001 passes."""
    session_id = await scene.cpo.plug_in(scene.uid, "LOC1", "3256", to=words.EMSP) or ""
    path = f"/{session_id}/charging_preferences"

    answer = await scene.emsp.send("PUT", "sessions", S, path, {"profile_type": "FAST"}, to=words.CPO)

    assert (answer.status, answer.status_code) == (404, 2001)
    scene.cpo.runs[session_id].stop()
    await scene.cpo.tasks.join()


async def test_a_session_from_beginning_to_end(whole_settings: Settings, mongodb_url: str) -> None:
    """H6.33, H3.10: every report of a session arrives in order, and in the end the provider has what the operator wrote."""
    async with _staged(whole_settings, mongodb_url, (NEW, NEW), AN_INSTANT) as scene:
        cpo, emsp = scene.cpo, scene.emsp

        session_id = await cpo.plug_in(scene.uid, "LOC1", "3256") or ""
        await cpo.tasks.join()
        await scene.evse_is("AVAILABLE")

        sent = [received.method for received in emsp.requests if "sessions" in received.segments]
        sessions = [item async for item in emsp.pull("sessions", to=words.CPO, query="date_from=2020-01-01T00:00:00Z")]
        cdrs = [item async for item in emsp.pull("cdrs", to=words.CPO)]
        assert sent == ["PUT", "PATCH", "PATCH", "PATCH", "PATCH"]
        assert emsp.sessions.get(words.CPO, session_id) == cpo.sessions[session_id]
        assert list(emsp.cdrs.values()) == [cpo.cdrs[session_id]]
        assert (sessions, cdrs) == ([cpo.sessions[session_id]], [cpo.cdrs[session_id]])
        assert list(cpo.problems) == []
