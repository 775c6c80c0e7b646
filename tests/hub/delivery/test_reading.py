"""An answer is as hostile as the partner: it is bounded in size and in time, whatever it says of itself."""

import asyncio
import gzip

import pytest

from hub.delivery.answer import Failure
from hub.delivery.post import Post
from hub.delivery.reading import ANSWER_MAX_BYTES
from hub.simulate.messages import Reply
from hub.simulate.partner import Partner
from tests.hub.delivery.outside import failure, raw_server, request


async def test_an_answer_that_drips_times_out(post: Post) -> None:
    """The limit counts to the last byte of the body, not to the first."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with raw_server(drip) as url:
        failed = await failure(post, request(url, timeout_s=0.2))

    assert failed.failure is Failure.TIMEOUT


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x16\x03\x01nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(10_000)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nplain",
    ],
)
async def test_what_is_no_answer_is_broken(post: Post, sent: bytes) -> None:
    """H3.14: a closed connection, a broken body, ten thousand headers: whether the partner acted is unknown."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(sent)
        await writer.drain()

    async with raw_server(serve) as url:
        failed = await failure(post, request(url))

    assert failed.failure is Failure.BROKEN


async def test_an_endless_answer_is_cut(post: Post) -> None:
    """A chunked answer without an end costs no more than the limit and no more than the time."""
    written = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        while True:
            writer.write(chunk)
            await writer.drain()
            written += len(chunk)

    async with raw_server(pour) as url:
        failed = await failure(post, request(url))

    assert failed.failure is Failure.TOO_LARGE
    assert written < ANSWER_MAX_BYTES * 2


async def test_a_huge_announced_answer_is_not_read(post: Post) -> None:
    """A Content-Length over the limit is refused before its first byte."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        await reader.read()

    async with raw_server(serve) as url:
        failed = await failure(post, request(url))

    assert failed.failure is Failure.TOO_LARGE


async def test_a_packed_answer_is_unpacked_within_the_limit(post: Post, partner: Partner) -> None:
    """A partner that packs without being asked is understood; a bomb is refused."""
    small, bomb = gzip.compress(b'{"status_code":1000}'), gzip.compress(bytes(ANSWER_MAX_BYTES * 10))
    partner.answer("GET", "/small", Reply(body=small, headers={"Content-Encoding": "gzip"}))
    partner.answer("GET", "/bomb", Reply(body=bomb, headers={"Content-Encoding": "gzip"}))

    answer = await post.send(request(partner.url + "/small", "GET", body=b""))
    failed = await failure(post, request(partner.url + "/bomb", "GET", body=b""))

    assert answer.body == b'{"status_code":1000}'
    assert "content-encoding" not in {name.lower() for name in answer.headers}
    assert failed.failure is Failure.TOO_LARGE
