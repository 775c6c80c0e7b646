"""SEC-22: a captured request that is sent again, through a whole hub."""

from collections.abc import Mapping

import pytest

from hub.simulate.messages import ok
from hub.store.protocols import LegFilter
from hub.wire.interface import Json
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, until

Ids = Mapping[str, str]


def ids(name: str) -> Ids:
    """The ids of one request."""
    return {"X-Request-ID": name, "X-Correlation-ID": name}


def _start(emsp: Scripted, **changes: Json) -> Json:
    return words.start_session(response_url=f"{emsp.url}/result", **changes)


async def test_a_push_with_another_body_is_409(cpo: Scripted, emsp: Scripted) -> None:
    """SEC-22: The same id with a changed body is 409 and 2001 and reaches nobody; with the same body it is a retry, and taken."""
    push = ("PUT", "sessions", R, "/NL/CPA/S1")
    first = await cpo.ask(*push, words.session(), to=words.EMSP, headers=ids("push"))
    retried = await cpo.ask(*push, words.session(), to=words.EMSP, headers=ids("push"))
    changed = await cpo.ask(*push, words.session(kwh=words.number("99")), to=words.EMSP, headers=ids("push"))
    fresh = await cpo.ask(*push, words.session(kwh=words.number("99")), to=words.EMSP, headers=ids("push-2"))

    assert [(one.status, one.status_code) for one in (first, retried, changed, fresh)] == [
        (200, 1000),
        (200, 1000),
        (409, 2001),
        (200, 1000),
    ]
    assert "X-Request-ID" in changed.json["status_message"]
    assert changed.headers["X-Request-ID"] == "push"
    assert len(emsp.got("sessions")) == 3


async def test_a_broadcast_with_another_body_is_409(cpo: Scripted, emsp: Scripted) -> None:
    """What is addressed to the hub is no exception."""
    push = ("PUT", "tariffs", R, "/NL/CPA/T22")
    said = [
        await cpo.ask(*push, words.tariff(id="T22", currency=currency), to=words.HUB, headers=ids("broadcast"))
        for currency in ("EUR", "EUR", "SEK")
    ]

    assert [(one.status, one.status_code) for one in said] == [(200, 1000), (200, 1000), (409, 2001)]


async def test_reading_again_is_reading(cpo: Scripted, emsp: Scripted) -> None:
    """GET changes nothing: it may have any id, any number of times, and is passed on each time."""
    said = [
        await emsp.ask("GET", "locations", S, f"?limit={limit}", to=words.CPO, headers=ids("get"))
        for limit in (1, 1, 2)
    ]

    assert [one.status_code for one in said] == [1000] * 3
    assert len(cpo.got("locations")) == 3


@pytest.mark.parametrize("command", ["START_SESSION", "STOP_SESSION"])
async def test_a_command_goes_on_once(cpo: Scripted, emsp: Scripted, command: str) -> None:
    """SEC-22: The same command again gets the same words and no second forward; another body is 409; another id is new."""
    cpo.on("POST", "commands", R, ok({"result": "ACCEPTED", "timeout": 30}), f"/{command}")
    bodies = {
        "START_SESSION": _start(emsp),
        "STOP_SESSION": {"response_url": f"{emsp.url}/result", "session_id": "S1"},
    }
    other = bodies[command] | {"response_url": f"{emsp.url}/other"}
    ask = ("POST", "commands", R, f"/{command}")

    first = await emsp.ask(*ask, bodies[command], to=words.CPO, headers=ids(command))
    again = await emsp.ask(*ask, bodies[command], to=words.CPO, headers=ids(command))
    changed = await emsp.ask(*ask, other, to=words.CPO, headers=ids(command))
    forwarded = len(cpo.got("commands"))
    fresh = await emsp.ask(*ask, bodies[command], to=words.CPO, headers=ids(f"{command} 2"))

    assert (first.status_code, first.data["result"]) == (1000, "ACCEPTED")
    assert again.body == first.body
    assert again.headers["OCPI-from-party-id"] == first.headers["OCPI-from-party-id"] == "CPA"
    assert (changed.status, changed.status_code) == (409, 2001)
    assert forwarded == 1
    assert fresh.status_code == 1000
    assert len(cpo.got("commands")) == 2


async def test_the_repeat_is_in_the_trace(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """An operator sees that a command was answered from memory."""
    cpo.on("POST", "commands", R, ok({"result": "ACCEPTED", "timeout": 30}), "/START_SESSION")
    for _ in range(2):
        await emsp.ask("POST", "commands", R, "/START_SESSION", _start(emsp), to=words.CPO, headers=ids("traced"))

    async def noted() -> bool:
        legs, _ = await hub.hub.store.traces.find(LegFilter(correlation_id="traced"))
        return any("answered as before" in leg.note for leg in legs)

    await until(noted)


async def test_a_charging_profile_goes_on_once(cpo: Scripted, emsp: Scripted) -> None:
    """PUT and DELETE of a charging profile make a charging point act: once each."""
    cpo.on("DELETE", "chargingprofiles", R, ok({"result": "ACCEPTED", "timeout": 30}), "/S1")
    query = f"/S1?response_url={emsp.url}/result"
    said = [
        await emsp.ask("DELETE", "chargingprofiles", R, query, to=words.CPO, headers=ids("profile")) for _ in range(2)
    ]

    assert [one.status_code for one in said] == [1000, 1000]
    assert said[0].body == said[1].body
    assert len(cpo.got("chargingprofiles")) == 1


async def test_what_was_not_passed_on_may_come_again(cpo: Scripted, emsp: Scripted) -> None:
    """A refusal of the hub's own says that nobody acted: the same request is no replay, and is refused for the same reason."""
    body = _start(emsp) | {"response_url": "ftp://x"}
    said = [
        await emsp.ask("POST", "commands", R, "/START_SESSION", body, to=words.CPO, headers=ids("refused"))
        for _ in range(2)
    ]

    assert [one.status_code for one in said] == [2001, 2001]
    assert "response_url" in said[1].json["status_message"]
    assert cpo.got("commands") == []


async def test_a_partner_whose_ids_repeat(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """An operator can say that a partner's ids mean nothing: then every request is one of its own, also a command."""
    cpo.on("POST", "commands", R, ok({"result": "ACCEPTED", "timeout": 30}), "/START_SESSION")
    await hub.hub.partners.set_quirks(emsp.name, repeats_request_ids=True)
    try:
        for identifier in ("L1", "L1", "L2"):
            body = _start(emsp, location_id=identifier)
            answer = await emsp.ask("POST", "commands", R, "/START_SESSION", body, to=words.CPO, headers=ids("1"))
            assert answer.status_code == 1000
    finally:
        await hub.hub.partners.set_quirks(emsp.name, repeats_request_ids=False)

    assert len(cpo.got("commands")) == 3
