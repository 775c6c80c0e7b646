"""Each verb of the check language: what it sends, what it leaves for the next step, and what it cannot be talked into."""

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts import verbs
from contracts.report import Report
from contracts.suite import ROOT
from tests.contracts.platforms import JSON_HEADER, TOKEN, platform, run_on
from tests.contracts.raw_partner import Asked, answer, envelope, raw_partner
from tests.contracts.suites import check, suite_of

VERSIONS: dict[str, Any] = {"url": "${partner.versions_url}"}
CREDENTIALS: dict[str, Any] = {"module": "credentials"}
LOCATIONS: dict[str, Any] = {"module": "locations", "interface": "SENDER"}
A_LIST = {"/2.2.1/locations": [{"id": "A", "name": "one"}, {"id": "B", "name": "two"}]}


def that(value: Any, **words: Any) -> dict[str, Any]:
    """A step that demands something of a value."""
    return {"expect": {"that": [{"value": value, "about": "it", **words}]}}


async def report_of(
    folder: Path, *steps: dict[str, Any], answers: Mapping[str, Any] = A_LIST, **changes: Any
) -> Report:
    """What came of a check with these steps."""
    async with platform(answers) as partner:
        return await run_on(suite_of(folder, check("TRA-01", [*steps])), partner, **changes)


async def verdict(folder: Path, *steps: dict[str, Any], answers: Mapping[str, Any] = A_LIST) -> tuple[str, str]:
    """How it ended, and what was observed."""
    (only,) = (await report_of(folder, *steps, answers=answers)).results
    return only.verdict, only.observed


async def sent_by(folder: Path, *steps: dict[str, Any], **changes: Any) -> list[Asked]:
    """What a platform was asked by these steps, all of which hold."""
    async with platform(A_LIST) as partner:
        (only,) = (await run_on(suite_of(folder, check("TRA-01", [*steps])), partner, **changes)).results
    assert (only.verdict, only.observed) == ("passed", "")
    return [one for one in partner.asked if one.headers.get("x-correlation-id", "").startswith("cts-")]


def token_of(asked: Asked) -> str:
    """The credentials token that a request presents."""
    return base64.b64decode(asked.headers["authorization"].removeprefix("Token ")).decode()


def test_a_check_may_say_what_the_runner_can_do() -> None:
    """The verbs of the schema are those of the runner."""
    schema = json.loads((ROOT / "check.schema.json").read_text())

    assert {*schema["$defs"]["step"]["properties"]} == {*verbs.VERBS, *verbs._UNFILLED}


async def test_a_call_is_written_as_it_was_described(tmp_path: Path) -> None:
    """Path segments are encoded, parameters added, routing headers sent to a functional module, the body as JSON."""
    call = {**LOCATIONS, "method": "PUT", "path": ["a/b", "ü"], "query": {"type": "RFID"}, "body": {"name": "Zürich"}}

    (asked,) = await sent_by(tmp_path, {"call": call})

    assert (asked.method, asked.target) == ("PUT", "/2.2.1/locations/a%2Fb/%C3%BC?type=RFID")
    assert asked.body.decode() == '{"name": "Zürich"}'
    assert asked.headers["content-type"] == "application/json"
    assert (asked.headers["ocpi-to-party-id"], asked.headers["ocpi-from-party-id"]) == ("CPA", "CTS")
    assert token_of(asked) == TOKEN


async def test_a_configuration_module_is_not_routed(tmp_path: Path) -> None:
    """Unless the check says so."""
    routed = {**CREDENTIALS, "routing": {"to": {"country_code": "NL", "party_id": "XXX"}}}

    one, other = await sent_by(tmp_path, {"call": CREDENTIALS}, {"call": routed})

    assert "ocpi-to-party-id" not in one.headers
    assert other.headers["ocpi-to-party-id"] == "XXX"


@pytest.mark.parametrize(
    ("changes", "present", "absent"),
    [
        ({"headers": {"X-Request-ID": None}}, "x-correlation-id", "x-request-id"),
        ({"headers": {"X-Extra": "1"}}, "x-extra", "content-type"),
        ({"token": "none"}, "x-request-id", "authorization"),
        ({"routing": "none"}, "x-request-id", "ocpi-to-party-id"),
        ({"text": "no JSON", "content_type": "text/plain"}, "content-type", "x-extra"),
    ],
)
async def test_headers_come_and_go(tmp_path: Path, changes: dict[str, Any], present: str, absent: str) -> None:
    """null leaves a header out, `none` the token or the routing; a body brings its Content-Type."""
    (asked,) = await sent_by(tmp_path, {"call": {**LOCATIONS, **changes}})

    assert present in asked.headers
    assert absent not in asked.headers


async def test_a_test_object_is_sent_with_changes(tmp_path: Path) -> None:
    """`with` replaces or adds members, `without` takes some away; the reply remembers what was sent."""
    call = {
        **LOCATIONS,
        "method": "PUT",
        "object": "token",
        "with": {"issuer": "Me"},
        "without": ["valid"],
        "as": "put",
    }

    (asked,) = await sent_by(tmp_path, {"call": call}, that("${put.sent.body.issuer}", equals="Me"))

    body = json.loads(asked.body)
    assert (body["issuer"], body["uid"][:4]) == ("Me", "cts-")
    assert "valid" not in body


async def test_no_two_requests_have_the_same_id(tmp_path: Path) -> None:
    """Also when the same call is made many times."""
    asked = await sent_by(tmp_path, {"together": {"calls": [VERSIONS], "copies": 10}}, {"call": VERSIONS})

    assert len({one.headers["x-request-id"] for one in asked}) == 11


async def test_only_so_many_at_once(tmp_path: Path) -> None:
    """`parallel` is how many requests are under way together, and all of them are made."""
    under_way, most = 0, 0

    async def respond(_: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        writer.write(answer(envelope([]), JSON_HEADER))

    steps = [{"together": {"calls": [VERSIONS], "copies": 12, "parallel": 3}}, that("${replies}", length=12)]
    async with raw_partner(respond) as partner:
        (only,) = (await run_on(suite_of(tmp_path, check("TRA-01", steps)), partner)).results

    assert only.verdict == "passed"
    assert most == 3


@pytest.mark.parametrize(
    ("compare", "outcome"),
    [
        ({"got": [{"id": "A"}, {"id": "B"}], "only": ["id"]}, ("passed", "")),
        ({"got": [{"id": "B"}, {"id": "A"}], "only": ["id"]}, ("failed", '/0/id: "B" instead of "A"')),
        ({"got": [{"id": "A", "name": 1}, {"id": "B", "name": 2}], "ignoring": ["name"]}, ("passed", "")),
        ({"got": []}, ("failed", "/: [] instead of ")),
    ],
)
async def test_two_lists_are_compared(tmp_path: Path, compare: dict[str, Any], outcome: tuple[str, str]) -> None:
    """By all members, by some, or by all but some; the first difference is told."""
    steps = [{"call": LOCATIONS}, {"compare": {"wanted": "${reply.data}", "about": "the list", **compare}}]

    found, observed = await verdict(tmp_path, *steps)

    assert (found, observed[: len(outcome[1])]) == outcome


async def test_members_that_only_the_answer_has_may_not_count(tmp_path: Path) -> None:
    """With `members: wanted` a platform may know more of an object than it was sent."""
    steps = [{"call": LOCATIONS}, {"compare": {"wanted": {"id": "A"}, "got": "${reply.data.0}", "members": "wanted"}}]

    assert await verdict(tmp_path, *steps) == ("passed", "")


async def test_what_was_set_is_there_for_the_steps_that_follow(tmp_path: Path) -> None:
    """Made once: an instant that is set does not move on."""
    steps = [{"set": {"other": "${new.id}"}}, {"set": {"same": "${other}"}}, that("${same}", equals="${other}")]

    assert await verdict(tmp_path, *steps) == ("passed", "")


async def test_a_requirement_that_is_not_met_skips(tmp_path: Path) -> None:
    """What cannot be judged is no fault, and the reason is told, also when there is nothing at all to look at."""
    short = {"require": {"value": "${reply.data}", "length": {"min": 3}, "because": "the list has not three"}}
    nothing = {"require": {"value": "${nothing.at.all}", "present": True, "because": "there is nothing"}}

    assert await verdict(tmp_path / "1", {"call": LOCATIONS}, short) == ("skipped", "the list has not three")
    assert await verdict(tmp_path / "2", nothing) == ("skipped", "there is nothing")


async def test_what_was_learned_is_in_the_report(tmp_path: Path) -> None:
    """A quirk is no fault, but the next who connects wants to know it."""
    report = await report_of(tmp_path, {"call": VERSIONS}, {"learn": {"raw_token": "HTTP ${reply.http}"}})

    assert report.quirks == {"raw_token": "HTTP 200"}


async def test_a_pause_is_as_long_as_the_run_is_patient(tmp_path: Path) -> None:
    """Half a minute for a real platform, an instant where nobody has to be waited for."""
    report = await report_of(tmp_path, {"pause": {"seconds": 30}}, patience=0.001)

    assert [one.verdict for one in report.results] == ["passed"]
    assert report.seconds < 5


async def test_what_the_platform_calls_meanwhile_is_there_afterwards(tmp_path: Path) -> None:
    """In a reply the calls that came while it was open, after a pause those that came in it, and all of them at the end."""
    body = {"method": "POST", "body": {"url": "${us.versions_url}", "token": "${new.token}"}, "as": "posted"}
    told = {"method": "GET", "path": "/versions", "token": "${posted.sent.body.token}"}

    (asked,) = await sent_by_caller(
        tmp_path,
        {"call": {**CREDENTIALS, **body}},
        that("${posted.calls}", contains=told, length=1),
        {"pause": {"seconds": 0.01, "as": "silence"}},
        that("${silence.calls}", length=0),
        that("${counterpart.calls}", contains=told, length=1),
    )

    assert asked.method == "POST"


async def sent_by_caller(folder: Path, *steps: dict[str, Any]) -> list[Asked]:
    """The same for a platform that calls back, with the token of the body, before it answers POST credentials."""

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "POST":
            body = json.loads(asked.body)
            host, _, path = body["url"].removeprefix("http://").partition("/")
            reader, back = await asyncio.open_connection(*host.split(":"))
            token = base64.b64encode(body["token"].encode()).decode()
            back.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Token {token}\r\n\r\n".encode())
            await reader.readline()
            back.close()
        url = f"http://{asked.headers['host']}"
        endpoint = {"identifier": "credentials", "role": "SENDER", "url": f"{url}/credentials"}
        details = {"version": "2.2.1", "endpoints": [endpoint]}
        said: Any = {"/versions": [{"version": "2.2.1", "url": f"{url}/2.2.1"}], "/2.2.1": details}.get(asked.target)
        writer.write(answer(envelope(said), JSON_HEADER))

    async with raw_partner(respond) as partner:
        (only,) = (await run_on(suite_of(folder, check("TRA-01", [*steps])), partner)).results
    assert (only.verdict, only.observed) == ("passed", "")
    return [one for one in partner.asked if one.headers.get("x-correlation-id", "").startswith("cts-")]


async def test_a_token_that_was_given_is_used_from_then_on(tmp_path: Path) -> None:
    """The one before is remembered, the handshake is kept, and token A is used up."""
    given = {"token": "${posted.data.token}", "token_a": "none", "handshake": "${posted}"}
    steps = [
        {"call": {**CREDENTIALS, "method": "POST", "token": "a", "as": "posted"}},
        {"session": {**given, "token": "a-new-token"}},
        {"call": CREDENTIALS},
        that("${session.retired}", equals=[TOKEN]),
        that("${session.handshake.sent.method}", equals="POST"),
        that("${session.registered_here}", equals=True),
        {"session": {"token": "none"}},
        {"call": {**CREDENTIALS, "token": "${session.retired.-1}"}},
    ]

    asked = await sent_by(tmp_path, *steps, register=True)

    assert [token_of(one) for one in asked] == [TOKEN, "a-new-token", "a-new-token"]


async def test_who_gave_no_token_has_changed_nothing(tmp_path: Path) -> None:
    """A refused handshake leaves the session as it was."""
    call = {"call": {**VERSIONS, "token": "a"}}
    refused = {"session": {"token": "${reply.data.0.token}", "token_a": "none"}}

    one, other = await sent_by(tmp_path, call, refused, call, that("${session.retired}", length=0), register=True)

    assert token_of(one) == token_of(other) == TOKEN


@pytest.mark.parametrize(("token", "register"), [("a", False), ("partner", True)])
async def test_without_the_token_that_it_needs_a_check_is_skipped(tmp_path: Path, token: str, register: bool) -> None:
    """No request goes out without a token because none is there: neither token A nor one that registration gives."""
    report = await report_of(tmp_path, {"call": {**LOCATIONS, "token": token}}, register=register)

    (only,) = report.results
    assert only.verdict == "skipped"
    assert only.observed in {
        "token A is used up: the platform is registered already",
        "there is no credentials token: the registration did not come about",
    }
