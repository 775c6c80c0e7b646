"""Connections are kept for a moment and no longer, and only while the partner keeps to HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hub.config import Settings
from hub.delivery import pool as pool_module
from hub.delivery.answer import Failure, PostFailed
from hub.delivery.post import Post
from tests.hub.delivery.outside import failure, raw_server, request

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Ended = Callable[[], Awaitable[None]]


class Server:
    """Answers each request with `answer`; knows how many connections came and how many ended."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.came = 0
        self.ended = asyncio.Semaphore(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.came += 1
        try:
            while True:
                await reader.readuntil(b"{}")
                writer.write(self.answer)
        except asyncio.IncompleteReadError:
            self.ended.release()


@asynccontextmanager
async def serving(answer: bytes = FINE) -> AsyncIterator[tuple[Server, str]]:
    """A server and its URL."""
    server = Server(answer)
    async with raw_server(server.serve) as url:
        yield server, url


async def test_a_connection_is_used_again(post: Post) -> None:
    """One request after the other goes over one connection."""
    async with serving() as (server, url):
        for _ in range(5):
            await post.send(request(url))

    assert server.came == 1


async def test_who_may_send_is_asked_again_once_the_connection_stands(post: Post) -> None:
    """D1: looking up a name and connecting take seconds, in which another process may have taken over: not a byte goes out."""
    came = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b""
        came.set()

    async with raw_server(listen) as url:
        with pytest.raises(PostFailed) as refused:
            await post.send(request(url), may_send=lambda: False)
        assert refused.value.failure is Failure.BUSY
        async with asyncio.timeout(5):
            await came.wait()
        assert post.under_way("p1") == 0


async def test_an_idle_connection_is_closed_after_its_time(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """A partner is not held up by connections that nobody uses."""
    monkeypatch.setattr(pool_module, "KEEP_ALIVE_S", 0.02)
    async with serving() as (server, url):
        await asyncio.gather(*(post.send(request(url)) for _ in range(2)))
        async with asyncio.timeout(5):
            await server.ended.acquire()
            await server.ended.acquire()

        assert (await post.send(request(url))).http_status == 200


@pytest.mark.parametrize(
    "answer",
    [
        FINE + FINE,
        FINE + b"and more",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_a_connection_that_may_not_be_used_again_is_closed(post: Post, answer: bytes) -> None:
    """What comes unasked behind an answer can never be taken for the answer to the next request."""
    async with serving(answer) as (server, url):
        answers = [await post.send(request(url)) for _ in range(2)]
        async with asyncio.timeout(5):
            await server.ended.acquire()

    assert [(one.http_status, one.body) for one in answers] == [(200, b"{}")] * 2
    assert server.came == 2


async def test_what_comes_while_nobody_asks_ends_the_connection(post: Post) -> None:
    """A late or forged answer finds nobody who waits for it."""
    pushed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(FINE)
        await pushed.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        await reader.read()

    async with raw_server(serve) as url:
        await post.send(request(url))
        pushed.set()
        await asyncio.sleep(0.05)
        answer = await post.send(request(url))

    assert answer.body == b"{}"


async def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    """A name with a dead address first costs a moment, not the message."""
    async with serving() as (server, url):
        port = int(url.rpartition(":")[2])
        answers = [(int(socket.AF_INET), "127.0.0.2"), (int(socket.AF_INET), "127.0.0.1")]
        async with Post(Settings(allow_private_urls=True), lookup=lambda _: answers) as post:
            answer = await post.send(request(f"http://partner.example:{port}/"))

    assert (answer.http_status, server.came) == (200, 1)


async def test_who_stops_waiting_ends_the_connection(post: Post) -> None:
    """A request that was given up leaves no answer behind for the next one."""
    asked = asyncio.Event()
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        asked.set()
        await reader.read()
        ended.set()

    async with raw_server(serve) as url, asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(post.send(request(url)))
        await asked.wait()
        sending.cancel()
        async with asyncio.timeout(5):
            await ended.wait()

    assert post.under_way("p1") == 0


async def test_a_line_end_in_a_header_goes_nowhere(post: Post) -> None:
    """Whatever slips through earlier checks cannot begin a header, or a request, of somebody's choosing."""
    async with serving() as (server, url):
        outbound = request(url)._replace(headers={"X-Correlation-ID": "a\r\nX-Evil: 1"})
        with pytest.raises(ValueError, match="line end"):
            await post.send(outbound)

        assert server.came == 0


async def test_a_connection_that_ends_in_the_middle_is_broken(post: Post) -> None:
    """Half an answer is no answer."""
    async with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}") as (_, url):
        failed = await failure(post, request(url, timeout_s=0.2))

    assert failed.failure is Failure.TIMEOUT
