"""The seven kinds of URL that a partner gives, against the same hostile addresses: none is called, whatever names it.

credentials.url, versions[].url, endpoints[].url, the next Link, a CDR's Location, response_url, a redirect. What a rule about
the partner's own host would refuse anyway is asked of a partner who lives at that very address.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from hub.clock import now_utc
from hub.config import Settings
from hub.delivery.addresses import AddressRefused, check_url
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.post import Post
from hub.outbound import Outbound
from hub.partners.calls import Access, Journey
from hub.partners.reader import Reader
from hub.wire import envelope
from hub.wire.errors import UnableToUseClientApi
from hub.wire.interface import Version

STRICT = Settings(_env_file=None, allow_private_urls=False, public_url="https://hub.example")
HOSTILE = (
    "http://127.0.0.1:{port}/x",
    "https://127.0.0.1:{port}/x",
    "https://127.0.0.2:{port}/x",
    "https://127.1:{port}/x",
    "https://0:{port}/x",
    "https://0.0.0.0:{port}/x",
    "https://2130706433:{port}/x",
    "https://0x7f000001:{port}/x",
    "https://0x7f.0.0.1:{port}/x",
    "https://0177.0.0.1:{port}/x",
    "https://127.0.0.1.:{port}/x",
    "https://[::1]:{port}/x",
    "https://[::]:{port}/x",
    "https://[::ffff:127.0.0.1]:{port}/x",
    "https://[::ffff:7f00:1]:{port}/x",
    "https://[64:ff9b::7f00:1]:{port}/x",
    "https://[2002:7f00:1::]:{port}/x",
    "https://[fe80::1]:{port}/x",
    "https://[fc00::1]:{port}/x",
    "https://[ff02::1]:{port}/x",
    "https://localhost:{port}/x",
    "https://LOCALHOST:{port}/x",
    "https://a.localhost.:{port}/x",
    "https://10.0.0.1/x",
    "https://172.16.0.1/x",
    "https://192.168.1.1/x",
    "https://100.64.0.1/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://192.0.2.1/x",
    "https://198.18.0.1/x",
    "https://240.0.0.1/x",
    "https://255.255.255.255/x",
    "https://224.0.0.1/x",
    "https://router.local/x",
    "https://db.internal:27017/x",
    "http://cpa.example/x",
    "https://user:secret@cpa.example/x",
    "https://cpa.example@127.0.0.1:{port}/x",
    "https://cpa.example:0/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/x",
    "unix:/run/mongod.sock",
    "https:///x",
    "https://cpa.example /x",
    "https://cpa.example/\r\nX-Evil: 1",
    "https://rebound.example/x",
)
PUBLIC = "https://cpa.example"
REBOUND = "rebound.example"
"""A name that means a public address when it is looked at, and this machine when it is called."""


@dataclass
class Canary:
    """Listens on this machine, and counts who comes."""

    port: int
    came: int = 0


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    """On every address of this machine, both families."""
    found = Canary(0)

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.came += 1
        writer.close()

    server = await asyncio.start_server(count, None, 0, family=socket.AF_UNSPEC)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


def lookup(host: str) -> list[tuple[int, str]]:
    """What names mean: all of them this machine."""
    return [(int(socket.AF_INET), "127.0.0.1")]


@asynccontextmanager
async def strict_post() -> AsyncIterator[Post]:
    """The way out of a hub that calls public addresses alone."""
    async with Post(STRICT, lookup=lookup) as post:
        yield post


class Told:
    """Stands where the way out is: answers as a partner does that gives `url` in its versions or its details."""

    def __init__(self, post: Post, *answers: object) -> None:
        self._post = post
        self._answers = [envelope.write(envelope.SUCCESS, now_utc(), data=one) for one in answers]

    async def send(self, outbound: Outbound) -> Answer:
        """The next of the answers; whatever comes after them really goes out."""
        if self._answers:
            return Answer(http_status=200, body=self._answers.pop(0), headers={}, duration_ms=1)
        return await self._post.send(outbound)


async def _discovered(post: Post, versions_url: str, *answers: object) -> None:
    """A handshake's reading; raises UnableToUseClientApi."""
    journey = Journey(Told(post, *answers), 5.0, lambda _: None)
    access = Access(platform_id="p", token="a-token-of-the-hub")
    await Reader(STRICT.allow_private_urls).discover(journey, access, versions_url, list(Version))


async def _credentials_url(post: Post, url: str) -> None:
    await _discovered(post, url)


async def _versions_url(post: Post, url: str) -> None:
    await _discovered(post, f"{PUBLIC}/versions", [{"version": "2.2.1", "url": url}])


async def _endpoint_url(post: Post, url: str) -> None:
    versions = [{"version": "2.2.1", "url": f"{PUBLIC}/2.2.1"}]
    endpoints = [
        {"identifier": "credentials", "role": "SENDER", "url": f"{PUBLIC}/credentials"},
        {"identifier": "locations", "role": "SENDER", "url": url},
    ]
    await _discovered(post, f"{PUBLIC}/versions", versions, {"version": "2.2.1", "endpoints": endpoints})
    await _called(post, url)


async def _called(post: Post, url: str) -> None:
    """What the hub kept of a partner is called; raises PostFailed."""
    request = Outbound(platform_id="p", method="GET", url=url, timeout_s=5.0, headers={"Authorization": "Token x"})
    await post.send(request)


async def _kept_address(post: Post, url: str) -> None:
    """Location, Link and response_url meet the same check before they are kept, and once more when they are called."""
    check_url(url, STRICT.allow_private_urls)
    await _called(post, url)


KINDS: dict[str, Callable[[Post, str], Awaitable[None]]] = {
    "credentials.url": _credentials_url,
    "versions[].url": _versions_url,
    "endpoints[].url": _endpoint_url,
    "Link: next": _kept_address,
    "CDR Location": _kept_address,
    "response_url": _kept_address,
    "redirect": _called,
}


def _cases() -> Iterator[tuple[str, str]]:
    return ((kind, url) for kind in KINDS for url in HOSTILE)


@pytest.mark.parametrize("kind", KINDS)
async def test_no_hostile_address_is_called(canary: Canary, kind: str) -> None:
    """SEC-14: every kind of URL, every disguise: refused before a connection, and this machine hears nothing."""
    async with strict_post() as post:
        for written in HOSTILE:
            with pytest.raises((UnableToUseClientApi, AddressRefused, PostFailed)) as refused:
                await KINDS[kind](post, written.format(port=canary.port))
            assert getattr(refused.value, "failure", Failure.NOT_CONNECTED) is Failure.NOT_CONNECTED
            assert "etc/passwd" not in str(refused.value)
            assert "secret" not in str(refused.value)
    await asyncio.sleep(0)

    assert canary.came == 0
    assert len(list(_cases())) >= 300
