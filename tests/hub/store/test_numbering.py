"""Numbers that only grow, whoever asks."""

import asyncio

import pytest

from hub.store import numbering
from hub.store.driver import Database
from hub.store.numbering import BLOCK, Numbering


async def test_no_number_is_given_twice(database: Database) -> None:
    """Two processes that ask at once, many times: every number once, in each process in growing order."""
    one, other = Numbering(database, "objects"), Numbering(database, "objects")
    ours, theirs = await asyncio.gather(
        asyncio.gather(*(one.next() for _ in range(2 * BLOCK))),
        asyncio.gather(*(other.next() for _ in range(2 * BLOCK))),
    )

    assert len({*ours, *theirs}) == 4 * BLOCK
    assert ours == sorted(ours)
    assert theirs == sorted(theirs)


async def test_a_block_that_grew_old_is_let_go(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that inserts seldom does not insert before what others inserted since."""
    seldom, often = Numbering(database, "objects"), Numbering(database, "objects")
    monkeypatch.setattr(numbering, "BLOCK_LIFE_S", 0.0)
    numbers = [await numbers.next() for numbers in (seldom, often, seldom, often)]

    assert numbers == sorted(numbers)


async def test_counters_of_different_names_are_apart(database: Database) -> None:
    """Both begin at 1; a taken range has the length that was asked for."""
    objects, traces = Numbering(database, "objects"), Numbering(database, "traces")

    assert await objects.take(3) == range(1, 4)
    assert await traces.take(2) == range(1, 3)
    assert await objects.take(1) == range(4, 5)
