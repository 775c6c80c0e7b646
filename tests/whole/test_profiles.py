"""Charging profiles: three methods with a response_url in two places, and results that come back through the hub."""

from typing import Any
from urllib.parse import quote, unquote

import pytest

from hub.simulate.messages import Answer, ok, refused
from hub.wire.headers import RoutingHeaders, read_routing
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, party

ACCEPTED = ok({"result": "ACCEPTED", "timeout": 30})
RESULTS = {
    "GET": words.active_charging_profile_result(),
    "PUT": words.charging_profile_result(),
    "DELETE": {"result": "UNKNOWN"},
}


async def _profile(emsp: Scripted, method: str, response_url: str = "", session_id: str = "SESSION1") -> Answer:
    theirs = response_url or f"{emsp.url}/results/{method}?a=1&b=%20"
    if method == "PUT":
        body = words.set_charging_profile(response_url=theirs)
        return await emsp.ask("PUT", "chargingprofiles", R, f"/{session_id}", body, to=words.CPO)
    query = "duration=900&" if method == "GET" else ""
    path = f"/{session_id}?{query}response_url={quote(theirs, safe='')}"
    return await emsp.ask(method, "chargingprofiles", R, path, to=words.CPO)


def _address(cpo: Scripted) -> str:
    """The response_url of the last request about a profile that the operator got."""
    received = cpo.got("chargingprofiles")[-1]
    return str(received.json["response_url"] if received.method == "PUT" else received.query["response_url"])


@pytest.mark.parametrize("method", RESULTS)
async def test_a_result_comes_to_the_response_url(hub: RunningHub, cpo: Scripted, emsp: Scripted, method: str) -> None:
    """H4.40, H4.41, H4.42, H6.80: in the query of GET and DELETE and the body of PUT it becomes an address of the hub (S13)."""
    cpo.on(method, "chargingprofiles", R, ACCEPTED)
    emsp.answer("POST", "/results", ok())

    response = await _profile(emsp, method)
    ours = _address(cpo)
    taken = await cpo.call("POST", ours, RESULTS[method], to=words.EMSP, from_=words.CPO)

    (received,) = emsp.got("results")
    opaque = ours.removeprefix(hub.url("chargingprofiles", S) + "/")
    assert response.body == ACCEPTED.body
    assert len(opaque) >= 22
    assert "/" not in opaque
    assert (received.target, received.body) == (f"/results/{method}?a=1&b=%20", words.body(RESULTS[method]))
    assert (received.to, received.from_) == (words.EMSP, words.CPO)
    assert (taken.status_code, taken.data) == (1000, None)
    assert read_routing(taken.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


async def test_the_rest_of_a_query_stays(cpo: Scripted, emsp: Scripted) -> None:
    """H3.02, H4.41: only the value of response_url changes, and what takes its place is percent-encoded."""
    path = f"/SESSION%201?own=%c3%a9&response_url={quote(emsp.url, safe='')}%2Fresults&duration=900&x"

    await emsp.ask("GET", "chargingprofiles", R, path, to=words.CPO)

    target = cpo.got("chargingprofiles")[0].target
    before, _, rest = target.partition("response_url=")
    value, _, after = rest.partition("&")
    assert before == f"{cpo.path('chargingprofiles', R)}/SESSION%201?own=%c3%a9&"
    assert after == "duration=900&x"
    assert value == quote(unquote(value), safe="")


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("duration=900&response_url={url}/results?id=1&part=2", "/results?id=1&part=2"),
        ("response_url={url}/results?id=1&duration=900", "/results?id=1"),
        ("response_url={url}/results/1&duration=900", "/results/1"),
    ],
)
async def test_a_response_url_that_is_not_encoded(cpo: Scripted, emsp: Scripted, query: str, wanted: str) -> None:
    """H4.41: an unencoded one, as in the specification's own example, is understood (S13)."""
    emsp.answer("POST", "/results", ok())
    await emsp.ask("GET", "chargingprofiles", R, f"/SESSION1?{query.format(url=emsp.url)}", to=words.CPO)

    await cpo.call("POST", _address(cpo), RESULTS["GET"], to=words.EMSP, from_=words.CPO)

    assert cpo.got("chargingprofiles")[0].query["duration"] == "900"
    assert [received.target for received in emsp.got("results")] == [wanted]


async def test_a_result_before_the_response(cpo: Scripted, emsp: Scripted) -> None:
    """H4.35, H4.42: the address works before the operator has answered."""
    emsp.answer("POST", "/results", ok())

    async def result_first(_: Any) -> Any:
        await cpo.call("POST", _address(cpo), RESULTS["PUT"], to=words.EMSP, from_=words.CPO)
        return ACCEPTED

    cpo.on("PUT", "chargingprofiles", R, result_first)
    response = await _profile(emsp, "PUT")

    assert response.data["result"] == "ACCEPTED"
    assert len(emsp.got("results")) == 1


async def test_nobody_else_may_post_a_result(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H4.02, H4.42: for another platform the address does not exist."""
    await _profile(emsp, "PUT")
    async with joined(hub, "NL/THF/CPO") as thief:
        answer = await thief.call("POST", _address(cpo), RESULTS["PUT"], to=words.EMSP, from_=party("NL*THF"))

    assert (answer.status, answer.status_code) == (404, 2001)
    assert emsp.got("results") == []


@pytest.mark.parametrize(
    "path",
    [
        "/SESSION1",
        "/SESSION1?duration=900",
        "/SESSION1?response_url=http%3A%2F%2F127.0.0.1%2Fx",
        "/SESSION1?duration=900&response_url=",
        "/SESSION1?duration=900&response_url=nonsense",
        "/SESSION1?duration=900&response_url=https%3A%2F%2Felse.example%2Fx",
    ],
)
async def test_a_get_that_lacks_something_is_2001(cpo: Scripted, emsp: Scripted, path: str) -> None:
    """H4.02, H4.40: duration and response_url are required, and the hub calls no stranger."""
    answer = await emsp.ask("GET", "chargingprofiles", R, path, to=words.CPO)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert cpo.got("chargingprofiles") == []


async def test_what_the_operator_says_is_carried(cpo: Scripted, emsp: Scripted) -> None:
    """H6.84, H3.10: TOO_OFTEN is the operator's to say, and errors pass as they are."""
    cpo.on("PUT", "chargingprofiles", R, ok({"result": "TOO_OFTEN", "timeout": 0}))
    often = await _profile(emsp, "PUT")
    cpo.on("DELETE", "chargingprofiles", R, refused(2001, "no such session"))
    unknown = await _profile(emsp, "DELETE")

    assert often.data == {"result": "TOO_OFTEN", "timeout": 0}
    assert unknown.status_code == 2001


async def test_an_active_profile_is_an_ordinary_message(cpo: Scripted, emsp: Scripted) -> None:
    """H4.43, H3.01: the operator's own PUT of an ActiveChargingProfile is routed by its TO, and nothing in it changes."""
    body = words.body(words.active_charging_profile(response_url="https://cpa.example/not/protocol"))

    answer = await cpo.ask("PUT", "chargingprofiles", S, "/SESSION1", body, to=words.EMSP)

    (received,) = emsp.got("chargingprofiles")
    assert answer.status_code == 1000
    assert received.target == emsp.path("chargingprofiles", S) + "/SESSION1"
    assert (received.body, received.to, received.from_) == (body, words.EMSP, words.CPO)


async def test_a_scheduler_behind_a_provider(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H6.83, H1.40: an SCSP may send a profile to an operator, or to a provider that sends it on; results find their way."""
    async with joined(hub, "NL/SCS/SCSP") as scheduler:
        scheduler.answer("POST", "/results", ok())
        body = words.set_charging_profile(response_url=f"{scheduler.url}/results/1")
        direct = await scheduler.ask("PUT", "chargingprofiles", R, "/SESSION1", body, to=words.CPO)
        by_provider = await scheduler.ask("PUT", "chargingprofiles", R, "/OWN-ID", body, to=words.EMSP)
        await cpo.call("POST", _address(cpo), {"result": "ACCEPTED"}, to=party("NL*SCS"), from_=words.CPO)
        await emsp.call("POST", _address(emsp), {"result": "REJECTED"}, to=party("NL*SCS"), from_=words.EMSP)

        assert (direct.status_code, by_provider.status_code) == (1000, 1000)
        assert [(one.from_, one.json["result"]) for one in scheduler.got("results")] == [
            (words.CPO, "ACCEPTED"),
            (words.EMSP, "REJECTED"),
        ]
