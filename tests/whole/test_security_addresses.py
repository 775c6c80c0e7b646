"""The hub calls only what it may: no private addresses, no other origin with a partner's token, nobody's errands."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest

from hub.config import Settings
from hub.partners.problems import PartnerFailed
from hub.simulate.handshake import credentials_object
from hub.simulate.messages import Reply, ok
from hub.simulate.partner import Partner
from hub.wire.party import PartyRole
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import R, S, Scripted, joined

NEWCOMER = PartyRole.parse("DE/NEW/EMSP")


class Strict(NamedTuple):
    """A hub that calls public addresses alone, and partners who registered while it still called theirs."""

    hub: RunningHub
    cpo: Scripted
    emsp: Scripted


@pytest.fixture(scope="module")
async def strict(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[Strict]:
    """Opened a second time on the same database, with `HUB_ALLOW_PRIVATE_URLS=false`."""
    async with AsyncExitStack() as stack:
        async with running_hub(whole_settings, mongodb_url, keep_database=True) as lenient:
            cpo = await stack.enter_async_context(joined(lenient, "NL/CPA/CPO"))
            emsp = await stack.enter_async_context(joined(lenient, "DE/EMA/EMSP"))
            database = lenient.settings.mongodb_database
        hub = await stack.enter_async_context(
            running_hub(
                whole_settings,
                mongodb_url,
                mongodb_database=database,
                allow_private_urls=False,
                failures_before_offline=1000,
            )
        )
        yield Strict(hub, cpo, emsp)


@pytest.fixture
async def elsewhere() -> AsyncIterator[Partner]:
    """A server that nobody registered; it takes everything."""
    async with Partner() as partner:
        for method in ("GET", "POST", "PUT", "DELETE"):
            partner.answer(method, "/", ok([]))
        yield partner


DISGUISES = [
    "http://127.0.0.1:{port}/ocpi/versions",
    "https://127.0.0.1:{port}/ocpi/versions",
    "https://localhost:{port}/ocpi/versions",
    "https://LOCALHOST.:{port}/ocpi/versions",
    "https://[::1]:{port}/ocpi/versions",
    "https://[::ffff:127.0.0.1]:{port}/ocpi/versions",
    "https://2130706433:{port}/ocpi/versions",
    "https://0x7f000001:{port}/ocpi/versions",
    "https://0177.0.0.1:{port}/ocpi/versions",
    "https://127.1:{port}/ocpi/versions",
    "https://0.0.0.0:{port}/ocpi/versions",
    "https://10.0.0.1/versions",
    "https://169.254.169.254/latest/meta-data",
    "https://hub.internal/versions",
    "https://user:secret@cpa.example@127.0.0.1:{port}/",
    "http://cpa.example/versions",
]


@pytest.mark.parametrize("written", DISGUISES)
async def test_a_private_versions_url(strict: Strict, elsewhere: Partner, written: str) -> None:
    """SEC-14, D4, H2.23, H2.24: POST credentials is 3001, nothing is sent anywhere, and token A stays usable."""
    token_a = await strict.hub.invite("New", NEWCOMER)
    url = written.format(port=elsewhere.port)
    body = credentials_object("a-token-of-the-newcomer", url, "New", [NEWCOMER])
    credentials = f"{strict.hub.settings.ocpi_url}/2.2.1/credentials"

    answer = await elsewhere.call("POST", credentials, body, token=token_a)
    again = await elsewhere.call("GET", credentials, token=token_a)

    assert (answer.status, answer.status_code) == (200, 3001)
    assert "/url" in answer.json["status_message"]
    assert again.status_code == 1000
    assert list(elsewhere.requests) == []


@pytest.mark.parametrize(
    "written", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://cpa.example/", "versions", "//cpa.example", ""]
)
async def test_what_is_no_address_of_a_server(strict: Strict, elsewhere: Partner, written: str) -> None:
    """D4, H2.24: schemes other than https, relative and empty ones are refused (2001 or 3001)."""
    token_a = await strict.hub.invite("New", NEWCOMER)
    body = credentials_object("a-token-of-the-newcomer", written, "New", [NEWCOMER])

    answer = await elsewhere.call("POST", f"{strict.hub.settings.ocpi_url}/2.2.1/credentials", body, token=token_a)

    assert (answer.status, answer.status_code) in {(200, 2001), (200, 3001)}


async def test_a_rotation_to_a_private_versions_url(strict: Strict, elsewhere: Partner) -> None:
    """D4, H2.28: PUT credentials with such a URL is 3001, and the old registration goes on."""
    cpo = strict.cpo
    body = credentials_object("another-token", f"{elsewhere.url}/ocpi/versions", cpo.name, cpo.roles)

    answer = await cpo.call("PUT", f"{strict.hub.settings.ocpi_url}/2.2.1/credentials", body)

    assert (answer.status, answer.status_code) == (200, 3001)
    assert list(elsewhere.requests) == []
    assert (await cpo.call("GET", strict.hub.versions_url)).status_code == 1000


async def test_an_operator_cannot_be_talked_into_it(strict: Strict, elsewhere: Partner) -> None:
    """D4, H2.22: the hub as Sender of a handshake does not call a private address either; nothing stays."""
    with pytest.raises(PartnerFailed, match="https"):
        await strict.hub.hub.partners.register(
            "New",
            versions_url=f"{elsewhere.url}/ocpi/versions",
            token="a-token",
            claims=[PartyRole.parse("DE/EMX/EMSP")],
        )

    assert list(elsewhere.requests) == []
    assert (await strict.hub.invite("Other", PartyRole.parse("DE/EMX/EMSP"))) != ""


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "169.254.169.254", "emsp.internal"]
)
async def test_a_private_response_url(strict: Strict, scheme: str, host: str) -> None:
    """SEC-14, H4.03, D4: 2001 in a command's body and a profile's query; nothing is forwarded, no mapping is made."""
    strict.cpo.forget()
    theirs = f"{scheme}://{host.format(port=strict.emsp.port)}/result"

    command = await strict.emsp.call(
        "POST",
        strict.hub.url("commands", R, "/STOP_SESSION"),
        words.stop_session(response_url=theirs),
        to=words.CPO,
        from_=words.EMSP,
    )
    profile = await strict.emsp.call(
        "GET",
        strict.hub.url("chargingprofiles", R, f"/S1?duration=900&response_url={theirs}"),
        to=words.CPO,
        from_=words.EMSP,
    )

    assert [(one.status, one.status_code) for one in (command, profile)] == [(200, 2001)] * 2
    assert strict.cpo.got() == []


async def test_nothing_is_forwarded_to_a_private_endpoint(strict: Strict) -> None:
    """D4: a setting that was changed counts for partners who registered before, too."""
    strict.emsp.forget()

    answer = await strict.cpo.call(
        "PUT", strict.hub.url("sessions", R, "/NL/CPA/S1"), words.session(), to=words.EMSP, from_=words.CPO
    )

    assert (answer.status, answer.status_code) == (200, 4003)
    assert strict.emsp.got() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_origin(cpo: Scripted, emsp: Scripted, elsewhere: Partner, status: int) -> None:
    """SEC-14, SEC-15, H4.02, H3.14: it is not followed, so nobody else sees our token or the message; the sender hears 4000."""
    away = Reply(status=status, headers={"Location": f"{elsewhere.url}/locations"})
    cpo.on("GET", "locations", S, away)
    emsp.on("PUT", "sessions", R, away)

    read = await emsp.ask("GET", "locations", S, to=words.CPO)
    pushed = await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP)

    assert [(one.status, one.status_code) for one in (read, pushed)] == [(200, 4000)] * 2
    assert list(elsewhere.requests) == []


@pytest.mark.parametrize("step", ["/ocpi/versions", "/ocpi/2.2.1"])
async def test_a_redirect_during_a_handshake(hub: RunningHub, elsewhere: Partner, step: str) -> None:
    """H2.23, H2.24: it ends in 3001, and the newcomer's token goes nowhere else."""
    async with Scripted("DE/RED/EMSP") as platform:
        platform.answer("GET", step, Reply(status=307, headers={"Location": f"{elsewhere.url}{step}"}))
        token_a = await hub.invite("Red", *platform.roles)
        body = credentials_object("token-b", platform.versions_url, "Red", platform.roles)
        platform.issued_token = "token-b"

        answer = await platform.call("POST", f"{hub.settings.ocpi_url}/2.2.1/credentials", body, token=token_a)

    assert (answer.status, answer.status_code) == (200, 3001)
    assert list(elsewhere.requests) == []


async def test_addresses_elsewhere_are_not_given_out(cpo: Scripted, emsp: Scripted, elsewhere: Partner) -> None:
    """SEC-15, H4.02, H4.03: a CDR's Location, a next page and a response_url at another host are left out or 2001."""
    foreign = "https://elsewhere.example"
    emsp.on("POST", "cdrs", R, ok(headers={"Location": f"{foreign}/cdrs/1"}))
    cpo.on("GET", "locations", S, ok([], headers={"Link": f'<{foreign}/next>; rel="next"'}))

    posted = await cpo.ask("POST", "cdrs", R, "", words.cdr(), to=words.EMSP)
    listed = await emsp.ask("GET", "locations", S, to=words.CPO)
    command = words.stop_session(response_url=f"{foreign}/result")
    refused = await emsp.ask("POST", "commands", R, "/STOP_SESSION", command, to=words.CPO)

    assert (posted.status_code, listed.status_code, refused.status_code) == (1000, 1000, 2001)
    assert "Location" not in posted.headers
    assert "Link" not in listed.headers
    assert cpo.got("commands") == []


GUESSES = [
    "A" * 22,
    "http%3A%2F%2F127.0.0.1%2F",
    "0",
    "..%2f..",
    "http:%2f%2felsewhere.example%2fx",
    "$ne",
    "%7b%22$gt%22:%22%22%7d",
]


@pytest.mark.parametrize("guess", GUESSES)
async def test_addresses_that_the_hub_never_gave_out(
    hub: RunningHub, cpo: Scripted, emsp: Scripted, guess: str
) -> None:
    """H4.02: a guessed address of a CDR, a page, a command's or a profile's result is refused, and nobody is called."""
    answers = [
        await cpo.call("GET", hub.url("cdrs", R, f"/{guess}"), to=words.EMSP, from_=words.CPO),
        await emsp.call("GET", hub.url("locations", S, f"?hub_page={guess}"), to=None, from_=words.EMSP),
        await cpo.call("POST", hub.url("commands", S, f"/STOP_SESSION/{guess}"), {}, to=words.EMSP, from_=words.CPO),
        await cpo.call("POST", hub.url("chargingprofiles", S, f"/{guess}"), {}, to=words.EMSP, from_=words.CPO),
    ]

    assert [answer.status for answer in answers if answer.status != 404 and answer.status_code != 2001] == []
    assert (cpo.got(), emsp.got()) == ([], [])


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "http://{elsewhere}/ocpi/versions"),
        ("GET", "http://{elsewhere}/"),
        ("CONNECT", "{elsewhere}"),
        ("GET", "//{elsewhere}/"),
        ("OPTIONS", "*"),
    ],
)
async def test_the_hub_is_no_proxy(
    hub: RunningHub, cpo: Scripted, elsewhere: Partner, method: str, target: str
) -> None:
    """H4.02: neither an absolute target nor CONNECT nor a Host header makes it call another server."""
    host = elsewhere.url.removeprefix("http://")
    forwarded = [("X-Forwarded-Host", host), ("Forwarded", f"host={host}")]

    answer = await raw_http.exchange(
        hub.versions_url, raw_http.request(method, target.format(elsewhere=host), forwarded)
    )

    assert answer.status in {400, 401, 404, 405}
    assert list(elsewhere.requests) == []
