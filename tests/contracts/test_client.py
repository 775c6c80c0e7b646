"""Calls to the platform: what it answers is taken whole, bounded, and never from elsewhere."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from contracts import guard
from contracts.client import HEADERS_MAX, URL_MAX_CHARS, Client, Sent, _read, authorization
from contracts.outcomes import CheckFailed
from tests.contracts.platforms import JSON_HEADER
from tests.contracts.raw_partner import Asked, answer, envelope, raw_partner

BODY = envelope([1])


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client that may connect everywhere."""
    async with Client(public_only=False) as one:
        yield one


async def got(client: Client, said: bytes, **changes: Any) -> Any:
    """What the client makes of one answer."""

    async def respond(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said)

    async with raw_partner(respond) as partner:
        return await client.call(Sent(method="GET", url=partner.versions_url, **changes))


@pytest.mark.parametrize("packed", [gzip.compress(BODY, mtime=0), zlib.compress(BODY)])
async def test_a_packed_answer(client: Client, packed: bytes) -> None:
    """gzip and deflate are unpacked; size and start are of what was inside."""
    one = await got(client, answer(packed, "Content-Encoding: gzip", JSON_HEADER))

    assert (one.json["data"], one.size, one.start) == ([1], len(BODY), BODY)


@pytest.mark.parametrize(
    ("said", "observed"),
    [
        (answer(gzip.compress(BODY, mtime=0)[:-8], "Content-Encoding: gzip"), "cannot be unpacked"),
        (answer(b"no gzip", "Content-Encoding: gzip"), "cannot be unpacked"),
        (answer(BODY, "Content-Encoding: br"), "Content-Encoding: br"),
        (answer(b"x" * 1001), "a larger one"),
        (answer(gzip.compress(b"x" * 1001, mtime=0), "Content-Encoding: gzip"), "a larger one"),
        (answer(BODY, *["X-A: b"] * (HEADERS_MAX + 1)), "102 in "),
        (answer(BODY, "X-A: " + "b" * 40_000), "2 in 39 KiB"),
        (b"no HTTP at all\r\n\r\n", "RemoteProtocolError"),
    ],
)
async def test_an_answer_of_no_use(client: Client, said: bytes, observed: str) -> None:
    """What is cut off, packed otherwise, too large or no HTTP is a failed check that says so."""
    with pytest.raises(CheckFailed) as failed:
        await got(client, said, answer_max_bytes=1000)

    assert observed in failed.value.observed


async def test_a_redirect_on_the_same_origin(client: Client) -> None:
    """307 and 308 are followed there with the same method and body, which is noted; no further than three times."""

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        step = int(asked.target.strip("/") or 0)
        there = f"Location: /{step + 1}"
        writer.write(answer(BODY) if step == 3 else answer(b"", there, status="308 Permanent Redirect"))

    async with raw_partner(respond) as partner:
        one = await client.call(Sent(method="PUT", url=f"{partner.url}/0", body=b"{}"))
        asked = list(partner.asked)

    assert (one.http, one.redirected_to) == (200, f"{partner.url}/3")
    assert [(one.method, one.target, one.body) for one in asked] == [("PUT", f"/{step}", b"{}") for step in range(4)]


async def test_a_redirect_in_circles_ends(client: Client) -> None:
    """Who sends one round and round is left after three times, with its redirect as the answer."""
    one = await got(client, answer(b"", "Location: /versions?again", status="307 Temporary Redirect"))

    assert one.http == 307


async def test_a_name_with_several_addresses(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody listens at the first address of a name, the next is tried; the name stays in the Host header."""

    async def addresses(_: str, *, public_only: bool) -> tuple[str, list[str]]:
        return "cpo.example", ["127.0.0.2", "127.0.0.1"]

    monkeypatch.setattr(guard, "places", addresses)

    async def respond(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(BODY))

    async with raw_partner(respond) as partner:
        port = partner.url.rpartition(":")[2]
        one = await client.call(Sent(method="GET", url=f"http://cpo.example:{port}/versions"))

    assert one.http == 200
    assert partner.asked[0].headers["host"] == f"cpo.example:{port}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/versions",
        "ftp://x.example",
        "http://",
        "http://[::1",
        "http://u:p@x.example",
        "http://x.example/\x00",
        "http://" + "a" * 70 + ".example",
        "http://x.example/" + "a" * URL_MAX_CHARS,
        "http://127.0.0.1:99999/",
    ],
)
async def test_a_url_that_is_none(client: Client, url: str) -> None:
    """Whatever a platform calls a URL: a failed check, never another error."""
    with pytest.raises(CheckFailed):
        await client.call(Sent(method="GET", url=url))


async def test_what_is_here_already_is_read_with_places_to_stop() -> None:
    """A body in ten thousand parts that need no waiting does not keep the time from running out."""

    class Parts:
        async def aiter_raw(self) -> AsyncIterator[bytes]:
            for _ in range(10_000):
                yield b"x"

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await _read(Parts(), 100_000)  # type: ignore[arg-type]


async def test_a_fault_holds_on_to_nothing(client: Client) -> None:
    """The failed check does not keep what was read, however many are collected."""
    with pytest.raises(CheckFailed) as failed:
        await got(client, answer(b"x" * 2000), answer_max_bytes=1000)

    assert failed.value.__context__ is None


@pytest.mark.parametrize(("method", "answered"), [("GET", True), ("PUT", False)])
async def test_a_connection_that_was_closed_just_then(client: Client, method: str, answered: bool) -> None:
    """A GET is sent once more over a new one; what could have had an effect is not."""

    async def respond(_: Asked, writer: asyncio.StreamWriter) -> None:
        if len(partner.asked) == 1:
            writer.transport.abort()
            raise ConnectionError
        writer.write(answer(BODY))

    async with raw_partner(respond) as partner:
        sent = Sent(method=method, url=partner.versions_url)
        if answered:
            assert (await client.call(sent)).http == 200
        else:
            with pytest.raises(CheckFailed):
                await client.call(sent)

    assert len(partner.asked) == (2 if answered else 1)


@pytest.mark.parametrize(
    ("case", "names"), [("", {"Authorization", "X-A"}), ("lower", {"authorization", "x-a"}), ("upper", {"X-A"})]
)
async def test_header_names_are_spelled_as_was_asked(client: Client, case: str, names: set[str]) -> None:
    """On the wire, for platforms that look for one spelling."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(BODY))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/"
        await client.call(Sent(method="GET", url=url, headers={"X-A": "b"}, token="abc", header_case=case))

    assert names <= {line.partition(":")[0] for line in heads[0].decode().split("\r\n")}


def test_how_a_token_is_written() -> None:
    """In Base64 as 2.2.1 asks, as it is, and in the ways in which careless software does."""
    assert authorization("abc", "base64") == "Token YWJj"
    assert authorization("abc", "raw") == "Token abc"
    assert authorization("abc", "lower") == "token YWJj"
    assert authorization("abc", "spaces") == "Token  YWJj"
    assert authorization("abc", "newline") == "Token YWJjCg=="
