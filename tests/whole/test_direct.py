"""A message from one party to another through the hub: what each side sees of the other."""

import asyncio
from base64 import b64encode

import pytest

from hub.simulate.messages import Reply, ok, refused
from hub.wire.headers import RoutingHeaders, read_routing
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined, party

IDS = {"X-Request-ID": "request-of-the-emsp", "X-Correlation-ID": "correlation-of-the-emsp"}
UUID_CHARS = 36


async def test_ids_of_a_forwarded_message(cpo: Scripted, emsp: Scripted) -> None:
    """H1.20, H1.21, H1.22, H1.23, H1.24: a new X-Request-ID goes on, the X-Correlation-ID stays, the sender's own come back."""
    answers = [await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, headers=IDS) for _ in range(2)]

    first, second = cpo.got("locations")
    given = {first.headers["X-Request-ID"], second.headers["X-Request-ID"]}
    assert len(given) == 2
    assert IDS["X-Request-ID"] not in given
    assert all(len(one) == UUID_CHARS for one in given)
    assert {received.headers["X-Correlation-ID"] for received in (first, second)} == {IDS["X-Correlation-ID"]}
    for answer in answers:
        assert {name: answer.headers.getall(name) for name in IDS} == {name: [value] for name, value in IDS.items()}


async def test_routing_headers_of_a_forwarded_message(cpo: Scripted, emsp: Scripted) -> None:
    """H1.30, H1.34: TO and FROM reach the receiver unchanged, and come back swapped."""
    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    (received,) = cpo.got("locations")
    assert (received.to, received.from_) == (words.CPO, words.EMSP)
    assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.CPO)


async def test_parties_are_compared_without_case(cpo: Scripted, emsp: Scripted) -> None:
    """H1.30: `nl` and `cpa` name NL*CPA."""
    written = {"OCPI-to-country-code": "nl", "OCPI-to-party-id": "cPa", "OCPI-from-country-code": "de"}

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, headers=written)

    assert answer.status_code == 1000
    assert len(cpo.got("locations")) == 1


async def test_a_receiver_that_swaps_nothing_does_not_matter(cpo: Scripted, emsp: Scripted) -> None:
    """H1.35, H1.34, H1.24: ids and routing headers of an answer are the hub's to write, whatever the receiver wrote."""
    wrong = {
        "X-Request-ID": "mine",
        "X-Correlation-ID": "mine",
        "OCPI-to-party-id": "XXX",
        "OCPI-to-country-code": "XX",
    }
    cpo.on("GET", "locations", S, Reply(body=ok([]).body, headers=wrong, bare=True))

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, headers=IDS)

    assert read_routing(answer.headers) == RoutingHeaders(to=words.EMSP, sender=words.CPO)
    assert {name: answer.headers[name] for name in IDS} == IDS


async def test_the_receiver_sees_its_own_token_and_nothing_else_of_the_sender(cpo: Scripted, emsp: Scripted) -> None:
    """H1.01, H1.02, H1.42: the hub presents the token that the receiver gave it; headers of the sender's hop stay behind."""
    hop = {"Cookie": "a=b", "X-Forwarded-For": "10.0.0.1", "Proxy-Authorization": "x", "TE": "trailers", "X-Own": "1"}

    await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO, headers=hop)

    (received,) = cpo.got("locations")
    assert received.headers.getall("Authorization") == [
        f"Token {b64encode((cpo.issued_token or '').encode()).decode()}"
    ]
    assert not set(hop) & set(received.headers)
    assert received.headers["Host"] == cpo.url.removeprefix("http://")


async def test_hop_headers_of_an_answer_stay_behind(cpo: Scripted, emsp: Scripted) -> None:
    """H1.42: cookies and the like of a receiver do not reach the sender."""
    cpo.on("GET", "locations", S, Reply(body=ok([]).body, headers={"Set-Cookie": "a=b", "X-Own": "1", "Server": "cpo"}))

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert not {"Set-Cookie", "X-Own"} & set(answer.headers)
    assert answer.headers["Server"] != "cpo"
    assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    "suffix",
    [
        "/LOC1/3256/1",
        "/a%2fb%20c%7E",
        "/LOC1?x=1&x=2&unknown=%c3%a9&empty=&date=2024-01-01T00:00:00+00:00&space=a%20b",
        "?date_from=2024-01-01T00:00:00Z&offset=0&limit=5&nltnm-own=1",
    ],
)
async def test_path_and_query_are_carried_as_they_are_written(cpo: Scripted, emsp: Scripted, suffix: str) -> None:
    """H3.02: what follows the endpoint URL goes on letter by letter."""
    answer = await emsp.ask("GET", "locations", S, suffix, to=words.CPO)

    assert answer.status_code == 1000
    assert cpo.got("locations")[0].target == cpo.path("locations", S) + suffix


async def test_a_push_keeps_its_owner_and_its_time(cpo: Scripted, emsp: Scripted) -> None:
    """H3.02, H3.03: owner in the path, last_updated and everything else of a pushed object arrive as they were sent."""
    body = words.body(words.location())

    answer = await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", body, to=words.EMSP)

    (received,) = emsp.got("locations")
    assert (answer.status, answer.status_code, answer.data) == (200, 1000, None)
    assert received.segments == ("ocpi", "2.2.1", "receiver", "locations", "NL", "CPA", "LOC1")
    assert received.body == body
    assert received.headers["Content-Type"] == "application/json"


async def test_sender_and_receiver_interfaces_do_not_mix(cpo: Scripted, emsp: Scripted) -> None:
    """H3.01: whoever calls the hub's SENDER endpoint reaches the SENDER endpoint of the target, and so for RECEIVER."""
    await emsp.ask("GET", "tariffs", S, "?limit=1", to=words.CPO)
    await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.EMSP)

    assert [received.segments[2:4] for received in cpo.got("tariffs")] == [("sender", "tariffs")]
    assert [received.segments[2:4] for received in emsp.got("tariffs")] == [("receiver", "tariffs")]


@pytest.mark.parametrize(
    "reply",
    [
        refused(2000, "generic"),
        refused(2001, "missing"),
        refused(2003, "unknown location"),
        refused(2999, "custom"),
        refused(3000, "server"),
        refused(3999, "custom"),
        refused(4001, "of another hub"),
        ok({"id": "1"}, status=201),
        ok([], status=202),
        refused(2001, "broken JSON", status=400),
        refused(2003, "no such location", status=404),
        refused(2000, "not here", status=405),
        Reply(body=b' {"status_code" : 1900, "unknown": 1.10, "timestamp":"2024-01-01T00:00:00" }\n'),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:20].decode()}",
)
async def test_an_answer_comes_back_as_it_is(cpo: Scripted, emsp: Scripted, reply: Reply) -> None:
    """H3.10, H3.14: HTTP status and body are the receiver's: success, 2xxx and 3xxx, and HTTP 400, 404 and 405."""
    cpo.on("GET", "locations", S, reply)

    answer = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert (answer.status, answer.body) == (reply.status, reply.body)
    assert read_routing(answer.headers).sender == words.CPO


@pytest.mark.parametrize("data", [b"null", b"{}", b'""', b"[]", b'{"id": 1}', b""])
async def test_an_acknowledgement_may_hold_anything(cpo: Scripted, emsp: Scripted, data: bytes) -> None:
    """H6.09: the specification names no data for a PUT, so whatever is there, or nothing, comes back."""
    body = b'{"status_code":1000,%b"timestamp":"2024-01-01T00:00:00Z"}' % (b'"data":%b,' % data if data else b"")
    emsp.on("PUT", "sessions", R, Reply(body=body))

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(id="S1"), to=words.EMSP)

    assert (answer.status, answer.body) == (200, body)


@pytest.mark.parametrize(
    "body",
    [
        words.cdr(start_date_time="1970-1-1T00:00:00Z", end_date_time="1970-1-1T00:00:00Z"),
        words.cdr(
            cdr_location=words.cdr()["cdr_location"] | {"evse_uid": "#NA", "evse_id": "#NA", "connector_id": "#NA"}
        ),
        words.cdr(id="C" * 39, credit=True, credit_reference_id="CDR1", total_cost={"excl_vat": words.number("-4.00")}),
        words.cdr(id="C" * 60, total_cost={"excl_vat": "2.00"}),
    ],
    ids=["unknown time", "not available", "credit", "against the rules"],
)
async def test_what_partners_agreed_on_is_carried(cpo: Scripted, emsp: Scripted, body: words.Words) -> None:
    """H3.05, H6.08, H6.41, H6.46: times that are none, `#NA`, Credit CDRs and plain mistakes are between the two parties."""
    answer = await cpo.ask("POST", "cdrs", R, "", body, to=words.EMSP)

    assert answer.status_code == 1000
    assert emsp.got("cdrs")[0].body == words.body(body)


async def test_a_message_to_another_party_of_the_same_platform(hub: RunningHub) -> None:
    """H3.17: a platform with an operator and a provider gets its own messages back through the hub."""
    both = (party("BE*CPX"), party("BE*EMX"))
    async with joined(hub, "BE/CPX/CPO", "BE/EMX/EMSP") as platform:
        answer = await platform.ask("POST", "tokens", S, "/012345678/authorize", to=both[1], from_=both[0])

        (received,) = platform.got("tokens")
        assert answer.status_code == 1000
        assert (received.to, received.from_) == (both[1], both[0])


async def test_a_party_with_two_roles_on_two_platforms(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.40: PUT locations goes to the provider's platform of such a party, PUT tokens to its operator's."""
    both = party("FR*TWO")
    async with joined(hub, "FR/TWO/CPO") as operators, joined(hub, "FR/TWO/EMSP") as providers:
        await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", words.location(), to=both)
        await emsp.ask("PUT", "tokens", R, "/DE/EMA/012345678", words.token(), to=both)
        await emsp.ask("GET", "locations", S, "/LOC1", to=both)
        await cpo.ask("POST", "tokens", S, "/012345678/authorize", to=both)

        assert [received.method for received in operators.got("locations")] == ["GET"]
        assert [received.method for received in providers.got("locations")] == ["PUT"]
        assert [received.method for received in operators.got("tokens")] == ["PUT"]
        assert [received.method for received in providers.got("tokens")] == ["POST"]


async def test_a_party_with_two_roles_on_one_platform(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.40: the called interface alone decides which endpoint of such a platform it is."""
    async with joined(hub, "FR/ONE/CPO", "FR/ONE/EMSP") as platform:
        await cpo.ask("PUT", "locations", R, "/NL/CPA/LOC1", words.location(), to=party("FR*ONE"))
        await emsp.ask("GET", "locations", S, "/LOC1", to=party("FR*ONE"))

        assert [received.segments[2] for received in platform.got("locations")] == ["receiver", "sender"]


async def test_messages_in_flight_do_not_mix(cpo: Scripted, emsp: Scripted) -> None:
    """H1.24, H3.10: fifty messages at once, in both directions, each get their own answer and their own ids."""
    cpo.on("GET", "locations", S, lambda received: ok({"id": received.segments[-1]}))

    async def ask(number: int) -> bool:
        ids = {"X-Request-ID": f"request-{number}", "X-Correlation-ID": f"correlation-{number}"}
        answer = await emsp.ask("GET", "locations", S, f"/L{number}", to=words.CPO, headers=ids)
        own = {name: answer.headers[name] for name in ids} == ids
        return own and bool(answer.data == {"id": f"L{number}"})

    assert all(await asyncio.gather(*(ask(number) for number in range(50))))
