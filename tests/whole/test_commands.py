"""Commands: the operator answers through an address of the hub, as often and as late as OCPI lets it."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.clock import now_utc
from hub.simulate.faults import Fault
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.types import format_datetime
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, party

COMMANDS: dict[str, Callable[..., words.Words]] = {
    "CANCEL_RESERVATION": words.cancel_reservation,
    "RESERVE_NOW": words.reserve_now,
    "START_SESSION": words.start_session,
    "STOP_SESSION": words.stop_session,
    "UNLOCK_CONNECTOR": words.unlock_connector,
}
ACCEPTED = ok({"result": "ACCEPTED", "timeout": 30})
RESULT = b'{"result": "ACCEPTED", "message": [{"language": "en", "text": "ok"}],  "own": 1.10}'


async def _command(emsp: Scripted, name: str = "START_SESSION", **changes: Any) -> Answer:
    body = COMMANDS[name](**({"response_url": f"{emsp.url}/results/{name}?for=driver%201"} | changes))
    return await emsp.ask("POST", "commands", R, f"/{name}", body, to=words.CPO)


def _address(cpo: Scripted) -> str:
    """The response_url of the last command that the operator got."""
    return str(cpo.got("commands")[-1].json["response_url"])


async def _result(cpo: Scripted, url: str, body: Any = RESULT, **headers: str) -> Answer:
    return await cpo.call("POST", url, body, to=words.EMSP, from_=words.CPO, headers=headers)


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_result_comes_to_the_response_url(hub: RunningHub, cpo: Scripted, emsp: Scripted, name: str) -> None:
    """H4.01, H4.30, H4.31, H4.32: the operator sees an address of the hub; what it posts there goes to exactly the provider's."""
    cpo.on("POST", "commands", R, ACCEPTED)
    emsp.answer("POST", "/results", ok())

    response = await _command(emsp, name)
    ours = _address(cpo)
    taken = await _result(cpo, ours)

    (received,) = emsp.got("results")
    opaque = ours.removeprefix(f"{hub.url('commands', S)}/{name}/")
    assert response.body == ACCEPTED.body
    assert len(opaque) >= 22
    assert "/" not in opaque
    assert len(ours) <= 255
    assert (received.target, received.body) == (f"/results/{name}?for=driver%201", RESULT)
    assert (received.to, received.from_) == (words.EMSP, words.CPO)
    assert received.headers["Authorization"] == f"Token {b64encode((emsp.issued_token or '').encode()).decode()}"
    assert taken.status_code == 1000
    assert read_routing(taken.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


async def test_ids_of_a_result(cpo: Scripted, emsp: Scripted) -> None:
    """H1.22, H1.24, H1.27: a result is a new message; the ids that the operator gave it are treated as any."""
    cpo.on("POST", "commands", R, ACCEPTED)
    emsp.answer("POST", "/results", ok())
    await _command(emsp)
    ids = {"X-Request-ID": "of-the-result", "X-Correlation-ID": "of-the-result-too"}

    answer = await _result(cpo, _address(cpo), **ids)

    (received,) = emsp.got("results")
    assert received.headers["X-Correlation-ID"] == "of-the-result-too"
    assert received.headers["X-Request-ID"] not in {"of-the-result", cpo.got("commands")[0].headers["X-Request-ID"]}
    assert {name: answer.headers[name] for name in ids} == ids


async def test_a_result_may_come_before_the_response(cpo: Scripted, emsp: Scripted) -> None:
    """H4.35: an operator that posts the result before it has answered the command is heard (S12)."""
    order: list[str] = []

    async def result_first(received: Received) -> Reply:
        order.append(str((await _result(cpo, received.json["response_url"])).status_code))
        return ACCEPTED

    def taken(_: Received) -> Reply:
        order.append("result")
        return ok()

    cpo.on("POST", "commands", R, result_first)
    emsp.answer("POST", "/results", taken)

    response = await _command(emsp)

    assert order == ["result", "1000"]
    assert response.data["result"] == "ACCEPTED"


async def test_a_reservation_is_cancelled_later(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.33: the address of RESERVE_NOW takes CANCELED_RESERVATION as well, until after the reservation's end (S12)."""
    cpo.on("POST", "commands", R, ACCEPTED)
    emsp.answer("POST", "/results", ok())
    ends = now_utc() + timedelta(days=30)
    await _command(emsp, "RESERVE_NOW", expiry_date=format_datetime(ends))
    ours = _address(cpo)

    answers = [await _result(cpo, ours, {"result": result}) for result in ("ACCEPTED", "CANCELED_RESERVATION")]

    mapping = await hub.hub.store.mappings.find(ours.rpartition("/")[2])
    assert [answer.status_code for answer in answers] == [1000, 1000]
    assert [received.json["result"] for received in emsp.got("results")] == ["ACCEPTED", "CANCELED_RESERVATION"]
    assert mapping is not None
    assert mapping.expires_at is not None
    assert mapping.expires_at > ends + timedelta(days=1)


async def test_an_address_works_for_a_day_at_least(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.33: a result may be later than the timeout that the operator gave."""
    cpo.on("POST", "commands", R, ACCEPTED)
    await _command(emsp, "STOP_SESSION")

    mapping = await hub.hub.store.mappings.find(_address(cpo).rpartition("/")[2])

    assert mapping is not None
    assert mapping.expires_at is not None
    assert mapping.expires_at > now_utc() + timedelta(days=1)


async def test_nobody_else_may_post_a_result(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.02, H4.32: for any platform but the operator's, and for an address that was never given, HTTP 404 (S12)."""
    cpo.on("POST", "commands", R, ACCEPTED)
    await _command(emsp)
    ours = _address(cpo)
    async with joined(hub, "NL/THF/CPO") as thief:
        stolen = await thief.call("POST", ours, RESULT, to=words.EMSP, from_=party("NL*THF"))
    owner = await emsp.call("POST", ours, RESULT, to=words.EMSP, from_=words.EMSP)
    guessed = await _result(cpo, f"{ours[:-4]}AAAA")
    other_module = await _result(cpo, ours.replace("commands/START_SESSION", "chargingprofiles"))

    answers = (stolen, owner, guessed, other_module)
    assert [(answer.status, answer.status_code) for answer in answers] == [(404, 2001)] * 4
    assert emsp.got("results") == []


async def test_a_providers_answer_to_a_result_is_the_operators(cpo: Scripted, emsp: Scripted) -> None:
    """H4.32, H3.14: what the provider says of a result comes back; that it fails is 4000."""
    cpo.on("POST", "commands", R, ACCEPTED)
    await _command(emsp)
    ours = _address(cpo)
    emsp.answer("POST", "/results", refused(2000, "too late", status=404))
    late = await _result(cpo, ours)
    emsp.answer("POST", "/results", refused(3000, "broken", status=500))
    broken = await _result(cpo, ours)

    assert (late.status, late.json["status_message"]) == (404, "too late")
    assert (broken.status, broken.status_code) == (200, 4000)
    assert read_routing(broken.headers) == RoutingHeaders(to=words.CPO, sender=words.HUB)


@pytest.mark.parametrize(
    ("posted", "carried"),
    [
        (b'{"result": "EVSE_ON_FIRE"}', b'{"result": "EVSE_ON_FIRE"}'),
        (b'{"result": 7, "x": [1.0]}', b'{"result": 7, "x": [1.0]}'),
        (b'{"data": {"result": "ACCEPTED"}, "status_code": 1000, "timestamp": "x"}', b'{"result":"ACCEPTED"}'),
    ],
)
async def test_a_result_is_only_carried(cpo: Scripted, emsp: Scripted, posted: bytes, carried: bytes) -> None:
    """H6.75, H4.32: a result that the enum does not know passes unchanged; one in an envelope is taken out of it."""
    cpo.on("POST", "commands", R, ACCEPTED)
    emsp.answer("POST", "/results", ok())
    await _command(emsp)

    await _result(cpo, _address(cpo), posted)

    assert emsp.got("results")[0].body == carried


@pytest.mark.parametrize(
    ("reply", "status_code"),
    [
        (ok({"result": "REJECTED", "timeout": 0}), 1000),
        (refused(2003, "unknown location"), 2003),
        (refused(3000, "broken", status=500), 4000),
    ],
    ids=["rejected", "unknown location", "broken"],
)
async def test_the_hub_makes_up_no_result(cpo: Scripted, emsp: Scripted, reply: Reply, status_code: int) -> None:
    """H4.36, H6.70, H6.71: the operator's response is the provider's; what follows from it is not the hub's."""
    cpo.on("POST", "commands", R, reply)

    response = await _command(emsp)

    assert response.status_code == status_code
    assert emsp.got("results") == []


async def test_a_command_into_the_void_has_no_result(hub: RunningHub, emsp: Scripted) -> None:
    """H4.36, H6.70: a connection that breaks is 4000, once; nothing is tried again and no result is invented."""
    async with joined(hub, "NL/VOI/CPO") as void:
        void.fail(Fault.DOWN)
        body = words.stop_session(response_url=f"{emsp.url}/results/1")
        response = await emsp.ask("POST", "commands", R, "/STOP_SESSION", body, to=party("NL*VOI"))

        assert response.status_code == 4000
        assert len(void.got("commands")) == 1
    assert emsp.got("results") == []


@pytest.mark.parametrize(
    "response_url",
    [None, 7, "", "nonsense", "https://else.example/results/1", "http://localhost/1", "file:///etc/passwd", ["x"]],
)
async def test_an_impossible_response_url_is_2001(cpo: Scripted, emsp: Scripted, response_url: Any) -> None:
    """H4.02, H4.03: the hub calls no address but one on a host of the provider's endpoints; the command goes nowhere."""
    answer = await _command(emsp, response_url=response_url)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "response_url" in answer.json["status_message"]
    assert cpo.got("commands") == []


@pytest.mark.parametrize("name", ["START_SESSION", "RESERVE_NOW"])
async def test_a_token_of_another_provider_is_2001(cpo: Scripted, emsp: Scripted, name: str) -> None:
    """H6.72: a provider uses its own tokens only."""
    answer = await _command(emsp, name, token=words.token(party_id="XXX"))

    assert (answer.status, answer.status_code) == (200, 2001)
    assert "/token/party_id" in answer.json["status_message"]
    assert cpo.got("commands") == []


async def test_an_unknown_command_is_404(cpo: Scripted, emsp: Scripted) -> None:
    """H7.14: a path that the module does not have."""
    answer = await emsp.ask("POST", "commands", R, "/OPEN_SESAME", words.stop_session(), to=words.CPO)

    assert (answer.status, answer.status_code) == (404, 2000)
    assert cpo.got("commands") == []
