"""Rows of the security targets (SEC-01 to SEC-24) that no other file of tests is about, over a whole hub.

Every row is named in the docstring of at least one test: the last test of this file says so.
"""

import re
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientSession

import modules
from docs import ROOT
from docs.evidence import read_evidence
from hub.admin.app import ROUTES
from hub.auth import known_caller
from hub.config import Settings
from hub.openapi import admin_document, ocpi_document
from hub.platform import Effect, IssuedToken, Platform, PlatformState, TokenKind
from hub.registry import build
from hub.simulate.handshake import credentials_object
from hub.simulate.messages import ok
from hub.wire import json_text
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from hub.wire.interface import ModuleId
from tests import words
from tests.directories import AT
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import R, S, Scripted, joined

OURS = {
    "Authorization",
    "Accept",
    "Content-Type",
    "Content-Length",
    "Host",
    "User-Agent",
    "Accept-Encoding",
    "Via",
    "X-Request-ID",
    "X-Correlation-ID",
    "OCPI-to-country-code",
    "OCPI-to-party-id",
    "OCPI-from-country-code",
    "OCPI-from-party-id",
}


async def test_a_list_holds_what_the_caller_may_see(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-02: an agreement that forbids one direction takes the owner's objects out of GET All, and out of X-Total-Count."""
    async with joined(hub, "NL/CPB/CPO") as hidden:
        for owner in (cpo, hidden):
            named = {"country_code": "NL", "party_id": owner.party.party_id}
            await owner.ask(
                "PUT", "tariffs", R, f"/NL/{owner.party.party_id}/T1", words.tariff(id="T1", **named), to=words.HUB
            )
        both = await emsp.ask("GET", "tariffs", S, to=words.HUB)
        await hub.hub.partners.agree(words.EMSP, hidden.party, ModuleId("tariffs"), Effect.DENY)
        fewer = await emsp.ask("GET", "tariffs", S, to=words.HUB)
        await hub.hub.partners.unset(words.EMSP, hidden.party, ModuleId("tariffs"))

    assert {one["party_id"] for one in both.data} == {"CPA", "CPB"}
    assert [one["party_id"] for one in fewer.data] == ["CPA"]
    assert (both.headers["X-Total-Count"], fewer.headers["X-Total-Count"]) == ("2", "1")


def test_a_wrong_token_costs_the_same_however_near_it_is() -> None:
    """SEC-04: as many HMACs and as many look-ups for a token with a known beginning as for any other; no text is compared."""
    known = "k" * 63 + "x"
    hashed: list[str] = []

    def hashes_of(token: str) -> tuple[str, ...]:
        hashed.append(token)
        return (f"hash of {token}",)

    issued = (IssuedToken(token_hash=f"hash of {known}", kind=TokenKind.ESTABLISHED),)
    platform = Platform(
        platform_id="p", name="P", state=PlatformState.REGISTERED, claims=frozenset(), issued=issued, created_at=AT
    )
    directory = build(words.HUB, [platform], [], lambda _: "")
    costs = []
    for token in ("k" * 63 + "y", "k" * 32 + "z" * 32, "z" * 64, "a" + "k" * 62 + "x"):
        hashed.clear()
        assert known_caller(directory, [write_authorization(token)], hashes_of, lambda: AT) is None
        costs.append(len(hashed))

    assert len(set(costs)) == 1


@pytest.fixture
async def limited(settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that has little patience."""
    async with running_hub(
        settings,
        mongodb_url,
        failed_authentications_per_min=5.0,
        requests_per_platform_per_s=2.0,
        trusted_proxies="127.0.0.0/8",
    ) as running:
        yield running


async def test_who_guesses_tokens_has_to_wait(limited: RunningHub) -> None:
    """SEC-05: after so many in a minute 429 with Retry-After; a good token from the same address comes in."""
    async with joined(limited, "NL/CPA/CPO") as cpo, ClientSession() as http:

        async def guess(address: str, token: str) -> tuple[int, int, str]:
            headers = {"Authorization": write_authorization(token), "X-Forwarded-For": f"8.8.8.8, {address}"}
            async with http.get(limited.versions_url, headers=headers) as answer:
                said = await answer.json()
                return answer.status, said["status_code"], answer.headers.get("Retry-After", "")

        guesses = [await guess("198.51.100.1", f"guess {n}") for n in range(7)]
        good = await guess("198.51.100.1", cpo.registered()[1])
        elsewhere = await guess("198.51.100.2", "another guess")
        async with http.get(
            f"{limited.hub.admin_url}/admin/v1/status", headers={"X-Forwarded-For": "198.51.100.1"}
        ) as admin:
            refused = admin.status, admin.headers["Retry-After"]

    assert [(status, code) for status, code, _ in guesses] == [(401, 2000)] * 5 + [(429, 2000)] * 2
    assert 0 < int(guesses[-1][2]) <= 12
    assert (good[:2], elsewhere[0]) == ((200, 1000), 401)
    assert refused[0] == 429
    assert 0 < int(refused[1]) <= 12


async def test_one_platform_does_not_take_everything(limited: RunningHub) -> None:
    """SEC-05, SEC-09: what one platform may send in a second is bounded: 429, 2000, Retry-After; another one is not concerned."""
    async with joined(limited, "NL/CPA/CPO") as cpo, joined(limited, "DE/EMA/EMSP") as emsp:
        flood = [await cpo.call("GET", limited.versions_url) for _ in range(20)]
        other = await emsp.call("GET", limited.versions_url)

    refused = [answer for answer in flood if answer.status == 429]
    assert refused
    assert {(answer.status_code, answer.headers["Retry-After"]) for answer in refused} == {(2000, "1")}
    assert other.status == 200


async def test_fields_of_the_hubs_own_are_not_to_be_written(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-07, SEC-21: fields that the hub's records have, and names like MongoDB's operators, pass through as they are."""
    own: dict[str, Any] = {
        "_id": "platforms",
        "hub": {"verdict": "VERIFIED"},
        "withdrawn": True,
        "behind": [],
        "revision": json_text.NumberText("99"),
        "$set": {"state": "REMOVED"},
        "a.b": {"$where": "sleep(1000)"},
        "seq": json_text.NumberText("0"),
        "key": {"owner": "NL*CPB"},
    }
    body = words.tariff(id="OWN") | own

    pushed = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/OWN", body, to=words.HUB)
    await emsp.wait_for(lambda received: received.segments[-1] == "OWN")
    listed = await emsp.ask("GET", "tariffs", S, to=words.HUB)

    (kept,) = [one for one in json_text.loads(listed.body)["data"] if one["id"] == "OWN"]
    assert pushed.status_code == 1000
    assert {name: kept[name] for name in own} == own
    assert json_text.loads(emsp.got("tariffs")[-1].body) == json_text.loads(words.body(body))
    assert hub.hub.partners.find("NL-CPA").state is PlatformState.REGISTERED


@pytest.mark.parametrize("injected", [{"$gt": ""}, {"$ne": None}, {"$where": "1"}, ["a"], {"$regex": ".*"}])
async def test_operators_of_the_database_are_no_values(cpo: Scripted, emsp: Scripted, injected: object) -> None:
    """SEC-21: where a text belongs, in a field, an id, a query: refused by name, or nothing is found; never everything."""
    written = json_text.dumps(injected).decode()
    pushed = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/T9", words.tariff(id=injected), to=words.HUB)
    asked = await cpo.ask("POST", "tokens", S, f"/{written}/authorize", to=None)
    typed = await cpo.ask("POST", "tokens", S, f"/012345678/authorize?type={written}", to=None)
    paged = await emsp.ask("GET", "tariffs", S, f"?date_from={written}", to=words.HUB)

    assert pushed.status_code == 2001
    assert {answer.status_code for answer in (asked, typed)} <= {2000, 2001, 2002, 2004, 4001}
    assert paged.status_code == 2001
    assert not any(answer.status >= 500 for answer in (pushed, asked, typed, paged))


async def test_only_the_hubs_own_headers_go_on(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """SEC-08: whatever a sender adds, a receiver sees the headers that the hub makes, and no other."""
    nasty = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=127.0.0.1",
        "Cookie": "session=1",
        "X-Original-URL": "/admin/v1",
        "Proxy-Authorization": "Basic eA==",
        "Via": "1.1 elsewhere",
        "Accept-Language": "nl",
        "X-Custom": "1",
        "TE": "trailers",
    }

    answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP, headers=nasty)

    (received,) = emsp.got("sessions")
    assert answer.status_code == 1000
    assert {name.title() for name in received.headers} <= {name.title() for name in OURS}
    assert received.headers["Via"] == "1.1 NL-HUB"


async def test_nothing_is_offered_to_browsers_of_others(hub: RunningHub, cpo: Scripted) -> None:
    """SEC-16: no CORS, no Server version, no stack trace, no cookie, whatever is asked."""
    async with ClientSession() as http:
        for method in ("GET", "OPTIONS", "POST"):
            for url in (
                f"{hub.settings.public_url}/ocpi/versions",
                f"{hub.settings.public_url}/apps/v1/locations",
                f"{hub.settings.public_url}/docs/",
                f"{hub.settings.public_url}/health",
                f"{hub.settings.public_url}/nothing",
                f"{hub.settings.public_url}/.well-known/ocpi-hub-keys.json",
                f"{hub.hub.admin_url}/admin/v1/partners",
            ):
                headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
                async with http.request(method, url, headers=headers) as answer:
                    text = await answer.text()
                    assert not [name for name in answer.headers if name.lower().startswith("access-control")]
                    assert "Set-Cookie" not in answer.headers
                    assert "Traceback" not in text
                    assert "aiohttp" not in answer.headers.get("Server", "").lower()


def test_a_weak_server_key_does_not_start() -> None:
    """SEC-16: no default secret: a short key is refused by name, and its text is not in the error."""
    with pytest.raises(ValueError, match="at least 32 characters") as error:
        Settings(_env_file=None, secret_key="changeme")
    assert "changeme" not in str(error.value)


def test_what_is_served_is_documented() -> None:
    """SEC-18: each row of the tables is in the OpenAPI documents, and nothing else is."""
    admin = admin_document(ROUTES, "1")
    ocpi = ocpi_document(modules.ALL, "1")

    documented = {
        (method.upper(), path) for path, item in admin["paths"].items() for method in item if method != "parameters"
    }
    assert documented == {(row.method, row.path) for row in ROUTES}
    operations = [method for item in ocpi["paths"].values() for method in item if method != "parameters"]
    rows = [row for module in modules.ALL for row in module.endpoints if module.functional or row.interface is S]
    assert len(operations) == len(rows) + 2


@pytest.mark.parametrize(
    "path", ["/2.1.1", "/2.1.1/locations", "/2.0", "/1.0/cdrs", "/2.3.0", "/3.0", "/2.1.1/receiver/cdrs"]
)
async def test_versions_that_are_not_served(hub: RunningHub, cpo: Scripted, path: str) -> None:
    """SEC-18: another version is 404 in an envelope, not a half of a module."""
    for method in ("GET", "PUT", "POST"):
        answer = await cpo.call(method, f"{hub.settings.ocpi_url}{path}", to=words.EMSP, from_=words.CPO)
        assert (answer.status, answer.status_code) == (404, 2000)


async def test_a_partners_answer_is_not_trusted(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-19: its cookie is not kept, its script not passed on; a proxy of the environment is not asked."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    emsp.on("PUT", "sessions", R, ok(headers={"Set-Cookie": "a=b; Path=/"}))

    for _ in range(2):
        answer = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)
        assert answer.status_code == 1000
        assert "Set-Cookie" not in answer.headers

    assert not any("Cookie" in received.headers for received in emsp.got("sessions"))


async def test_an_older_state_that_is_sent_again_changes_nothing(cpo: Scripted, emsp: Scripted) -> None:
    """SEC-22: a captured push that is replayed after a newer one is 2001, once the newer one is kept."""
    older, newer = words.tariff(id="T2"), words.tariff(id="T2", last_updated="2024-02-02T00:00:00Z", currency="SEK")
    said = [
        await cpo.ask("PUT", "tariffs", R, "/NL/CPA/T2", body, to=words.HUB) for body in (older, older, newer, older)
    ]
    listed = await emsp.ask("GET", "tariffs", S, to=words.HUB)

    assert [answer.status_code for answer in said] == [1000, 1000, 1000, 2001]
    assert [one["currency"] for one in listed.data if one["id"] == "T2"] == ["SEK"]


async def test_a_message_does_not_go_in_circles(hub: RunningHub, cpo: Scripted) -> None:
    """SEC-23: a platform whose endpoint leads back to the hub, with the very token that opens it: 4000 after one hop at most."""
    for through in (hub.settings.ocpi_url, hub.settings.ocpi_url.replace("127.0.0.1", "localhost")):
        async with joined(hub, "DE/LOO/EMSP", "NL/LOO/CPO") as loop:
            own = through + "/2.2.1/receiver/sessions"

            def edit(current: Platform, own: str = own, token: str = loop.registered()[1]) -> Platform:
                endpoints = {**current.endpoints, (ModuleId("sessions"), R): own}
                sealed = hub.hub.secrets.seal(token, current.platform_id)
                return replace(current, endpoints=endpoints, outgoing=sealed)

            await hub.hub.partners.amend(hub.hub.partners.find("DE-LOO").platform_id, edit)
            body = words.session(country_code="NL", party_id="LOO")
            before = hub.hub.traffic.figures().received
            own_party = next(role.party for role in loop.roles if role.party.country_code == "NL")
            to = next(role.party for role in loop.roles if role.party.country_code == "DE")
            answer = await loop.ask("PUT", "sessions", R, "/NL/LOO/S1", body, to=to, from_=own_party)
            hops = hub.hub.traffic.figures().received - before
            await hub.hub.partners.remove("DE-LOO")

        assert answer.status_code in {4000, 4003}
        assert hops <= 2


async def test_registering_with_the_hubs_own_address(hub: RunningHub) -> None:
    """SEC-23, SEC-14: credentials whose URL is the hub's own are 3001, and the hub does not call itself."""
    async with Scripted("DE/OWN/EMSP") as platform:
        token_a = await hub.invite("Own", *platform.roles)
        before = hub.hub.traffic.figures().received
        body = credentials_object("some-token-of-its-own", hub.versions_url, "Own", platform.roles)
        answer = await platform.call("POST", f"{hub.settings.ocpi_url}/2.2.1/credentials", body, token=token_a)
        after = hub.hub.traffic.figures().received

    assert answer.status_code == 3001
    assert after - before == 1


async def test_ids_of_a_log_line_start_no_other(hub: RunningHub, cpo: Scripted) -> None:
    """SEC-20: line ends and colours in ids and paths are refused or written as text: one line, one leg."""
    nasty = ["\x1b[31mred", "a\tb", "x" * 400, "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\xe2\x80\xaegnp"]
    for text in nasty:
        known = [("Authorization", write_authorization(cpo.registered()[1])), ("X-Request-ID", text)]
        known += RoutingHeaders(to=words.EMSP, sender=words.CPO).write().items()
        sent = raw_http.request("GET", "/ocpi/2.2.1/receiver/sessions/NL/CPA/S1", known)
        answer = await raw_http.exchange(hub.versions_url, sent)
        assert answer.status in {200, 400}
        echoed = answer.headers.get("X-Request-ID", "")
        assert echoed.isascii()
        assert echoed.isprintable()


async def test_two_names_alike_in_an_object_are_one_rule(cpo: Scripted, emsp: Scripted) -> None:
    """SEC-09: of a name that is there twice the last one counts in every check; what is broadcast has it once."""
    whole = words.body(words.tariff(id="TWICE"))
    twice = whole.replace(b'"party_id":"CPA"', b'"party_id":"CPB","party_id":"CPA"').replace(
        b'"party_id": "CPA"', b'"party_id": "CPB", "party_id": "CPA"'
    )
    hidden = twice.replace(b'"CPB"', b'"TMP"').replace(b'"CPA"', b'"CPB"').replace(b'"TMP"', b'"CPA"')

    kept = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TWICE", twice, to=words.HUB)
    foreign = await cpo.ask("PUT", "tariffs", R, "/NL/CPA/TWICE", hidden, to=words.HUB)

    assert twice != whole
    assert foreign.status_code == 2001
    assert kept.status_code in {1000, 2001, 2000}


def test_dependencies_are_pinned_and_the_code_is_looked_through() -> None:
    """SEC-24: every dependency has one exact version, and the rules of bandit are among those that the linter keeps."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    pinned = {
        line.partition("==")[0].lower().replace("_", "-") for line in (ROOT / "constraints.txt").read_text().split()
    }
    wanted = {re.split(r"[<>=\[;~!]", one)[0].lower() for one in project["project"]["dependencies"]}

    assert wanted <= pinned
    assert "S" in project["tool"]["ruff"]["lint"]["select"]


def test_every_row_of_the_targets_has_a_test() -> None:
    """Whoever takes the last test of a row away is told."""
    named = set(read_evidence(ROOT, re.compile(r"\bSEC-\d\d\b")))

    assert {f"SEC-{number:02}" for number in range(1, 25)} - named == set()
