"""The form of every answer of the hub: envelope, ids, content type, time; whatever went wrong."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from yarl import URL

from hub.clock import now_utc
from hub.routing import route
from hub.simulate.messages import Answer
from hub.wire.credentials_token import write_authorization
from hub.wire.types import parse_datetime
from tests import words
from tests.running import RunningHub
from tests.whole import raw_http
from tests.whole.platforms import FUNCTIONAL, R, S, Scripted, joined, party

IDS = {"X-Request-ID": "request-1", "X-Correlation-ID": "correlation-1"}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
_MEMBERS = {"data", "status_code", "status_message", "timestamp"}


async def _every_kind(hub: RunningHub, cpo: Scripted) -> dict[int, Answer]:
    """An answer of the hub for every HTTP status that it has."""
    locations = hub.url("locations", R)
    versions = hub.versions_url

    async def call(method: str, url: str, body: Any = None, **more: Any) -> Answer:
        return await cpo.call(method, url, body, headers=IDS, **more)

    return {
        200: await call("GET", versions),
        400: await call("PUT", f"{locations}/NL/CPA/L1", b"{", to=words.HUB),
        401: await call("GET", versions, token="unknown"),
        404: await call("GET", f"{hub.settings.ocpi_url}/nowhere"),
        405: await call("DELETE", versions),
        413: await raw_http.exchange(locations, _too_large(cpo, f"{URL(locations).path}/NL/CPA/L1")),
        500: await call("GET", f"{hub.url('locations', S)}/boom", to=words.EMSP, from_=words.CPO),
    }


def _too_large(cpo: Scripted, path: str) -> bytes:
    """The header of a PUT whose body would be far over every limit."""
    authorization = write_authorization(cpo.registered()[1])
    return raw_http.request(
        "PUT", path, [*IDS.items(), ("Authorization", authorization), ("Content-Length", str(2**40))]
    )


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub with a fault that nobody foresaw, for the path `/boom`."""

    def broken(message: Any, *rest: Any) -> Any:
        if message.address.suffix == "/boom":
            raise ZeroDivisionError("a secret of the inside")
        return route(message, *rest)

    monkeypatch.setattr("hub.pipeline.route", broken)


@pytest.mark.usefixtures("_broken")
async def test_every_answer_is_an_envelope(hub: RunningHub, cpo: Scripted) -> None:
    """H7.01, H7.02, H7.04, H7.13, H7.15, H1.41: HTTP errors too; data only beside 1xxx; the type is application/json."""
    answers = await _every_kind(hub, cpo)

    assert [answer.status for answer in answers.values()] == list(answers)
    for status, answer in answers.items():
        said = answer.json
        assert set(said) <= _MEMBERS
        assert isinstance(said["status_code"], int)
        assert ("data" in said, "status_message" in said) == (status == 200, status != 200)
        assert _TIMESTAMP.fullmatch(said["timestamp"])
        assert answer.headers["Content-Type"].partition(";")[0] == "application/json"


@pytest.mark.usefixtures("_broken")
async def test_every_answer_repeats_the_ids(hub: RunningHub, cpo: Scripted) -> None:
    """H1.20, H1.21, H1.28: once each, as they came, on errors and on configuration modules."""
    answers = await _every_kind(hub, cpo)

    for answer in answers.values():
        assert {name: answer.headers.getall(name) for name in IDS} == {name: [value] for name, value in IDS.items()}


@pytest.mark.usefixtures("_broken")
async def test_a_fault_of_the_hub_shows_nothing_of_its_inside(hub: RunningHub, cpo: Scripted) -> None:
    """H7.15: HTTP 500 and 3000, without the exception, its message or a trace of the stack; the next request is served."""
    answers = await _every_kind(hub, cpo)
    again = await cpo.call("GET", hub.versions_url)

    said = answers[500].body.decode()
    assert answers[500].status_code == 3000
    assert not any(word in said for word in ("ZeroDivision", "secret", "Traceback", ".py"))
    assert again.status == 200


CODES: dict[int, Callable[[Scripted], Any]] = {
    1000: lambda cpo: cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP),
    2000: lambda cpo: cpo.ask("DELETE", "tariffs", R, "/NL/CPA/NONE", to=words.HUB),
    2001: lambda cpo: cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.HUB),
    2003: lambda cpo: cpo.ask("PUT", "locations", R, "/NL/CPA/NONE/1", words.evse(uid="1"), to=words.HUB),
    4001: lambda cpo: cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=party("XX*XXX")),
}


@pytest.mark.parametrize("code", CODES)
async def test_codes_of_ocpi_come_with_http_200(cpo: Scripted, emsp: Scripted, code: int) -> None:
    """H7.01, H7.13, H3.13: what OCPI has a number for is no HTTP error, save for what is not there to DELETE: 404."""
    answer = await CODES[code](cpo)

    assert answer.status_code == code
    assert answer.status == (404 if code == 2000 else 200)


async def test_the_time_is_now_and_utc(hub: RunningHub, cpo: Scripted) -> None:
    """H7.01, H7.06: `timestamp` is when the answer was made, with Z and at most milliseconds."""
    before = now_utc()
    answer = await cpo.call("GET", hub.versions_url)

    written = answer.json["timestamp"]
    assert len(written) <= 25
    assert (before - parse_datetime(written)).total_seconds() < 1
    assert (parse_datetime(written) - now_utc()).total_seconds() <= 0


@pytest.mark.parametrize("sent", [{}, {"X-Request-ID": "", "X-Correlation-ID": " "}, {"X-Request-ID": "a" * 5000}])
async def test_ids_that_are_missing_are_made(hub: RunningHub, cpo: Scripted, sent: dict[str, str]) -> None:
    """H1.26: a request without ids is served, gets new ones (UUIDs) and is forwarded with the same correlation id."""
    none = {"X-Request-ID": "", "X-Correlation-ID": ""}
    async with joined(hub, "DE/EMB/EMSP") as emsp:
        answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=emsp.party, headers=none | sent)
        (received,) = emsp.got("sessions")

    assert answer.status_code == 1000
    made = {name: str(UUID(answer.headers[name])) for name in none}
    assert received.headers["X-Correlation-ID"] == made["X-Correlation-ID"]
    assert str(UUID(received.headers["X-Request-ID"])) != made["X-Request-ID"]


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
async def test_the_type_of_a_body(cpo: Scripted, emsp: Scripted, kind: str) -> None:
    """H1.41: what parses is taken, whatever type it says; what goes on is application/json."""
    answer = await cpo.ask(
        "PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP, headers={"Content-Type": kind}
    )

    assert answer.status_code == 1000
    assert emsp.got("sessions")[0].headers.getall("Content-Type") == ["application/json"]


async def test_no_body_has_no_type(cpo: Scripted, emsp: Scripted) -> None:
    """H1.41: a request without a body is sent on without a type."""
    await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)
    await cpo.ask("POST", "tokens", S, "/0123/authorize", to=words.EMSP)

    assert ["Content-Type" in one.headers for one in (*cpo.got("locations"), *emsp.got("tokens"))] == [False, False]


@pytest.mark.parametrize(
    "written", [{"OCPI-to-party-id": "EMA"}, {"OCPI-to-country-code": "DE"}, {"OCPI-to-party-id": "toolong"}]
)
async def test_half_a_receiver_is_2001(hub: RunningHub, cpo: Scripted, emsp: Scripted, written: dict[str, str]) -> None:
    """H1.39, H1.36: one TO header, an empty or an impossible one is refused by the hub, not taken for open routing."""
    url = cpo.registered()[0].endpoint("tariffs", R) + "/NL/CPA/TARIFF1"

    answer = await cpo.call("PUT", url, words.tariff(), headers=written)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert emsp.got("tariffs") == []


async def test_every_functional_module_answers_with_routing_headers(hub: RunningHub, cpo: Scripted) -> None:
    """H1.31, H1.33, H1.36: refusals of the hub too: TO who asked, FROM the hub; so for custom modules."""
    for module in [*(one.identifier for one in FUNCTIONAL), "nltnm-tokens"]:
        answer = await cpo.call("GET", f"{hub.url(module, S)}/1", to=party("XX*XXX"), from_=words.CPO)

        written = [
            answer.headers[f"OCPI-{way}-{what}"] for way in ("to", "from") for what in ("country-code", "party-id")
        ]
        assert answer.status_code in {2000, 2001, 4001}
        assert written == ["NL", "CPA", "NL", "HUB"] or answer.status == 404
