"""Versions and version details: what the hub tells about itself, and to whom."""

from collections.abc import Sequence
from typing import Any

import pytest

from hub.platform import Quirks
from hub.simulate.messages import Reply, ok
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import FUNCTIONAL, R, S, Scripted, party

URL_MAX_CHARS = 255
VERSIONS = ["2.2", "2.2.1"]


async def _offered(platform: Scripted, url: str) -> Sequence[Any]:
    return list((await platform.call("GET", url)).data)


async def _endpoints(platform: Scripted, hub: RunningHub, version: str = "2.2.1") -> list[dict[str, str]]:
    answer = await platform.call("GET", f"{hub.settings.ocpi_url}/{version}")
    assert answer.data["version"] == version
    return list(answer.data["endpoints"])


async def test_versions(hub: RunningHub, cpo: Scripted) -> None:
    """H2.01: a list of version and url, and under each url the details of that very version."""
    offered = await _offered(cpo, hub.versions_url)

    assert [one["version"] for one in offered] == VERSIONS
    assert all(set(one) == {"version", "url"} for one in offered)
    details = [(await cpo.call("GET", one["url"])).data for one in offered]
    assert [one["version"] for one in details] == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_is_offered(hub: RunningHub, cpo: Scripted, version: str) -> None:
    """H2.02, H2.03, H2.05, H2.06: every functional module in both roles, credentials once, hubclientinfo as SENDER, no more."""
    endpoints = await _endpoints(cpo, hub, version)

    offered = [(one["identifier"], one["role"]) for one in endpoints]
    both = [(module.identifier, role) for module in FUNCTIONAL for role in ("SENDER", "RECEIVER")]
    assert sorted(offered) == sorted([("credentials", "SENDER"), ("hubclientinfo", "SENDER"), *both])
    assert all(set(one) == {"identifier", "role", "url"} for one in endpoints)


async def test_the_two_roles_of_a_module_have_an_address_each(hub: RunningHub, cpo: Scripted) -> None:
    """H2.04: both interfaces are in one list of endpoints, and no address is there twice."""
    endpoints = await _endpoints(cpo, hub)

    assert len({one["url"] for one in endpoints}) == len(endpoints)


@pytest.mark.parametrize("version", VERSIONS)
async def test_addresses_as_published(hub: RunningHub, cpo: Scripted, version: str) -> None:
    """H2.08: absolute, under the public address, without a slash at the end, of at most 255 characters, with the version."""
    endpoints = await _endpoints(cpo, hub, version)

    for url in (one["url"] for one in endpoints):
        assert url.startswith(f"{hub.settings.ocpi_url}/{version}/")
        assert not url.endswith("/")
        assert len(url) <= URL_MAX_CHARS


async def test_every_published_address_is_there(hub: RunningHub, cpo: Scripted, emsp: Scripted) -> None:
    """H2.02, H2.10, H7.14: with and without a slash at the end, none of them is an unknown path, and none redirects."""
    urls = [one["url"] + slash for one in await _endpoints(cpo, hub) for slash in ("", "/")]

    answers = [await emsp.call("GET", url, to=words.CPO) for url in urls]

    found = [answer.status for answer in answers]
    assert set(found) <= {200, 404, 405}
    assert found[0::2] == found[1::2]
    assert not any("no such path; GET the version details" in answer.body.decode() for answer in answers)


async def test_addresses_for_a_partner_that_joins_without_a_slash(hub: RunningHub) -> None:
    """H2.08, H2.10: only with the operator's switch they end in a slash, for this partner alone."""
    async with Scripted("DE/SLA/EMSP") as slashed:
        await hub.join(slashed, quirks=Quirks(trailing_slash=True))
        endpoints = await _endpoints(slashed, hub)

        assert all(one["url"].endswith("/") for one in endpoints)
        url = next(one["url"] for one in endpoints if (one["identifier"], one["role"]) == ("tokens", "RECEIVER"))
        assert url == hub.url("tokens", R) + "/"


async def test_nobody_reads_them_without_a_token(hub: RunningHub, cpo: Scripted) -> None:
    """H2.09, H1.06: both need a token of this hub; token A will do."""
    token_a = await hub.invite("Newcomer", *Scripted("DE/NWC/EMSP").roles)
    urls = [hub.versions_url, f"{hub.settings.ocpi_url}/2.2.1", f"{hub.settings.ocpi_url}/2.2"]

    answers = {token: [await cpo.call("GET", url, token=token) for url in urls] for token in (token_a, "unknown")}

    assert [answer.status for answer in answers[token_a]] == [200] * 3
    assert [answer.status for answer in answers["unknown"]] == [401] * 3


@pytest.mark.parametrize(
    "path", ["", "/", "/2.1.1", "/2.3.0", "/2.2.1/versions", "/2.2.1/", "/credentials", "/2.2.1/x"]
)
async def test_other_paths(hub: RunningHub, cpo: Scripted, path: str) -> None:
    """H7.14, H2.01: what is not published is 404 in an envelope; a slash at the end of what is makes no difference."""
    answer = await cpo.call("GET", hub.settings.ocpi_url + path)

    assert answer.status == (200 if path == "/2.2.1/" else 404)
    assert answer.status_code == (1000 if path == "/2.2.1/" else 2000)


async def test_they_can_only_be_read(hub: RunningHub, cpo: Scripted) -> None:
    """H6.07, H7.02: any other method is 405 with Allow and an envelope."""
    for url in (hub.versions_url, f"{hub.settings.ocpi_url}/2.2.1"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await cpo.call(method, url, {})

            assert (answer.status, answer.status_code, answer.headers["Allow"]) == (405, 2000, "GET")


async def test_the_hub_calls_what_partners_published(hub: RunningHub, cpo: Scripted) -> None:
    """H2.10, H3.01: with exactly one slash between their endpoint URL and what follows, however they wrote it."""
    async with Scripted("DE/OWN/EMSP") as platform:
        written = f"{platform.url}/custom/path/tokens-and-more//"
        endpoints = [
            {"identifier": "credentials", "role": "RECEIVER", "url": f"{platform.url}/ocpi/2.2.1/credentials"},
            {"identifier": "tokens", "role": "SENDER", "url": written},
        ]
        platform.answer("GET", "/ocpi/2.2.1", _details(endpoints))
        await hub.join(platform)
        await cpo.ask("GET", "tokens", S, "?limit=5", to=party("DE*OWN"))
        await cpo.ask("POST", "tokens", S, "/0123/authorize", to=party("DE*OWN"))

        targets = [received.target for received in platform.got("tokens-and-more")]

    assert targets == ["/custom/path/tokens-and-more//?limit=5", "/custom/path/tokens-and-more/0123/authorize"]


def _details(endpoints: list[dict[str, str]]) -> Reply:
    return ok({"version": "2.2.1", "endpoints": endpoints})
