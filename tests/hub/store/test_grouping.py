"""Group commit: alone at once, together what comes meanwhile, each with its own outcome, nobody lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import Tasks
from hub.store.grouping import Grouped


class Trips:
    """Round trips that end when they are let."""

    def __init__(self) -> None:
        self.some: list[list[int]] = []
        self.open = asyncio.Event()
        self.fails = False

    async def __call__(self, some: Sequence[int]) -> list[int | Exception]:
        """Double each; odd hundreds fail alone."""
        self.some.append([*some])
        await self.open.wait()
        if self.fails:
            raise ConnectionError("away")
        return [ValueError(str(one)) if one >= 100 else 2 * one for one in some]


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """Owns the round trips."""
    owner = Tasks()
    yield owner
    await owner.close()


async def started(trips: Trips, number: int) -> None:
    """Wait for the `number`-th round trip to be under way."""
    while len(trips.some) < number:  # noqa: ASYNC110 - one turn of the loop each
        await asyncio.sleep(0)


async def test_who_comes_alone_goes_at_once(tasks: Tasks) -> None:
    """Nobody is kept waiting for company."""
    trips = Trips()
    trips.open.set()
    grouped = Grouped[int, int](trips, tasks, most=10)

    assert [await grouped(1), await grouped(2)] == [2, 4]
    assert trips.some == [[1], [2]]


async def test_what_comes_meanwhile_shares_the_next_trip(tasks: Tasks) -> None:
    """In the order in which it came, at most so many at once."""
    trips = Trips()
    grouped = Grouped[int, int](trips, tasks, most=3)
    async with asyncio.TaskGroup() as callers:
        first = callers.create_task(grouped(0))
        await started(trips, 1)
        others = [callers.create_task(grouped(number)) for number in range(1, 6)]
        await asyncio.sleep(0)
        trips.open.set()

    assert [first.result(), *(one.result() for one in others)] == [0, 2, 4, 6, 8, 10]
    assert trips.some == [[0], [1, 2, 3], [4, 5]]


async def test_trips_go_side_by_side_up_to_their_number(tasks: Tasks) -> None:
    """A third caller waits for one of two."""
    trips = Trips()
    grouped = Grouped[int, int](trips, tasks, most=10, at_once=2)
    async with asyncio.TaskGroup() as callers:
        for number in range(2):
            callers.create_task(grouped(number))
            await started(trips, number + 1)
        callers.create_task(grouped(2))
        await asyncio.sleep(0)
        under_way = [*trips.some]
        trips.open.set()

    assert under_way == [[0], [1]]
    assert trips.some == [[0], [1], [2]]


async def test_each_hears_its_own_outcome(tasks: Tasks) -> None:
    """One that fails fails alone; a trip that fails as a whole fails for all that were on it, and for no other."""
    trips = Trips()
    grouped = Grouped[int, int](trips, tasks, most=10)
    trips.open.set()
    outcomes = await asyncio.gather(grouped(1), grouped(100), grouped(2), return_exceptions=True)
    trips.fails = True
    failed = await asyncio.gather(grouped(1), grouped(2), return_exceptions=True)
    trips.fails = False

    assert (outcomes[0], str(outcomes[1]), outcomes[2]) == (2, "100", 4)
    assert [type(one) for one in failed] == [ConnectionError, ConnectionError]
    assert await grouped(3) == 6


async def test_who_stops_waiting_takes_back_what_was_not_sent(tasks: Tasks) -> None:
    """And disturbs nobody else."""
    trips = Trips()
    grouped = Grouped[int, int](trips, tasks, most=10)
    first = tasks.spawn(grouped(1), "first")
    await started(trips, 1)
    second, third = tasks.spawn(grouped(2), "second"), tasks.spawn(grouped(3), "third")
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    await asyncio.sleep(0)
    trips.open.set()

    assert await third == 6
    assert trips.some == [[1], [3]]


async def test_at_the_end_nobody_waits_for_ever(tasks: Tasks) -> None:
    """Closing cancels trips, and with them those who wait for them."""
    trips, callers = Trips(), Tasks()
    grouped = Grouped[int, int](trips, tasks, most=10)
    caller = callers.spawn(grouped(1), "caller")
    await started(trips, 1)
    await tasks.close()
    await asyncio.wait([caller])

    assert caller.cancelled()


@given(st.lists(st.integers(0, 99), max_size=40), st.integers(1, 7), st.integers(1, 3))
async def test_every_call_gets_its_answer(numbers: list[int], most: int, at_once: int) -> None:
    """Whatever comes together, in groups of whatever size."""
    tasks, trips = Tasks(), Trips()
    trips.open.set()
    grouped = Grouped[int, int](trips, tasks, most=most, at_once=at_once)
    answers = await asyncio.gather(*map(grouped, numbers))

    assert [*answers] == [2 * number for number in numbers]
    assert max(map(len, trips.some), default=0) <= most
    assert sorted(number for some in trips.some for number in some) == sorted(numbers)
