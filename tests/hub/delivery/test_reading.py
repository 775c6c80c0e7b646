"""An answer is as hostile as the partner: it is bounded in size and in time, whatever it says of itself."""

import asyncio
import gzip
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.delivery.answer import Failure, PostFailed
from hub.delivery.post import Post
from hub.delivery.reading import ANSWER_MAX_BYTES, Reader
from hub.simulate.messages import Reply
from hub.simulate.partner import Partner
from tests.hub.delivery.outside import failure, raw_server, request


async def test_an_answer_that_drips_times_out(post: Post) -> None:
    """SEC-19: The limit counts to the last byte of the body, not to the first."""

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
    """SEC-19: A chunked answer without an end costs no more than the limit and no more than the time."""
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
    """SEC-19: A partner that packs without being asked is understood; a bomb is refused."""
    small, bomb = gzip.compress(b'{"status_code":1000}'), gzip.compress(bytes(ANSWER_MAX_BYTES * 10))
    partner.answer("GET", "/small", Reply(body=small, headers={"Content-Encoding": "gzip"}))
    partner.answer("GET", "/bomb", Reply(body=bomb, headers={"Content-Encoding": "gzip"}))

    answer = await post.send(request(partner.url + "/small", "GET", body=b""))
    failed = await failure(post, request(partner.url + "/bomb", "GET", body=b""))

    assert answer.body == b'{"status_code":1000}'
    assert "content-encoding" not in {name.lower() for name in answer.headers}
    assert failed.failure is Failure.TOO_LARGE


PARTS = st.lists(st.binary(max_size=40), max_size=6)


def written(parts: list[bytes], form: str) -> bytes:
    """An answer whose body is the parts, in one of the three ways in which HTTP says where it ends."""
    body = b"".join(parts)
    if form == "chunked":
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part)
        return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Own: 1\r\n\r\n" + chunks + b"0\r\nX-Last: 2\r\n\r\n"
    if form == "length":
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Own: 1\r\n\r\n%b" % (len(body), body)
    return b"HTTP/1.1 200 OK\r\nX-Own: 1\r\n\r\n" + body


@given(
    parts=PARTS,
    form=st.sampled_from(["chunked", "length", "end"]),
    cuts=st.lists(st.integers(0, 400)),
    early=st.booleans(),
)
def test_an_answer_is_the_same_however_it_is_cut(parts: list[bytes], form: str, cuts: list[int], early: bool) -> None:
    """The network may deliver it in any pieces, after any interim answer: the same status, headers and body come out."""
    sent = (b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" if early else b"") + written(parts, form)
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    reader = Reader()
    whole = [reader.feed(sent[start:end]) for start, end in pairwise(edges) if start < end]
    http_status, headers, body = reader.answer()

    assert (http_status, headers["x-own"], "Link" in headers, body) == (200, "1", False, b"".join(parts))
    assert whole[-1] == (form != "end")
    assert reader.ends_here() == (form == "end")
    assert reader.reusable == (form != "end")


@given(st.binary(max_size=300))
def test_no_bytes_harm_the_reader(sent: bytes) -> None:
    """Whatever comes, it is an answer, part of one, or BROKEN: no other fault."""
    reader = Reader()
    with suppress(PostFailed):
        reader.feed(b"HTTP/1.1 200 OK\r\n" + sent)
    with suppress(PostFailed):
        Reader().feed(sent)


async def test_an_answer_may_last_until_the_connection_ends(post: Post) -> None:
    """Old servers say neither a length nor chunks; an announced length that does not come is broken."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b'HTTP/1.0 200 OK\r\n\r\n{"status_code":1000}')

    async with raw_server(serve) as url:
        answer = await post.send(request(url))

    assert answer.body == b'{"status_code":1000}'
