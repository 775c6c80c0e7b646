"""Partners who pretend to be others, reach for what is not theirs, or hide one message in another."""

import pytest
from yarl import URL

from hub.simulate.messages import Answer, Reply, ok
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub
from tests.whole import raw_http
from tests.whole.platforms import FUNCTIONAL, R, S, Scripted, joined, party

TO_EMSP = RoutingHeaders(to=words.EMSP, sender=words.CPO).write()
BODIES = {"locations": words.location(id="L1"), "sessions": words.session(id="S1"), "tariffs": words.tariff()}


async def _raw(hub: RunningHub, platform: Scripted, method: str, path: str, *headers: tuple[str, str]) -> Answer:
    """A request of this platform that no client library would write."""
    known = ("Authorization", write_authorization(platform.registered()[1]))
    return await raw_http.exchange(hub.versions_url, raw_http.request(method, path, [known, *headers]))


@pytest.mark.parametrize("name", TO_EMSP)
@pytest.mark.parametrize("first", [True, False])
async def test_a_routing_header_that_is_there_twice(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, name: str, first: bool
) -> None:
    """SEC-08, H1.30, H7.02: HTTP 400: which of the two counts must not depend on who reads it."""
    second = (name.lower(), "XX" if "country" in name else "XXX")
    headers = [second, *TO_EMSP.items()] if first else [*TO_EMSP.items(), second]

    answer = await _raw(hub, cpo, "GET", URL(hub.url("tokens", S)).path + "/1/authorize", *headers)

    assert (answer.status, answer.status_code) == (400, 2000)
    assert emsp.got() == []


@pytest.mark.parametrize("sender", ["NL*CPB", "DE*EMA", "NL*HUB", "XX*XXX"])
async def test_another_party_in_from(hub: RunningHub, cpo: Scripted, emsp: Scripted, sender: str) -> None:
    """H1.37: 2001 for any party that is not the platform's own; nothing is forwarded, broadcast or answered."""
    async with joined(hub, "NL/CPB/CPO"):
        from_ = party(sender)
        answers = [
            await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP, from_=from_),
            await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB, from_=from_),
            await cpo.ask("GET", "tokens", S, to=words.HUB, from_=from_),
            await cpo.ask("POST", "tokens", S, "/1/authorize", to=None, from_=from_),
        ]

    assert [(answer.status, answer.status_code) for answer in answers] == [(200, 2001)] * 4
    assert emsp.got() == []


@pytest.mark.parametrize("where", ["path", "body", "both"])
@pytest.mark.parametrize(
    ("module", "to"),
    [(module, to) for module in BODIES for to in (words.EMSP, words.HUB) if (module, to) != ("sessions", words.HUB)],
)
async def test_another_owner(cpo: Scripted, emsp: Scripted, module: str, to: Party, where: str) -> None:
    """H6.02, H2.45, H1.37: in the path, in the body or in both it is 2001, forwarded or broadcast, and nothing is kept."""
    owner = "NL/CPA" if where == "body" else "NL/CPB"
    other = {} if where == "path" else {"party_id": "CPB"}

    answer = await cpo.ask("PUT", module, R, f"/{owner}/{BODIES[module]['id']}", BODIES[module] | other, to=to)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert emsp.got(module) == []
    if module != "sessions":
        assert (await emsp.ask("GET", module, S, to=words.HUB)).data == []


async def test_another_owner_of_a_cdr(cpo: Scripted, emsp: Scripted) -> None:
    """SEC-13, H6.02, H1.37: a CDR has no owner in its path; the one in its body must be the sender."""
    answer = await cpo.ask("POST", "cdrs", R, "", words.cdr(party_id="CPB"), to=words.EMSP)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert emsp.got("cdrs") == []


async def test_a_command_with_another_providers_token(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-13, H6.02, H1.37: nobody starts a session in the name of another eMSP's driver."""
    async with joined(hub, "DE/EMB/EMSP") as thief:
        body = words.start_session(response_url=f"{thief.url}/result")
        answer = await thief.ask("POST", "commands", R, "/START_SESSION", body, to=words.CPO)

    assert (answer.status, answer.status_code) == (200, 2001)
    assert cpo.got("commands") == []


async def test_a_suspended_platform(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H3.12, H5.11: it reads versions and credentials; every module is refused, and nothing of it reaches anybody."""
    async with joined(hub, "DE/SUS/EMSP") as suspended:
        await hub.hub.partners.suspend("DE-SUS", "unpaid")
        own = [
            await suspended.call("GET", hub.versions_url),
            await suspended.call("GET", suspended.registered()[0].credentials_url),
        ]
        asked = [
            await suspended.ask("GET", module.identifier, S, to=to)
            for module in FUNCTIONAL
            for to in (words.CPO, words.HUB, None)
        ]
        asked.append(await suspended.ask("GET", "hubclientinfo", S, to=None))
        asked.append(await suspended.call("PUT", suspended.registered()[0].credentials_url, words.credentials()))
        suspended.forget()
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB)
        await emsp.wait_for(lambda received: "tariffs" in received.segments)

        assert [answer.status_code for answer in own] == [1000, 1000]
        assert {(answer.status, answer.status_code) for answer in asked} == {(200, 2000)}
        assert (cpo.got(), suspended.got()) == ([], [])


HIDDEN = "%0d%0aX-Evil:%201%0d%0a%0d%0aGET%20/control%20HTTP/1.1%0d%0a"


async def test_line_ends_in_a_path_stay_encoded(cpo: Scripted, emsp: Scripted) -> None:
    """SEC-17, H3.02: nobody smuggles a header or a second request to a partner through an identifier or a query."""
    identifier = await emsp.ask("GET", "locations", S, f"/{HIDDEN}", to=words.CPO)
    query = await emsp.ask("GET", "locations", S, f"?own={HIDDEN}", to=words.CPO)

    (received,) = cpo.got("locations")
    assert (identifier.status_code, query.status_code) == (2001, 1000)
    assert received.target == f"{cpo.path('locations', S)}?own={HIDDEN}"
    assert "X-Evil" not in received.headers


@pytest.mark.parametrize(
    "suffix", ["/../../2.2.1/credentials", "/%2e%2e/x", "/L1/..%2f..%2fcredentials", "/..;/x", "/%5c..%5cx"]
)
async def test_a_path_never_leaves_its_endpoint(hub: RunningHub, cpo: Scripted, emsp: Scripted, suffix: str) -> None:
    """H3.02, H4.02: dots, encoded or not, reach nothing of a partner's but the endpoint that was meant."""
    path = URL(hub.url("locations", S)).path + suffix

    answer = await _raw(hub, emsp, "GET", path, *RoutingHeaders(to=words.CPO, sender=words.EMSP).write().items())

    assert answer.status_code != 1000
    assert cpo.got() == []


@pytest.mark.parametrize(
    "suffix",
    [
        "/\xff\xfe",
        "/%ff%fe",
        "/%00",
        "/L%20OC",
        "/%E2%82%AC",
        "/a%2Fb",
        "?own=\xff",
        "?own=%ff%00",
        "?%zz=%",
        "/L1;x=1",
    ],
)
async def test_foreign_bytes_in_an_address(hub: RunningHub, cpo: Scripted, emsp: Scripted, suffix: str) -> None:
    """H7.02, H7.13: whatever bytes a path or a query holds, the answer is an envelope and no fault of the hub."""
    path = URL(hub.url("locations", S)).path + suffix

    answer = await _raw(hub, emsp, "GET", path, *RoutingHeaders(to=words.CPO, sender=words.EMSP).write().items())
    again = await emsp.ask("GET", "locations", S, "/LOC1", to=words.CPO)

    assert answer.status in {200, 400, 404}
    assert answer.status_code in {1000, 2000, 2001}
    assert again.status_code == 1000


@pytest.mark.parametrize("name", ["X-Request-ID", "X-Correlation-ID", *TO_EMSP, "X-Own", "Content-Type", "Accept"])
async def test_foreign_bytes_in_a_header(hub: RunningHub, cpo: Scripted, name: str) -> None:
    """H7.02, H1.26: bytes that are no text make no fault, and do not come back."""
    headers = [(key, value) for key, value in TO_EMSP.items() if key != name] + [(name, "\xff\x80")]

    answer = await _raw(hub, cpo, "GET", URL(hub.url("locations", S)).path, *headers)

    assert answer.status in {200, 400}
    assert answer.status_code // 1000 in {2, 4}
    assert "\xff" not in "".join(answer.headers.values())


async def test_a_partners_headers_are_not_passed_on(cpo: Scripted, emsp: Scripted) -> None:
    """H1.42: cookies, challenges and the like are between the hub and the receiver."""
    nasty = {
        "X-Total-Count": "1; drop",
        "X-Limit": "<b>",
        "Set-Cookie": "a=b",
        "WWW-Authenticate": "Basic",
        "Refresh": "0",
    }
    cpo.on("GET", "locations", S, Reply(body=ok([]).body, headers=nasty))

    answer = await emsp.ask("GET", "locations", S, to=words.CPO)

    assert answer.status_code == 1000
    assert not {"Set-Cookie", "WWW-Authenticate", "Refresh", "Transfer-Encoding"} & set(answer.headers)
    assert read_routing(answer.headers).sender == words.CPO
