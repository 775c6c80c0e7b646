"""One connection: every request is answered in its order, and nothing that a client does or leaves holds it open for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
import structlog
import uvloop

from hub.clock import monotonic_s
from hub.incoming.connection import UNREAD_MAX_BYTES, Connection, Listening
from hub.wire.errors import OcpiError
from hub.wire.message import Inbound, Reply

_SHORT_S = 0.2
_WAIT_S = 10.0


class _Others(asyncio.Protocol):
    """Takes connections over: says what it got."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"others got " + data)


class _Watched(Connection):
    """Tells when it has ended."""

    __slots__ = ("_ended",)

    def __init__(self, house: "_House") -> None:
        super().__init__(house.listening)
        self._ended = house.ended

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self._ended.set()


class _House:
    """A listener whose answers a test decides."""

    def __init__(self, *, silence_s: float = 5.0, linger_s: float = 5.0) -> None:
        self.listening = Listening(
            handle=self.handle,
            others=_Others,
            header_timeout_s=5.0,
            body_timeout_s=5.0,
            silence_s=silence_s,
            linger_s=linger_s,
        )
        self.seen: list[Inbound] = []
        self.go = asyncio.Event()
        self.go.set()
        self.came, self.ended = asyncio.Event(), asyncio.Event()
        self.reads_max = 1_000_000
        self.answer = b""
        """Instead of the request's body."""
        self.headers: dict[str, str] = {}
        self.port = 0

    async def handle(self, inbound: Inbound) -> Reply:
        self.seen.append(inbound)
        self.came.set()
        await self.go.wait()
        try:
            body = await inbound.read_body(self.reads_max) if self.reads_max else b""
        except OcpiError as refusal:
            return Reply(http_status=refusal.http_status)
        return Reply(body=self.answer or b"%b %b" % (inbound.path.encode(), body), headers=self.headers)


@asynccontextmanager
async def _open(house: _House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = await asyncio.get_running_loop().create_server(lambda: _Watched(house), "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        async with asyncio.timeout(_WAIT_S):
            yield reader, writer
    finally:
        house.go.set()
        writer.close()
        await asyncio.gather(*(one.shut(1) for one in list(house.listening.connections)))
        server.close()
        await server.wait_closed()


def _request(path: str = "/ocpi/versions", body: bytes = b"", *lines: str, method: str = "PUT") -> bytes:
    length = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: h", *length, *lines]).encode() + b"\r\n\r\n" + body


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head and body of the next one."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
    return head, await reader.readexactly(length)


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """Until the connection has ended in whichever way."""
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


async def test_requests_that_come_together_are_answered_in_order() -> None:
    """Pipelined in one piece, behind one that takes its time, and one by one: each gets its own answer, in its turn."""
    house = _House()
    async with _open(house) as (reader, writer):
        house.go.clear()
        writer.write(_request("/ocpi/1", b"a") + _request("/ocpi/2", b"b"))
        await house.came.wait()
        writer.write(_request("/ocpi/3", b"c") + _request("/ocpi/4")[:10])
        house.go.set()
        got = [(await _answer(reader))[1] for _ in range(3)]
        writer.write(_request("/ocpi/4")[10:])
        got.append((await _answer(reader))[1])

    assert got == [b"/1 a", b"/2 b", b"/3 c", b"/4 "]


async def test_only_one_request_of_a_connection_is_handled_at_a_time() -> None:
    """Whoever sends many without waiting gets no more of the hub than others do, and is not read on without end."""
    house = _House()
    async with _open(house) as (reader, writer):
        house.go.clear()
        writer.write(_request("/ocpi/1"))
        await house.came.wait()
        many = _request("/ocpi/2", b"x" * 1000) * 40_000
        writer.write(many)
        with pytest.raises(TimeoutError):  # its sender stands still: nobody takes that in
            async with asyncio.timeout(_SHORT_S):
                await writer.drain()
        (connection,) = house.listening.connections
        assert len(house.seen) == 1
        assert len(connection._held) < UNREAD_MAX_BYTES + 300_000
        house.go.set()
        for _ in range(40_001):
            await _answer(reader)

    assert len(house.seen) == 40_001


async def test_what_is_not_ocpi_goes_on_to_others() -> None:
    """From its first byte, on a fresh connection, byte by byte, or after answered requests."""
    house = _House()
    health = _request("/health", method="GET")
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1"))
        first = await _answer(reader)
        writer.write(health)
        second = await reader.readexactly(len(b"others got " + health))
        other_reader, other = await asyncio.open_connection("127.0.0.1", house.port)
        for byte in health:
            other.write(bytes([byte]))
            await asyncio.sleep(0)
        third = await other_reader.readuntil(b" /health")
        other.close()

    assert first[1] == b"/1 "
    assert second == b"others got " + health
    assert third == b"others got GET /health"
    assert not house.listening.connections


async def test_what_is_not_ocpi_behind_an_open_question_has_to_come_again() -> None:
    """In one piece with a request that was not answered yet: that one is answered, then the connection ends."""
    house = _House()
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1") + _request("/health", method="GET"))
        got = await reader.read()

    assert got.count(b"HTTP/1.1 200 OK") == 1
    assert got.endswith(b"/1 ")


async def test_head_has_no_body() -> None:
    """And the answer after it begins where it should."""
    async with _open(_House()) as (reader, writer):
        writer.write(_request("/ocpi/1", method="HEAD") + _request("/ocpi/2"))
        head = await reader.readuntil(b"\r\n\r\n")
        after = await _answer(reader)

    assert b"Content-Length: 3\r\n" in head
    assert after[1] == b"/2 "


async def test_a_body_is_called_for_when_it_is_wanted() -> None:
    """100 Continue goes out when somebody reads; who is refused before sends nothing, and the connection ends."""
    house = _House()
    expecting = _request("/ocpi/1", b"{}", "Expect: 100-continue")
    async with _open(house) as (reader, writer):
        writer.write(expecting[:-2])
        called = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"{}")
        taken = await _answer(reader)
        house.reads_max = 0
        writer.write(expecting[:-2])
        refused = await reader.read()

    assert called == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert taken[1] == b"/1 {}"
    assert b"100 Continue" not in refused
    assert b"Connection: close" in refused


async def test_old_clients_and_those_that_say_close() -> None:
    """HTTP/1.0 and Connection: close end with the answer, and what comes behind it is not read; keep-alive is said and kept."""
    for line in ("GET /ocpi/1 HTTP/1.0\r\n\r\n", "GET /ocpi/1 HTTP/1.1\r\nConnection: close\r\n\r\n"):
        async with _open(_House()) as (reader, writer):
            writer.write(line.encode() + b"GET /ocpi/2 HTTP/1.1\r\n\r\n")
            got = await reader.read()
        assert got.count(b"HTTP/1.1 200 OK") == 1
        assert b"Connection: close" in got
    async with _open(_House()) as (reader, writer):
        for _ in range(2):
            writer.write(b"GET /ocpi/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            head, _ = await _answer(reader)
            assert b"Connection: keep-alive" in head


async def test_who_is_answered_early_may_send_the_rest_and_read_the_answer() -> None:
    """A body that nobody wanted is let go by, for as long as linger_s, and then the connection ends."""
    house = _House(linger_s=_SHORT_S)
    house.reads_max = 10
    for sent in (b"x" * 5_000_000, b"x" * 1000):
        async with _open(house) as (reader, writer):
            began_s = monotonic_s()
            writer.write(_request("/ocpi/1", b"x" * 5_000_000)[:-5_000_000] + sent)
            got = await reader.read()
        assert got.startswith(b"HTTP/1.1 413 ")
        assert monotonic_s() - began_s < _WAIT_S / 2


async def test_a_body_that_nobody_reads_stays_with_its_sender() -> None:
    """While a handler is busy with something else, a large body is not taken into memory."""
    house = _House()
    house.go.clear()
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1", b"x" * 50_000_000))
        await house.came.wait()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(_SHORT_S):
                await writer.drain()
        house.reads_max, house.answer = 60_000_000, b"whole"
        house.go.set()
        assert (await _answer(reader))[1] == b"whole"


async def test_a_client_that_takes_no_answer_is_let_go() -> None:
    """After silence_s without a byte taken."""
    house = _House(silence_s=_SHORT_S)
    house.answer = b"x" * 50_000_000
    async with _open(house) as (_, writer):
        writer.write(_request("/ocpi/1"))
        await house.came.wait()
        await house.ended.wait()

    assert not house.listening.connections


async def test_a_request_that_takes_long_is_no_silence() -> None:
    """A connection whose request is being worked on stays, and is silent only from its answer on."""
    house = _House(silence_s=_SHORT_S)
    house.go.clear()
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1"))
        await asyncio.sleep(_SHORT_S * 3)
        house.go.set()
        answered = await _answer(reader)
        began_s = monotonic_s()
        rest = await reader.read()

    assert answered[1] == b"/1 "
    assert rest == b""
    assert monotonic_s() - began_s < _SHORT_S * 5


async def test_what_is_broken_is_refused_and_the_connection_ends() -> None:
    """After the answers to what came before it; the reason quotes nothing."""
    async with _open(_House()) as (reader, writer):
        writer.write(_request("/ocpi/1") + b"GET /ocpi/2 HTTP/1.1\r\nX-A : secret\r\n\r\n")
        first = await _answer(reader)
        rest = await reader.read()

    assert first[1] == b"/1 "
    assert rest.startswith(b"HTTP/1.1 400 ")
    assert b"secret" not in rest
    assert b"Connection: close" in rest


async def test_an_end_waits_for_what_is_under_way() -> None:
    """A hub that stops answers what it has begun, says that the connection ends, and waits no longer than it is told."""
    house = _House()
    house.go.clear()
    async with _open(house) as (reader, writer):
        idle_reader, idle = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(_request("/ocpi/1"))
        await house.came.wait()
        async with asyncio.TaskGroup() as ending:
            for one in list(house.listening.connections):
                ending.create_task(one.shut(5))
            assert await idle_reader.read() == b""
            house.go.set()
            got = await reader.read()
        idle.close()

    assert got.endswith(b"/1 ")
    assert b"Connection: close" in got


async def test_an_end_waits_for_a_body_too() -> None:
    """A request that was half here when the hub was told to stop arrives whole, and is answered."""
    house = _House()
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1", b"ab")[:-1])
        await house.came.wait()
        async with asyncio.TaskGroup() as ending:
            (one,) = house.listening.connections
            ending.create_task(one.shut(5))
            await asyncio.sleep(0)
            writer.write(b"b")
            got = await reader.read()

    assert got.endswith(b"/1 ab")


async def test_an_end_does_not_wait_for_ever() -> None:
    """What is not done in time is cancelled, and its client sees the connection end."""
    house = _House()
    house.go.clear()
    async with _open(house) as (reader, writer):
        writer.write(_request("/ocpi/1"))
        await house.came.wait()
        (one,) = house.listening.connections
        await one.shut(_SHORT_S)
        got = await _rest(reader)

    assert got == b""
    assert not house.listening.connections


async def test_a_client_that_left_changes_nothing_for_its_request() -> None:
    """What it asked for is done to its end; nobody is told."""
    house = _House()
    house.go.clear()
    async with _open(house) as (_, writer):
        writer.write(_request("/ocpi/1"))
        await house.came.wait()
        (one,) = house.listening.connections
        writer.close()
        await house.ended.wait()
        house.go.set()
        await one.shut(5)

    assert len(house.seen) == 1


async def test_an_answer_that_cannot_be_written_ends_the_connection() -> None:
    """Nothing of it is sent, and the log says why."""
    house = _House()
    house.headers = {"Link": "1\r\nX-Evil: 1"}
    with structlog.testing.capture_logs() as logged:
        async with _open(house) as (reader, writer):
            writer.write(_request("/ocpi/1"))
            got = await _rest(reader)

    assert got == b""
    assert [one["event"] for one in logged] == ["connection_failed"]


@pytest.mark.parametrize(
    "promise",
    [
        test_requests_that_come_together_are_answered_in_order,
        test_only_one_request_of_a_connection_is_handled_at_a_time,
        test_what_is_not_ocpi_goes_on_to_others,
        test_a_body_is_called_for_when_it_is_wanted,
        test_a_body_that_nobody_reads_stays_with_its_sender,
        test_a_client_that_takes_no_answer_is_let_go,
        test_what_is_broken_is_refused_and_the_connection_ends,
        test_an_end_waits_for_what_is_under_way,
        test_an_end_does_not_wait_for_ever,
    ],
)
async def test_it_is_the_same_on_the_loop_that_serves(promise: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A hub runs on uvloop, these tests on asyncio's own: transports of both keep these promises."""
    await asyncio.to_thread(uvloop.run, promise())
