"""The post office sends once, waits for a bounded time and answer, and follows nobody to another origin."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hub.config import Settings
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.post import Post
from hub.delivery.reading import ANSWER_MAX_BYTES
from hub.outbound import Outbound
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok
from hub.simulate.partner import Partner

TOKEN = "Token c2VjcmV0"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    """A post office that may call loopback."""
    async with Post(Settings(allow_private_urls=True, forwards_per_platform_max=2)) as post:
        yield post


@pytest.fixture
async def partner() -> AsyncIterator[Partner]:
    """The platform that is called."""
    async with Partner() as partner:
        yield partner


@asynccontextmanager
async def raw_server(serve: Serve) -> AsyncIterator[str]:
    """A TCP server that need not speak HTTP; gives its URL."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def request(url: str, method: str = "PUT", *, body: bytes = b"{}", timeout_s: float = 5.0) -> Outbound:
    """A request with a token and a body."""
    return Outbound(
        platform_id="p1", method=method, url=url, body=body, timeout_s=timeout_s, headers={"Authorization": TOKEN}
    )


async def failure(post: Post, outbound: Outbound) -> PostFailed:
    """The failure that this request ends with."""
    with pytest.raises(PostFailed) as caught:
        await post.send(outbound)
    return caught.value


async def test_a_request_goes_out_as_it_was_composed(post: Post, partner: Partner) -> None:
    """Path and query keep their encoding, the body its bytes; the hub asks for a plain answer and sends no cookie."""
    partner.answer("PUT", "/", ok({"a": 1}, headers={"Set-Cookie": "a=b", "X-Total-Count": "7"}))

    answer = await post.send(request(partner.url + "/a%2Fb/%c3%a9?x=1%2B2&y", body=b'{"price":0.10 }'))
    await post.send(request(partner.url + "/again", body=b""))

    first, second = partner.requests
    assert (answer.http_status, answer.headers["x-total-count"]) == (200, "7")
    assert answer.duration_ms > 0
    assert (first.method, first.target, first.body) == ("PUT", "/a%2Fb/%c3%a9?x=1%2B2&y", b'{"price":0.10 }')
    assert (first.headers["Authorization"], first.headers["Accept-Encoding"]) == (TOKEN, "identity")
    assert "Cookie" not in second.headers


async def test_a_redirect_on_the_same_origin_keeps_everything(post: Post, partner: Partner) -> None:
    """307 and 308 to the same scheme, host and port are followed with method, body and token."""
    partner.answer("PUT", "/old", Reply(status=307, headers={"Location": "/newer?x=1"}))
    partner.answer("PUT", "/newer", Reply(status=308, headers={"Location": partner.url + "/new%20est"}))
    partner.answer("PUT", "/new est", ok())

    answer = await post.send(request(partner.url + "/old", body=b"[1]"))

    last = partner.requests[-1]
    assert answer.http_status == 200
    assert (last.method, last.target, last.body) == ("PUT", "/new%20est", b"[1]")
    assert last.headers["Authorization"] == TOKEN


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (307, "http://localhost:{port}/x"),
        (308, "https://127.0.0.1:{port}/x"),
        (307, "http://127.0.0.1:1/x"),
        (307, "//evil.example/x"),
        (307, "http://user:pass@127.0.0.1:{port}/x"),
        (307, "http://[::1/x"),
        (307, "/x y"),
        (301, "/x"),
        (302, "/x"),
        (303, "/x"),
        (307, ""),
    ],
)
async def test_any_other_redirect_is_the_answer(post: Post, partner: Partner, status: int, location: str) -> None:
    """Another origin never sees the token, and a push never turns into a GET."""
    partner.answer("PUT", "/old", Reply(status=status, headers={"Location": location.format(port=partner.port)}))

    answer = await post.send(request(partner.url + "/old"))

    assert answer.http_status == status
    assert len(partner.requests) == 1


async def test_a_redirect_loop_ends(post: Post, partner: Partner) -> None:
    """After three redirects the answer is the redirect."""
    partner.answer("PUT", "/loop", Reply(status=307, headers={"Location": "/loop"}))

    answer = await post.send(request(partner.url + "/loop"))

    assert (answer.http_status, len(partner.requests)) == (307, 4)


async def test_nobody_listens(post: Post, partner: Partner) -> None:
    """A refused connection means: not connected, nothing sent; the reason names no address and no token."""
    await partner.stop()

    failed = await failure(post, request(partner.url + "/secret-path"))

    assert (failed.failure, failed.reason) == (Failure.NOT_CONNECTED, "no connection: Connection refused")


async def test_a_black_hole_is_not_connected(post: Post) -> None:
    """When not even a connection comes about in half of the time, nothing was sent."""
    async with full_backlog() as url:
        failed = await failure(post, request(url, timeout_s=0.3))

    assert (failed.failure, failed.reason) == (Failure.NOT_CONNECTED, "no connection in time")
    assert failed.duration_ms < 300


@asynccontextmanager
async def full_backlog() -> AsyncIterator[str]:
    """A listening socket whose queue is full: the kernel answers no further SYN."""
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


async def test_a_silent_partner_times_out(post: Post, partner: Partner) -> None:
    """H3.16: once the request is out, silence up to its own limit is a time-out: the outcome is unknown."""
    partner.fail(Fault.SLOW, slow_s=60)

    failed = await failure(post, request(partner.url, timeout_s=0.1))

    assert (failed.failure, failed.reason) == (Failure.TIMEOUT, "no whole answer within 0.1 s")
    assert 90 < failed.duration_ms < 1000


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


@pytest.mark.parametrize(("method", "sent"), [("GET", 3), ("PUT", 2), ("POST", 2), ("PATCH", 2), ("DELETE", 2)])
async def test_only_a_get_is_repeated_when_a_kept_connection_breaks(post: Post, method: str, sent: int) -> None:
    """H3.15: a push that went out on a connection that then died is not sent again; a GET is, once."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answered in (True, False):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            if answered:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    async with raw_server(serve) as url:
        await post.send(request(url, method, body=b""))
        outcome: Answer | PostFailed
        try:
            outcome = await post.send(request(url, method, body=b""))
        except PostFailed as failed:
            outcome = failed

    assert len(heads) == sent
    assert isinstance(outcome, Answer) == (method == "GET")


async def test_a_connection_that_was_closed_meanwhile_is_replaced(post: Post) -> None:
    """H3.15: nothing was sent yet, so the one reconnect is no repetition."""
    closed = asyncio.Event()
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"{}"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with raw_server(serve) as url:
        for _ in range(3):
            answer = await post.send(request(url))
            await closed.wait()
            await asyncio.sleep(0)

    assert (answer.http_status, len(heads)) == (200, 3)


async def test_too_many_requests_at_once_are_busy_at_once(post: Post, partner: Partner) -> None:
    """A slow platform fills its own places only, and a place is free again when its request ended."""
    partner.fail(Fault.SLOW, slow_s=60)
    partner.answer("PUT", "/", ok())
    slow = [asyncio.ensure_future(post.send(request(partner.url))) for _ in range(2)]  # noqa: TID251
    await partner.wait_until(lambda: len(partner.requests) == 2)

    failed = await failure(post, request(partner.url))
    partner.fail(Fault.NONE)
    answers = await asyncio.gather(*slow)

    assert failed.failure is Failure.BUSY
    assert [answer.http_status for answer in answers] == [200, 200]
    assert post.under_way("p1") == 0
    assert (await post.send(request(partner.url))).http_status == 200


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/", "nonsense", "/x"]
)
async def test_a_private_address_is_never_called(partner: Partner, url: str) -> None:
    """D4: without the setting, no connection to a private address is made."""
    async with Post(Settings(allow_private_urls=False)) as post:
        failed = await failure(post, request(url.format(port=partner.port)))

    assert failed.failure is Failure.NOT_CONNECTED
    assert not partner.requests


async def test_a_public_name_with_a_private_address_is_never_called(partner: Partner) -> None:
    """D4: the answer of the name server is checked when the connection is made, so a rebound name is refused."""
    async with Post(Settings(), lookup=lambda _: [(socket.AF_INET, "10.0.0.1")]) as post:
        failed = await failure(post, request(f"https://partner.example:{partner.port}/"))

    assert (failed.failure, failed.reason) == (Failure.NOT_CONNECTED, "10.0.0.1 is not a public address")


async def test_a_name_that_nobody_knows_is_not_connected() -> None:
    """A failed look-up says so."""

    def unknown(host: str) -> list[tuple[int, str]]:
        raise OSError(host)

    async with Post(Settings(), lookup=unknown) as post:
        failed = await failure(post, request("https://partner.example/"))

    assert (failed.failure, failed.reason) == (Failure.NOT_CONNECTED, "the name cannot be resolved")


async def test_a_certificate_that_nobody_signed_is_refused(partner: Partner) -> None:
    """TLS that does not verify is no connection."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 plain http\r\n\r\n")

    async with raw_server(plain) as url, Post(Settings(allow_private_urls=True)) as post:
        failed = await failure(post, request(url.replace("http:", "https:")))

    assert failed.failure is Failure.NOT_CONNECTED
    assert "TLS" in failed.reason
