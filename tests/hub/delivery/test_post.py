"""The post office sends once, waits for a bounded time and answer, and follows nobody to another origin."""

import asyncio
import socket
from pathlib import Path

import pytest

from hub.config import Settings
from hub.delivery.answer import Answer, Failure, PostFailed
from hub.delivery.post import Post
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok
from hub.simulate.partner import Partner
from hub.tls import ClientTls
from tests.hub.delivery.outside import TOKEN, certificates, failure, full_backlog, raw_server, request


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


async def test_a_silent_partner_times_out(post: Post, partner: Partner) -> None:
    """H3.16: once the request is out, silence up to its own limit is a time-out: the outcome is unknown."""
    partner.fail(Fault.SLOW, slow_s=60)

    failed = await failure(post, request(partner.url, timeout_s=0.1))

    assert (failed.failure, failed.reason) == (Failure.TIMEOUT, "no whole answer within 0.1 s")
    assert 90 < failed.duration_ms < 1000


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


async def test_tls_is_verified(tmp_path: Path) -> None:
    """A certificate of a known authority for the right name is a connection; anything else is none."""
    tls = ClientTls()
    tls.context, server = certificates(tmp_path, "localhost")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    settings = Settings(allow_private_urls=True)
    async with raw_server(serve, server) as url:
        port = url.rpartition(":")[2]
        async with Post(settings, tls=tls) as trusting, Post(settings) as strict:
            answer = await trusting.send(request(f"https://localhost:{port}/"))
            other_name = await failure(trusting, request(f"https://127.0.0.1:{port}/"))
            stranger = await failure(strict, request(f"https://localhost:{port}/"))

    assert answer.http_status == 200
    for failed in (other_name, stranger):
        assert failed.failure is Failure.NOT_CONNECTED
        assert "TLS" in failed.reason


async def test_plain_http_on_a_tls_port_is_no_connection() -> None:
    """What does not speak TLS is not spoken to."""

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 plain http\r\n\r\n")

    async with raw_server(plain) as url, Post(Settings(allow_private_urls=True)) as post:
        failed = await failure(post, request(url.replace("http:", "https:")))

    assert failed.failure is Failure.NOT_CONNECTED
    assert "TLS" in failed.reason
