"""Requests that make a receiver act: kept once for all processes, with their answers."""

import asyncio
from dataclasses import replace

from hub.store.guarding import Acted
from hub.store.protocols import Store
from tests.hub.store.samples import NOON

REQUEST = Acted(key="k", body="b", at=NOON)


async def test_one_of_many_takes_it(store: Store) -> None:
    """However many ask at once, one is told that it is the first; the others see what it left."""
    found = await asyncio.gather(*(store.requests.take(REQUEST) for _ in range(8)))

    assert sorted(found, key=repr) == sorted([None, *[REQUEST] * 7], key=repr)


async def test_the_answer_is_kept(store: Store) -> None:
    """Who comes later gets the body and both statuses, and not its own."""
    await store.requests.take(REQUEST)
    await store.requests.answered("k", b'{"data": 1}', 200, 1000)

    assert await store.requests.take(replace(REQUEST, body="other")) == replace(
        REQUEST, reply=b'{"data": 1}', http_status=200, ocpi_status=1000
    )


async def test_what_was_forgotten_may_come_again(store: Store) -> None:
    """It is the first once more; an answer that comes late to what was forgotten is dropped."""
    await store.requests.take(REQUEST)
    await store.requests.forget("k")
    await store.requests.answered("k", b"{}", 200, 1000)

    assert await store.requests.take(REQUEST) is None
