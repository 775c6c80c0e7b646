"""Answers together are bounded, whoever sends them."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config import Settings
from hub.delivery import pool as pool_module
from hub.delivery.allowance import Allowance
from hub.delivery.answer import Failure, PostFailed
from hub.delivery.post import Post
from tests.hub.delivery.outside import raw_server, request

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3000\r\n\r\n"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 40)), max_size=60))
def test_nobody_takes_more_than_there_is(wanted: list[tuple[str, int]]) -> None:
    """One origin never has more than its own share, all together never more than theirs, and all of it comes back."""
    everyone = Allowance(100)
    own = {name: Allowance(60, everyone) for name in "ab"}
    taken = {"a": 0, "b": 0}
    for name, count in wanted:
        fits = taken[name] + count <= 60 and sum(taken.values()) + count <= 100
        try:
            own[name].take(count)
        except PostFailed:
            assert not fits
        else:
            assert fits
            taken[name] += count

    for name, count in taken.items():
        own[name].give_back(count)
    assert (everyone.left, own["a"].left, own["b"].left) == (100, 60, 60)


async def test_answers_that_wait_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """H4.03: of answers that come in at once only so many bytes are held; the rest fails as too large, and later ones pass."""
    monkeypatch.setattr(pool_module, "ORIGIN_MAX_BYTES", 5000)
    go_on = asyncio.Event()
    held = asyncio.Semaphore(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(HEAD + b" " * 2000)
        held.release()
        await go_on.wait()
        writer.write(b" " * 1000)

    async with Post(settings) as post, raw_server(serve) as url:
        async with asyncio.TaskGroup() as group:
            sent = [group.create_task(_outcome(post, url)) for _ in range(4)]
            for _ in sent:
                await held.acquire()
            refused = asyncio.as_completed(sent)
            for _ in range(2):
                assert await next(refused) is Failure.TOO_LARGE
            go_on.set()
        later = await _outcome(post, url)

    assert [one.result() for one in sent].count(Failure.TOO_LARGE) == 3
    assert later == 200


async def _outcome(post: Post, url: str) -> int | Failure:
    try:
        return (await post.send(request(url))).http_status
    except PostFailed as failed:
        return failed.failure
