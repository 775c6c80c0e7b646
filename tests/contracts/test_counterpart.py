"""The server that a platform calls back: it answers, records, and cannot be filled or held up."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from contracts import counterpart as counterparts
from contracts.client import Client, Sent
from contracts.clock import monotonic_s
from contracts.counterpart import Called, CannotListen, Counterpart
from contracts.outcomes import CheckFailed


@pytest.fixture
async def counterpart() -> AsyncIterator[Counterpart]:
    """One on a free port."""
    async with Counterpart(roles=[{"role": "EMSP"}]) as one:
        yield one


async def ask(counterpart: Counterpart, path: str, *, token: str | None, method: str = "GET", body: bytes = b"") -> int:
    """HTTP status of one call."""
    async with Client(public_only=False) as client:
        return (await client.call(Sent(method=method, url=counterpart.url + path, token=token, body=body))).http


async def test_it_knows_its_tokens(counterpart: Counterpart) -> None:
    """A token that it issued opens it, raw or in Base64, and any other does not."""
    token = counterpart.issue()

    assert await ask(counterpart, "/versions", token=token) == 200
    assert await ask(counterpart, "/versions", token=base64.b64encode(token.encode()).decode()) == 401
    assert await ask(counterpart, "/versions", token=None) == 401
    assert counterpart.encodings == {"base64"}


async def test_calls_are_recorded_and_waited_for(counterpart: Counterpart) -> None:
    """A call wakes whoever waits for it, with its body parsed; one that never comes is a failed check."""
    token = counterpart.issue()
    waiting = asyncio.gather(counterpart.wait_for(lambda one: one.path == "/callback/1", 5, "the result"))
    await ask(counterpart, "/callback/1", token=token, method="POST", body=b'{"result": "ACCEPTED"}')

    (called,) = await waiting
    assert called.value()["body"] == {"result": "ACCEPTED"}
    with pytest.raises(CheckFailed, match="no such call came"):
        await counterpart.wait_for(lambda one: one.path == "/callback/2", 0.05, "another")


async def test_a_call_tells_with_which_token_it_came(counterpart: Counterpart) -> None:
    """One that it issued is named, decoded; another is not, and opens nothing."""
    token = counterpart.issue()
    await ask(counterpart, "/versions", token=token)
    await ask(counterpart, "/versions", token="another")

    assert [called["token"] for called in counterpart.since(0)] == [token, ""]


async def test_calls_since_an_instant(counterpart: Counterpart) -> None:
    """What came before does not count."""
    token = counterpart.issue()
    await ask(counterpart, "/versions", token=token)
    began_s = monotonic_s()
    await ask(counterpart, "/2.2.1", token=token)

    assert [called["path"] for called in counterpart.since(began_s)] == ["/2.2.1"]


async def test_a_script_comes_first(counterpart: Counterpart) -> None:
    """A scripted answer is given as often as said, then the usual one."""
    token = counterpart.issue()
    counterpart.script("GET", "/versions", 503, "{}", 1)

    assert [await ask(counterpart, "/versions", token=token) for _ in range(2)] == [503, 200]


async def test_what_is_not_below_its_address_is_nothing(counterpart: Counterpart) -> None:
    """Without the part of its address that nobody can guess there is nothing, and nothing is recorded."""
    async with Client(public_only=False) as client:
        got = await client.call(Sent(method="GET", url=f"http://127.0.0.1:{counterpart.port}/versions"))

    assert got.http == 404
    assert not counterpart.calls


def called(size: int) -> Called:
    """A recorded call of so many bytes."""
    return Called(method="POST", path="/", query="", headers={}, body=b"x" * (size - 1), at_s=0)


def test_what_is_recorded_is_bounded() -> None:
    """However many calls and however large: the newest are kept, in so many bytes."""
    many, large = Counterpart(), Counterpart()
    for _ in range(counterparts.CALLS_MAX + 10):
        many._remember(called(10))
    for _ in range(100):
        large._remember(called(counterparts.BODY_MAX_BYTES))

    assert len(many.calls) == counterparts.CALLS_MAX
    assert sum(one.size for one in large.calls) <= counterparts.CALLS_MAX_BYTES
    assert len(large.calls) == counterparts.CALLS_MAX_BYTES // counterparts.BODY_MAX_BYTES


@pytest.mark.parametrize(
    "sent",
    [
        b"no HTTP\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 10_000,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 1_000_000,
    ],
)
async def test_nonsense_ends_the_connection(counterpart: Counterpart, sent: bytes) -> None:
    """Whoever sends what is no HTTP, or too much of it, is left; others are served as before."""
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    reader, writer = await asyncio.open_connection("127.0.0.1", counterpart.port)
    writer.write(sent)
    await closed(reader)
    writer.close()
    asyncio.get_running_loop().set_exception_handler(None)

    assert faults == []
    assert await ask(counterpart, "/versions", token=counterpart.issue()) == 200


async def test_only_so_many_connections_at_once(counterpart: Counterpart) -> None:
    """One too many is closed at once; when the counterpart ends, so do all that are still open."""
    opened = [
        await asyncio.open_connection("127.0.0.1", counterpart.port) for _ in range(counterparts._CONNECTIONS_MAX)
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", counterpart.port)

    await closed(reader)
    await counterpart.__aexit__()
    for stream, _ in opened:
        await closed(stream)
    for _, one in [*opened, (reader, writer)]:
        one.close()


async def closed(reader: asyncio.StreamReader) -> None:
    """Wait until the other side has closed; raises TimeoutError when it does not."""
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            await reader.read()


async def test_an_address_that_is_taken(counterpart: Counterpart) -> None:
    """Two cannot listen at the same place, and the second says so."""
    with pytest.raises(CannotListen, match=f"127.0.0.1:{counterpart.port} cannot be listened on"):
        async with Counterpart(port=counterpart.port):
            pass


async def test_a_public_address(counterpart: Counterpart) -> None:
    """What the platform calls it is what its credentials and version details say."""
    counterpart.public_url = "https://cts.example/here/"
    token = counterpart.issue()
    async with Client(public_only=False) as client:
        local = f"http://127.0.0.1:{counterpart.port}{counterpart._prefix}"
        got = await client.call(Sent(method="GET", url=f"{local}/versions", token=token))

    assert counterpart.versions_url.startswith("https://cts.example/here/contract-")
    assert json.dumps(got.json["data"]).count("https://cts.example/here/contract-") == 1
