"""Partners in the field break rules; what can be understood is understood."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from hub.platform import Quirks
from hub.simulate.messages import Answer, Received, Reply, ok
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.paging import read_link
from modules.locations.objects import EVSE, Connector, Location
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined

NOTHING = {"X-Request-ID": "", "X-Correlation-ID": ""}


async def _bare(platform: Scripted, method: str, url: str, body: Any = None) -> Answer:
    """A request with a token, and no other header of OCPI's."""
    return await platform.call(method, url, body, headers=NOTHING)


async def test_no_routing_headers_and_no_ids(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.26, H1.38, H3.40: the token says who it is, the content to whom; ids are made and returned."""
    answer = await _bare(cpo, "PUT", hub.url("sessions", R, "/NL/CPA/S1"), words.session(id="S1"))
    told = await _bare(cpo, "PUT", hub.url("tariffs", R, "/NL/CPA/TARIFF1"), words.tariff())

    (received,) = emsp.got("sessions")
    broadcast = await emsp.wait_for(lambda received: "tariffs" in received.segments)
    assert (answer.status_code, told.status_code) == (1000, 1000)
    assert (received.from_, received.to) == (words.CPO, words.EMSP)
    assert (broadcast.from_, broadcast.to) == (words.HUB, words.EMSP)
    assert UUID(answer.headers["X-Request-ID"]) != UUID(received.headers["X-Request-ID"])
    assert UUID(answer.headers["X-Correlation-ID"]) == UUID(received.headers["X-Correlation-ID"])
    assert read_routing(answer.headers) == RoutingHeaders(to=words.CPO, sender=words.EMSP)


def _redirecting(reply: Reply) -> Callable[[Received], Reply]:
    """A server that knows its collections with a slash at the end only."""

    def answer(received: Received) -> Reply:
        path, _, query = received.target.partition("?")
        if path.endswith("/"):
            return reply
        return Reply(status=307, headers={"Location": f"{path}/{'?' if query else ''}{query}"})

    return answer


async def test_a_redirect_to_a_trailing_slash(cpo: Scripted, emsp: Scripted) -> None:
    """H1.42, H2.10: a 307 on the same origin is followed with method, query, body, ids and token; nobody else notices."""
    cpo.on("GET", "locations", S, _redirecting(ok([])))
    emsp.on("POST", "cdrs", R, _redirecting(ok(status=201)))
    body = words.body(words.cdr())

    listed = await emsp.ask("GET", "locations", S, "?limit=5", to=words.CPO)
    posted = await cpo.ask("POST", "cdrs", R, "", body, to=words.EMSP)

    assert (listed.status_code, listed.data) == (1000, [])
    assert (posted.status, posted.status_code) == (201, 1000)
    first, second = cpo.got("locations")
    assert second.target == f"{cpo.path('locations', S)}/?limit=5"
    assert emsp.got("cdrs")[1].body == body
    for name in ("Authorization", "X-Request-ID", "OCPI-to-party-id"):
        assert first.headers.getall(name) == second.headers.getall(name)


async def test_our_url_and_an_id_without_a_slash(hub: RunningHub, emsp: Scripted) -> None:
    """H2.10: with the trailing-slash switch a partner that writes `{url}{id}` gets addresses that it can do so with."""
    async with Scripted("NL/SLA/CPO") as careless:
        await hub.join(careless, quirks=Quirks(trailing_slash=True))
        details = (await careless.call("GET", f"{hub.settings.ocpi_url}/2.2.1")).data
        urls = {(one["identifier"], one["role"]): one["url"] for one in details["endpoints"]}
        session = words.session(party_id="SLA")
        answers = [
            await careless.call("PUT", urls["sessions", "RECEIVER"] + "NL/SLA/SESSION1", session, to=words.EMSP),
            await careless.call("POST", urls["cdrs", "RECEIVER"], words.cdr(party_id="SLA"), to=words.EMSP),
            await careless.call("POST", urls["tokens", "SENDER"] + "0123/authorize", to=words.EMSP),
            await careless.call("GET", urls["tokens", "SENDER"] + "?limit=1", to=words.EMSP),
            await careless.call("GET", urls["credentials", "SENDER"]),
            await careless.call("GET", urls["hubclientinfo", "SENDER"] + "?limit=1"),
        ]

    assert [answer.status_code for answer in answers] == [1000] * 6
    targets = [received.target.partition("/2.2.1/")[2] for received in emsp.got()]
    assert targets[0] == "receiver/sessions/NL/SLA/SESSION1"
    assert targets[1].rstrip("/") == "receiver/cdrs"
    assert targets[2] == "sender/tokens/0123/authorize"


async def test_lower_case_everywhere(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.30, H7.05, H3.02: party and object ids mean the same in any case, and go on in the case in which they came."""
    upper = words.location(id="LOW1")
    lower = upper | {"country_code": "nl", "party_id": "cpa", "id": "low1", "last_updated": "2024-03-02T08:00:00Z"}
    small = {"OCPI-from-country-code": "nl", "OCPI-from-party-id": "cpa"}
    to_hub = small | {"OCPI-to-country-code": "nl", "OCPI-to-party-id": "hub"}
    url = hub.url("locations", R)

    first = await cpo.ask("PUT", "locations", R, "/NL/CPA/LOW1", upper, to=words.HUB)
    second = await cpo.call("PUT", f"{url}/nl/cpa/low1", lower, headers=to_hub)
    await emsp.wait_for(lambda received: received.segments[-1] == "low1")
    listed = [one["id"] for one in (await emsp.ask("GET", "locations", S, to=words.HUB)).data]

    assert (first.status_code, second.status_code) == (1000, 1000)
    assert [received.segments[-3:] for received in emsp.got("locations")] == [
        ("NL", "CPA", "LOW1"),
        ("nl", "cpa", "low1"),
    ]
    assert emsp.got("locations")[1].json["party_id"] == "cpa"
    assert listed == ["low1"]


async def test_a_lower_case_token_finds_its_provider(cpo: Scripted, emsp: Scripted) -> None:
    """H7.05, H3.41: open routing by a CdrToken of `de` and `ema`."""
    body = words.session(cdr_token=words.cdr_token(country_code="de", party_id="ema"))

    answer = await cpo.ask("PUT", "sessions", R, "/nl/cpa/SESSION1", body, to=None)

    assert answer.status_code == 1000
    assert [received.to for received in emsp.got("sessions")] == [words.EMSP]


@pytest.mark.parametrize("written", ["2030-03-01 08:00:00Z", "2030-03-01 08:00:00", "2030-03-01 08:00:00.123+01:00"])
async def test_times_without_a_t(hub: RunningHub, cpo: Scripted, emsp: Scripted, written: str) -> None:
    """H7.06, H3.03: understood where the hub must understand, in bodies and in queries, and passed on as they were written."""
    tariff = words.tariff(id=written[-6:].replace(":", ""), last_updated=written)
    path = f"/NL/CPA/{tariff['id']}"

    answer = await cpo.ask("PUT", "tariffs", R, path, tariff, to=words.HUB)
    received = await emsp.wait_for(lambda received: received.segments[-1] == tariff["id"])
    later = await emsp.ask("GET", "tariffs", S, "?date_from=2030-03-01%2006:59:59", to=words.HUB)
    none = await emsp.ask("GET", "tariffs", S, "?date_from=2030-03-01%2008:00:01Z", to=words.HUB)

    assert answer.status_code == 1000
    assert received.json["last_updated"] == written
    assert tariff["id"] in [one["id"] for one in later.data]
    assert tariff["id"] not in [one["id"] for one in none.data]


def _with_nulls(model: type[BaseModel], value: dict[str, Any]) -> dict[str, Any]:
    """Null for every optional field that is absent."""
    optional = (name for name, known in model.model_fields.items() if not known.is_required())
    return dict.fromkeys(optional) | value


async def test_null_for_every_absent_field(cpo: Scripted, emsp: Scripted) -> None:
    """H3.03, H3.05: `?` and `*` may be null; it is kept, told and listed as it came."""
    connector = _with_nulls(Connector, words.connector())
    evse = _with_nulls(EVSE, words.evse(connectors=[connector]))
    location = words.body(_with_nulls(Location, words.location(id="NULLS", evses=[evse])))
    assert location.count(b"null") > 15

    answer = await cpo.ask("PUT", "locations", R, "/NL/CPA/NULLS", location, to=words.HUB)
    received = await emsp.wait_for(lambda received: received.segments[-1] == "NULLS")
    listed = await emsp.ask("GET", "locations", S, to=words.HUB)

    assert answer.status_code == 1000
    assert received.body == location
    assert location in listed.body


async def test_a_single_object_in_a_list(cpo: Scripted, emsp: Scripted) -> None:
    """H3.04, H3.41: a forward carries it as it is, a broadcast without the list; open routing looks inside."""
    session = [words.session()]
    tariff = words.tariff(id="LISTED")

    sent = await cpo.ask("PUT", "sessions", R, "/NL/CPA/SESSION1", session, to=None)
    told = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/LISTED", [tariff], to=words.HUB)
    received = await emsp.wait_for(lambda received: received.segments[-1] == "LISTED")
    listed = await emsp.ask("GET", "tariffs", S, to=words.HUB)

    assert (sent.status_code, told.status_code) == (1000, 1000)
    assert emsp.got("sessions")[0].body == words.body(session)
    assert received.body == words.body(tariff)
    assert words.body(tariff) in listed.body


@pytest.mark.parametrize(
    ("reply", "status", "status_code"),
    [
        (Reply(status=400, body=b'{"error": "bad request"}'), 400, 2000),
        (Reply(status=404, body=b"<html>Not Found</html>"), 404, 2000),
        (Reply(status=405), 405, 2000),
        (Reply(status=500, body=b'{"message": "Internal Server Error"}'), 200, 4000),
        (Reply(status=502, body=b"<html>Bad Gateway</html>"), 200, 4000),
        (Reply(status=429), 200, 4000),
        (Reply(status=200, body=b'{"timestamp": "2026-01-01T00:00:00Z", "error": "no"}'), 200, 4000),
        (Reply(status=200, body=b'"OK"'), 200, 4000),
    ],
    ids=lambda value: str(getattr(value, "status", "")) if isinstance(value, Reply) else "",
)
async def test_errors_outside_the_envelope(
    cpo: Scripted, emsp: Scripted, reply: Reply, status: int, status_code: int
) -> None:
    """H7.02, H3.14: they reach the sender in one, with its ids, and name the party that answered so."""
    emsp.on("PUT", "sessions", R, reply)

    answer = await cpo.ask(
        "PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP, headers={"X-Request-ID": "r"}
    )

    assert (answer.status, answer.status_code, answer.headers["X-Request-ID"]) == (status, status_code, "r")
    assert "DE*EMA" in answer.json["status_message"]
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("link", ["", " ", "<>", '<>; rel="next"', "null", "nonsense", '<{again}>; rel="next"'])
async def test_a_last_page_with_a_link_to_nowhere(cpo: Scripted, emsp: Scripted, link: str) -> None:
    """H4.13, H4.11, H7.09: where the Link says nothing, offset and X-Total-Count do; after the last page there is no Link."""
    locations = [words.location(id=f"L{number}") for number in range(3)]

    def page(received: Received) -> Reply:
        offset = int(received.query.get("offset", 0))
        headers = {
            "Link": link.format(again=f"{cpo.url}{received.target}"),
            "X-Total-Count": "3",
            "X-Limit": "2",
        }
        return ok(locations[offset : offset + 2], headers=headers)

    cpo.on("GET", "locations", S, page)
    seen: list[str] = []
    url: str | None = emsp.registered()[0].endpoint("locations", S)
    while url is not None:
        answer = await emsp.call("GET", url, to=words.CPO, from_=words.EMSP)
        seen += [one["id"] for one in answer.data]
        url = read_link(answer.headers["Link"]) if "Link" in answer.headers else None

    assert seen == ["L0", "L1", "L2"]
    assert len(cpo.got("locations")) == 2


async def test_a_command_result_with_nothing_but_a_token(cpo: Scripted, emsp: Scripted) -> None:
    """H4.32, H1.26, H1.34: its URL says whose it is: it arrives with ids and routing headers of the hub's making."""
    emsp.answer("POST", "/results", ok())
    body = words.stop_session(response_url=f"{emsp.url}/results/7")
    await emsp.ask("POST", "commands", R, "/STOP_SESSION", body, to=words.CPO)
    ours = cpo.got("commands")[0].json["response_url"]

    answer = await _bare(cpo, "POST", ours, words.command_result())

    (received,) = emsp.got("results")
    assert (answer.status, answer.status_code) == (200, 1000)
    assert (received.target, received.json) == ("/results/7", {"result": "ACCEPTED"})
    assert (received.from_, received.to) == (words.CPO, words.EMSP)
    assert UUID(received.headers["X-Request-ID"]) != UUID(answer.headers["X-Request-ID"])
    assert UUID(received.headers["X-Correlation-ID"]) == UUID(answer.headers["X-Correlation-ID"])


async def test_such_a_result_for_a_platform_of_several_operators(hub: RunningHub, emsp: Scripted) -> None:
    """H4.32, H1.38: even where the token alone does not say which operator it is."""
    emsp.answer("POST", "/results", ok())
    async with joined(hub, "FR/OPA/CPO", "FR/OPB/CPO") as both:
        operator = both.roles[1].party
        body = words.stop_session(response_url=f"{emsp.url}/results/8")
        await emsp.ask("POST", "commands", R, "/STOP_SESSION", body, to=operator)
        answer = await _bare(both, "POST", both.got("commands")[0].json["response_url"], words.command_result())

    assert answer.status_code == 1000
    assert read_routing(answer.headers) == RoutingHeaders(to=operator, sender=words.EMSP)
    assert [(received.from_, received.to) for received in emsp.got("results")] == [(operator, words.EMSP)]
