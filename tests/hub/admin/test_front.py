"""The operators' listener: apart from the partners' one, with a page, a session that reads, and no way to frame it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.admin.session import COOKIE
from tests.operating import Operator
from tests.running import RunningHub


async def sign_in(operator: Operator, token: str, **headers: str) -> aiohttp.ClientResponse:
    """Hand a token over as the page does."""
    return await operator.http.post(f"{operator.url}/session", json={"token": token}, headers=headers)


@pytest.fixture
async def browser(operator: Operator) -> AsyncIterator[Operator]:
    """Someone who keeps cookies of addresses, as browsers do."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Operator(operator.settings, http)


async def test_the_admin_api_is_not_where_partners_are(running: RunningHub, operator: Operator) -> None:
    """The public listener has no /admin; the operators' listener has no /ocpi."""
    headers = {"Authorization": f"Bearer {operator.token}"}
    async with operator.http.get(f"{running.settings.public_url}/admin/v1/status", headers=headers) as answer:
        assert answer.status == 404
    async with operator.http.get(f"{operator.url}/ocpi/versions") as answer:
        assert answer.status == 404
    assert operator.url != running.settings.public_url


async def test_a_session_reads_and_never_writes(browser: Operator) -> None:
    """Signed in, the cookie alone opens reads; every write by it is 401, and after signing out the reads are too."""
    answer = await sign_in(browser, browser.token)
    assert answer.status == 200
    assert [cookie.key for cookie in browser.http.cookie_jar] == [COOKIE]

    assert (await browser.ask("GET", "/partners", authorization="")).status == 200
    for method, path in (
        ("POST", "/partners/invite"),
        ("PUT", "/routes"),
        ("DELETE", "/routes?from=*&to=*"),
        ("PATCH", "/partners/x"),
    ):
        assert (await browser.ask(method, path, {}, authorization="")).status == 401
    assert (await browser.http.delete(f"{browser.url}/session")).status == 200
    assert (await browser.ask("GET", "/partners", authorization="")).status == 401


async def test_only_an_admin_token_signs_in(operator: Operator) -> None:
    """Junk, no JSON, nothing, and a request from a page of another origin are refused, with a sentence; no cookie is set."""
    refused = [
        (await sign_in(operator, "junk"), 401),
        (await sign_in(operator, ""), 401),
        (await operator.http.post(f"{operator.url}/session", data=b"[1]"), 400),
        (await operator.http.post(f"{operator.url}/session", data=b"{"), 400),
        (await operator.http.post(f"{operator.url}/session", data=b"x" * 10_000), 413),
        (await sign_in(operator, operator.token, Origin="http://evil.example"), 403),
    ]
    for answer, status in refused:
        assert answer.status == status
        assert not answer.cookies
    assert (await refused[0][0].json())["error"]["hint"] == "hubctl admin token --subject NAME"


async def test_nothing_of_it_can_be_framed(operator: Operator) -> None:
    """The page, the API and refusals say DENY and nosniff."""
    for path in ("/", "/main.js", "/admin/v1/partners", "/nothing-here"):
        async with operator.http.get(f"{operator.url}{path}") as answer:
            assert (answer.headers["X-Frame-Options"], answer.headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
