"""OCPI on a connection that began with something else is read by another server: what it promises is the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from yarl import URL

from hub.config import Settings
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import RoutingHeaders
from tests import words
from tests.running import RunningHub, running_hub
from tests.whole import raw_http
from tests.whole.platforms import Scripted

READ_TIMEOUT_S = 0.3
_WAIT_S = 10.0
MIB = 1024 * 1024
_HEALTH = raw_http.request("GET", "/health")


@pytest.fixture(scope="module")
async def hub(whole_settings: Settings, mongodb_url: str) -> AsyncIterator[RunningHub]:
    """A hub that waits a moment only for a request to arrive."""
    async with running_hub(whole_settings, mongodb_url, read_timeout_s=READ_TIMEOUT_S) as running:
        yield running


class Push(NamedTuple):
    """Headers and body, and the HTTP status that they get."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int


BODIES = {
    "whole": Push((), words.body(words.session()), 200),
    "chunks": Push((("Transfer-Encoding", "chunked"),), b"2\r\n{}\r\n0\r\n\r\n", 200),
    "too long by its length": Push((("Content-Length", str(MIB + 1)),), b"", 413),
    "too long": Push((("Transfer-Encoding", "chunked"),), b"%x\r\n%b\r\n0\r\n\r\n" % (MIB + 1, b" " * (MIB + 1)), 413),
    "late": Push((("Content-Length", "10"),), b"", 408),
    "no chunk": Push((("Transfer-Encoding", "chunked"),), b"zz\r\n", 400),
    "no JSON": Push((("Content-Length", "1"),), b"{", 400),
    "packed": Push((("Content-Length", "2"), ("Content-Encoding", "gzip")), b"\x1f\x8b", 400),
    "two lengths": Push((("Content-Length", "1"), ("Content-Length", "2")), b"", 400),
}


@pytest.mark.parametrize("push", BODIES.values(), ids=BODIES)
async def test_a_push_is_judged_the_same(hub: RunningHub, cpo: Scripted, emsp: Scripted, push: Push) -> None:
    """SEC-09, SEC-10, SEC-17: on a connection of its own, after another OCPI request, and after a question about health."""
    known = [("Authorization", write_authorization(cpo.registered()[1]))]
    known += RoutingHeaders(to=words.EMSP, sender=words.CPO).write().items()
    length = (("Content-Length", str(len(push.body))),) if not push.headers else ()
    path = "/ocpi/2.2.1/receiver/sessions/NL/CPA/S1"
    sent = raw_http.request("PUT", path, [*known, *push.headers, *length]) + push.body
    versions = raw_http.request("GET", "/ocpi/versions", known)
    answers = [await _last(hub.versions_url, [*before, sent]) for before in ([], [versions], [_HEALTH])]

    assert [status for status, _ in answers] == [push.status] * 3
    assert len({body.partition(b",")[0] for _, body in answers}) == 1


async def test_connections_change_hands_and_lose_nothing(hub: RunningHub, cpo: Scripted) -> None:
    """OCPI, health, OCPI, the apps' pages, OCPI, all on one connection: each has its own answer, in its turn."""
    known = [("Authorization", write_authorization(cpo.registered()[1]))]
    versions = raw_http.request("GET", "/ocpi/versions", known)
    page = raw_http.request("GET", "/docs/openapi/index.json")
    asked = [versions, _HEALTH, versions, page, versions]
    parsed = URL(hub.versions_url)
    reader, writer = await asyncio.open_connection(parsed.host, parsed.port)
    said = []
    async with asyncio.timeout(_WAIT_S):
        for one in asked:
            writer.write(one)
            said.append(await _answer(reader))
    writer.close()

    assert [status for status, _ in said] == [200] * 5
    assert [b"status_code" in body for _, body in said] == [True, False, True, False, True]


async def _last(url: str, requests: list[bytes]) -> tuple[int, bytes]:
    """HTTP status and body of the answer to the last of these, sent one after another on one connection."""
    parsed = URL(url)
    reader, writer = await asyncio.open_connection(parsed.host, parsed.port)
    try:
        async with asyncio.timeout(_WAIT_S):
            for one in requests:
                writer.write(one)
                status, body = await _answer(reader)
        return status, body
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split(b" ")[1]), await reader.readexactly(length)
