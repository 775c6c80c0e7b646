"""Each harm of the proxy does what it says, to a real connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.faults.proxy import NO_HARM, Cut, Harm, Proxy
from tests.faults.wire import Said, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{'status_code':1000}"


class Server:
    """Answers every request, and counts them."""

    def __init__(self) -> None:
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.requests += 1
                writer.write(ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@pytest.fixture
async def server() -> Server:
    """Behind the proxy."""
    return Server()


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    """Without harm yet."""
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    async with Proxy("127.0.0.1", listening.sockets[0].getsockname()[1]) as made:
        yield made
    listening.close()


async def ask(proxy: Proxy, timeout_s: float = 5.0) -> Said:
    """One request over a connection of its own."""
    wire = Wire(proxy.port)
    try:
        return await wire.ask("GET", "/", {}, timeout_s=timeout_s)
    finally:
        wire.close()


async def test_without_harm_everything_passes(proxy: Proxy, server: Server) -> None:
    """What goes in comes out, on a connection that is kept."""
    wire = Wire(proxy.port)
    answers = [await wire.ask("GET", "/", {}) for _ in range(3)]
    wire.close()

    assert [one.body for one in answers] == [b"{'status_code':1000}"] * 3
    assert (server.requests, proxy.connections) == (3, 1)


@pytest.mark.parametrize(("cut", "arrived"), [(Cut.AT_ONCE, 0), (Cut.BEFORE_REQUEST, 0), (Cut.AFTER_REQUEST, 1)])
async def test_a_cut_is_where_it_should_be(proxy: Proxy, server: Server, cut: Cut, arrived: int) -> None:
    """The client sees a broken connection; whether the server saw the request is the difference."""
    proxy.harm = Harm(cut=cut)
    with pytest.raises(OSError, match=r".+"):
        await ask(proxy)
    proxy.harm = NO_HARM

    assert server.requests == arrived
    assert (await ask(proxy)).http_status == 200


async def test_a_black_hole_swallows(proxy: Proxy, server: Server) -> None:
    """The connection is made, and that is all."""
    proxy.harm = Harm(black_hole=True)
    with pytest.raises(TimeoutError):
        await ask(proxy, timeout_s=0.2)

    assert (proxy.connections, server.requests) == (1, 0)


async def test_an_answer_is_late(proxy: Proxy) -> None:
    """Each piece waits, there and back."""
    proxy.harm = Harm(delay_s=0.05)
    began_s = asyncio.get_running_loop().time()
    await ask(proxy)

    assert asyncio.get_running_loop().time() - began_s >= 0.1


async def test_an_answer_trickles(proxy: Proxy) -> None:
    """Byte after byte: whole in the end for who has the patience, too late for the others."""
    proxy.harm = Harm(trickle_bytes_per_s=1000)
    assert (await ask(proxy)).http_status == 200
    proxy.harm = replace(proxy.harm, trickle_bytes_per_s=10)
    with pytest.raises(TimeoutError):
        await ask(proxy, timeout_s=0.3)


async def test_an_answer_ends_too_early(proxy: Proxy, server: Server) -> None:
    """The server's side is closed before its answer is whole."""
    proxy.harm = Harm(half_close=True)
    with pytest.raises(ConnectionResetError):
        await ask(proxy)

    assert server.requests == 1
