"""The Authorization header at the hub's door and on everything that the hub sends."""

import re
from base64 import b64encode

import pytest

from hub.simulate.messages import Answer
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub
from tests.whole import raw_http
from tests.whole.platforms import FUNCTIONAL, R, S, Scripted, joined

_TOKEN = re.compile(r"[!-~]{32,64}")
NEWCOMER = PartyRole.parse("DE/NEW/EMSP")


def _encoded(token: str) -> str:
    return b64encode(token.encode()).decode()


def _token(platform: Scripted) -> str:
    """What this platform presents to the hub."""
    return platform.registered()[1]


async def _versions(hub: RunningHub, *values: str, name: str = "Authorization") -> Answer:
    """GET versions with these Authorization headers."""
    return await raw_http.exchange(
        hub.versions_url, raw_http.request("GET", "/ocpi/versions", [(name, value) for value in values])
    )


async def test_every_request_of_the_hub_carries_the_receivers_token(hub: RunningHub, cpo: Scripted) -> None:
    """H1.01, H1.02, H1.20, H1.21: in the handshake, for HubClientInfo, in forwards and in broadcasts, Base64 with padding."""
    async with joined(hub, "DE/EMB/EMSP") as emsp:
        await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=emsp.party)
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TARIFF1", words.tariff(), to=words.HUB)
        await emsp.wait_for(lambda received: "tariffs" in received.segments)
        async with joined(hub, "BE/OTH/CPO"):
            await emsp.wait_for(lambda received: received.segments[-2:] == ("BE", "OTH"))

        authorization = f"Token {_encoded(emsp.issued_token or '')}"
        received = list(emsp.requests)

    assert {"versions", "2.2.1", "S1", "TARIFF1", "OTH"} <= {one.segments[-1] for one in received}
    for one in received:
        assert one.headers.getall("Authorization") == [authorization]
        assert len(one.headers.getall("X-Request-ID")) == len(one.headers.getall("X-Correlation-ID")) == 1


async def test_tokens_of_the_hub(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H1.03, H1.04, H1.05: in credentials they stand as they are, up to 64 printable characters, each another one."""
    token_a = await hub.invite("New", NEWCOMER)

    shown = await cpo.call("GET", cpo.registered()[0].credentials_url)

    assert shown.data["token"] == _token(cpo)
    issued = {token_a, _token(cpo), _token(emsp)}
    assert len(issued) == 3
    assert all(_TOKEN.fullmatch(token) for token in issued)


async def test_a_token_is_one_platform(cpo: Scripted, emsp: Scripted) -> None:
    """H1.05, H1.38: the token alone says whose request it is."""
    await cpo.call("PUT", f"{cpo.registered()[0].endpoint('sessions', R)}/NL/CPA/S1", words.session(), to=words.EMSP)
    await emsp.call("GET", f"{emsp.registered()[0].endpoint('locations', S)}/LOC1", to=words.CPO)

    assert [received.from_ for received in emsp.got("sessions")] == [words.CPO]
    assert [received.from_ for received in cpo.got("locations")] == [words.EMSP]


async def test_strangers_all_read_the_same(hub: RunningHub, cpo: Scripted) -> None:
    """H1.06, H7.02, H7.13: missing, unknown, of another scheme, empty and doubled: HTTP 401, and nothing says which it was."""
    right = f"Token {_encoded(_token(cpo))}"
    tries = [
        (),
        ("",),
        ("Token",),
        ("Token ",),
        (f"Token {_encoded('unknown')}",),
        ("Token unknown",),
        ("Token \xff\xfe",),
        (f"Bearer {_token(cpo)}",),
        (f"Basic {_encoded(_token(cpo))}",),
        (_token(cpo),),
        (f"Token {_encoded(_token(cpo)[:-1])}",),
        (f"Token {_encoded(_token(cpo).swapcase())}",),
        (right, right),
        (f"Token {'A' * 5000}",),
    ]

    answers = [await _versions(hub, *values) for values in tries]

    assert {answer.status for answer in answers} == {401}
    assert {(answer.status_code, answer.json["status_message"]) for answer in answers} == {
        (2000, answers[0].json["status_message"])
    }
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Token"}


async def test_spellings_of_a_token_that_count(hub: RunningHub, cpo: Scripted) -> None:
    """H1.08, H1.09, H1.11: raw, with the newline of the specification's examples, any case of `token` and of the name (S3)."""
    token = _token(cpo)
    values = [
        f"Token {_encoded(token)}",
        f"Token {_encoded(token + chr(10))}",
        f"Token {_encoded(token + chr(13) + chr(10))}",
        f"Token {token}",
        f"token {_encoded(token)}",
        f"TOKEN  {_encoded(token)}",
    ]

    answers = [await _versions(hub, value) for value in values]
    answers += [await _versions(hub, values[0], name=name) for name in ("authorization", "AUTHORIZATION")]

    assert [answer.status_code for answer in answers] == [1000] * 8


@pytest.mark.parametrize("module", [*(module.identifier for module in FUNCTIONAL), "nltnm-tokens", "hubclientinfo"])
async def test_token_a_opens_registration_alone(hub: RunningHub, cpo: Scripted, module: str) -> None:
    """H1.07: a valid token A is HTTP 401 on every module but credentials and versions (S1)."""
    token_a = await hub.invite("New", NEWCOMER)
    urls = [hub.url(module, interface) for interface in (S, R)]
    if module == "hubclientinfo":
        urls = [f"{hub.settings.ocpi_url}/2.2.1/hubclientinfo"]

    answers = [await cpo.call(method, url, token=token_a) for url in urls for method in ("GET", "PUT", "POST")]

    assert {(answer.status, answer.status_code) for answer in answers} == {(401, 2000)}


async def test_what_a_token_opens_from_invitation_to_farewell(hub: RunningHub) -> None:
    """H1.07, H2.09, H2.21, H2.25, H2.26, H2.30: token A until it is used, token C from then on, neither after DELETE (S1)."""
    details = f"{hub.settings.ocpi_url}/2.2.1"
    credentials = f"{details}/credentials"
    async with Scripted("DE/ANA/EMSP") as platform:
        token_a = await hub.invite("Ana", *platform.roles)

        async def statuses(token: str, *methods: str) -> list[int]:
            answers = [await platform.call("GET", url, token=token) for url in (hub.versions_url, details)]
            answers += [
                await platform.call(method, credentials, words.credentials(), token=token) for method in methods
            ]
            return [answer.status for answer in answers]

        before = await statuses(token_a, "GET", "PUT", "DELETE", "PATCH")
        await platform.register(hub.versions_url, token_a)
        token_c = _token(platform)
        spent = await statuses(token_a, "GET", "POST")
        after = await statuses(token_c, "GET", "POST", "PATCH")
        await platform.unregister()
        gone = await statuses(token_c, "GET", "POST", "PUT")

    assert before == [200, 200, 200, 405, 405, 405]
    assert spent == [401] * 4
    assert after == [200, 200, 200, 405, 405]
    assert gone == [401] * 5
