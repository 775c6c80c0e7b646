"""A simulator is controlled from another process, by whoever has the key."""

from typing import Any

import pytest

from hub.simulate.control import Control
from hub.simulate.faults import Fault
from hub.simulate.messages import read_json
from hub.simulate.partner import Partner
from tests import words
from tests.hub.simulate.pair import Pair

KEY = "control-key"


async def _ask(target: Partner, action: str, method: str = "POST", key: str = KEY, **wishes: Any) -> tuple[int, Any]:
    async with Partner() as person:
        headers = {"Authorization": f"Bearer {key}"}
        answer = await person.call(method, f"{target.url}/control/{action}", wishes, headers=headers)
        return answer.status, read_json(answer.body)


@pytest.fixture
def controlled(pair: Pair) -> Pair:
    """Both partners with remote control."""
    Control(pair.cpo, KEY)
    Control(pair.emsp, KEY)
    return pair


async def test_without_the_key_nothing_is_told(controlled: Pair) -> None:
    """A wrong key opens neither state nor actions."""
    answers = [await _ask(controlled.cpo, *ask, key="guess") for ask in (("state", "GET"), ("fault", "POST"))]

    assert [status for status, _ in answers] == [401, 401]


async def test_without_remote_control_there_is_none(pair: Pair) -> None:
    """A partner that was given no key has no such paths."""
    assert (await _ask(pair.cpo, "state", "GET"))[0] == 401
    assert pair.cpo.requests[-1].path == "/control/state"


async def test_the_state_tells_how_it_is_and_no_secret(controlled: Pair) -> None:
    """Who, connected to whom, how much; no credentials token."""
    status, state = await _ask(controlled.cpo, "state", "GET")

    assert status == 200
    assert (state["parties"], state["connected_to"]) == (["NL*CPA CPO"], "DE*EMA")
    assert (state["locations"], state["fault"]) == (1, "none")
    for secret in (controlled.cpo.issued_token, controlled.cpo.outgoing_token):
        assert secret is not None
        assert secret not in str(state)


async def test_a_fault_is_switched_while_the_partner_is_down(controlled: Pair) -> None:
    """Remote control works through every fault, and is not recorded as OCPI traffic."""
    before = len(controlled.cpo.requests)

    assert await _ask(controlled.cpo, "fault", fault="down") == (200, {"fault": "down"})
    assert controlled.cpo.faults.current is Fault.DOWN
    assert await _ask(controlled.cpo, "fault", fault="none") == (200, {"fault": "none"})
    assert len(controlled.cpo.requests) == before


async def test_an_operator_publishes_authorizes_and_charges(controlled: Pair) -> None:
    """The whole story by remote control of the operator."""
    cpo, uid = controlled.cpo, controlled.uid

    assert await _ask(cpo, "publish") == (200, {"accepted": 1, "of": 1})
    place = {"location_id": "LOC1", "evse_uid": "3256"}
    assert await _ask(cpo, "status", **place, status="BLOCKED") == (200, {"accepted": True})
    _, authorized = await _ask(cpo, "authorize", uid=uid, to="DE-EMA")
    cpo.speed = 1.0
    _, started = await _ask(cpo, "start-session", uid=uid, **place, to="DE-EMA")
    stopped = await _ask(cpo, "stop-session", session_id=started["session_id"])
    await cpo.tasks.join()

    assert authorized["answer"]["data"]["allowed"] == "ALLOWED"
    assert stopped == (200, started)
    assert list(cpo.cdrs) == [started["session_id"]]


async def test_a_provider_starts_and_stops_a_session(controlled: Pair) -> None:
    """The whole story by remote control of the provider, results included."""
    controlled.cpo.speed = 1.0

    published = await _ask(controlled.emsp, "publish")
    _, started = await _ask(controlled.emsp, "start-session", location_id="LOC1", to="NL-CPA")
    await controlled.emsp.wait_until(lambda: len(controlled.emsp.sessions) == 1)
    session_id = next(iter(controlled.cpo.sessions))
    _, stopped = await _ask(controlled.emsp, "stop-session", session_id=session_id, to="NL-CPA")
    _, unknown = await _ask(controlled.emsp, "stop-session", session_id="S9", to="NL-CPA")

    assert published == (200, {"accepted": 2, "of": 2})
    assert (started["result"], stopped["result"]) == ({"result": "ACCEPTED"}, {"result": "ACCEPTED"})
    assert "result" not in unknown


async def test_registration_is_controlled(controlled: Pair) -> None:
    """rotate, unregister, invite and register again."""
    cpo, emsp = controlled.cpo, controlled.emsp

    rotated = await _ask(cpo, "rotate")
    ended = await _ask(cpo, "unregister")
    _, invitation = await _ask(emsp, "invite")
    again = await _ask(cpo, "register", **invitation)
    refused = await _ask(cpo, "register", versions_url=emsp.versions_url, token="wrong")

    assert (rotated, ended, again) == (
        (200, {"connected_to": "DE*EMA"}),
        (200, {"http_status": 200}),
        (200, {"connected_to": "DE*EMA"}),
    )
    assert refused == (409, {"error": "versions: HTTP 401, OCPI 2000: unknown credentials token"})


@pytest.mark.parametrize(
    ("action", "wishes", "status", "said"),
    [
        ("dance", {}, 404, "GET state, or POST one of authorize"),
        ("fault", {}, 400, "unknown or missing: fault"),
        ("fault", {"fault": "tired"}, 400, "'tired' is not a valid Fault"),
        ("status", {"location_id": "LOC1", "evse_uid": "9", "status": "BLOCKED"}, 400, "LOC1 has no EVSE 9"),
        ("authorize", {"uid": "x", "to": "nobody"}, 400, "is not a party"),
        ("register", {"versions_url": "http://127.0.0.1:9/", "token": "x"}, 502, "the other side did not answer"),
    ],
)
async def test_wishes_that_cannot_be_met(
    controlled: Pair, action: str, wishes: dict[str, Any], status: int, said: str
) -> None:
    """Each refusal is a sentence."""
    answered, told = await _ask(controlled.cpo, action, **wishes)

    assert answered == status
    assert said in told["error"]


async def test_actions_before_registration_are_refused(controlled: Pair) -> None:
    """Who has no connection is told to make one."""
    await controlled.cpo.unregister()

    assert await _ask(controlled.cpo, "publish") == (
        409,
        {"error": f"{words.CPO} is not registered: call register first"},
    )


async def test_what_reached_a_provider_can_be_looked_at(controlled: Pair) -> None:
    """The objects that it was sent, all or by id, and the requests by the end of their path."""
    await _ask(controlled.cpo, "publish")

    _, all_of_them = await _ask(controlled.emsp, "objects", module="locations")
    _, none = await _ask(controlled.emsp, "objects", module="locations", id="LOC2")
    _, received = await _ask(controlled.emsp, "received", path="/LOC1")

    assert [one["id"] for one in all_of_them["objects"]] == ["LOC1"]
    assert none == {"objects": []}
    assert [one["method"] for one in received["requests"]] == ["PUT"]
    assert (await _ask(controlled.emsp, "objects", module="elsewhere"))[0] == 400


async def test_a_free_evse_is_found_by_a_number(controlled: Pair) -> None:
    """Any number falls on a location; without a free EVSE that is a refusal."""
    found = await _ask(controlled.cpo, "free-evse", number=12345)
    for evse in controlled.cpo.locations["LOC1"]["evses"]:
        evse["status"] = "CHARGING"

    assert found == (200, {"location_id": "LOC1", "evse_uid": "3256"})
    assert (await _ask(controlled.cpo, "free-evse", number=1))[0] == 400


async def test_a_person_may_call_in_a_platforms_name(controlled: Pair) -> None:
    """Whoever has the key is told what the platform presents to the other side."""
    told = await _ask(controlled.emsp, "outgoing-token")

    assert told == (200, {"outgoing_token": controlled.cpo.issued_token})
