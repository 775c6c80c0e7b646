"""The load begins when it is due, and one delay is felt by everyone who came during it."""

import asyncio

from tests.faults.open_loop import Timing, due_times_s, open_loop

STALL_S = 0.3


def test_the_same_seed_gives_the_same_load() -> None:
    """A run can be repeated; the rate is what was asked for, and never is it even."""
    times = due_times_s(100.0, 20.0, 7)

    assert times == due_times_s(100.0, 20.0, 7) != due_times_s(100.0, 20.0, 8)
    assert times == sorted(times)
    assert 1800 < len(times) < 2200
    assert times[-1] < 20.0


async def test_one_stall_counts_for_all_who_came_during_it() -> None:
    """A closed loop would have seen one slow answer; here each intended start during the stall is late."""
    timing = Timing()
    turn = asyncio.Lock()

    async def send(number: int, began_s: float) -> None:
        async with turn:  # one after the other, as a server that stands still
            if number == 10:
                await asyncio.sleep(STALL_S)
        timing.add(began_s, good=True)

    shed = await open_loop([number * 0.001 for number in range(100)], send)

    assert (shed, len(timing.latencies_ms), timing.failed) == (0, 100, 0)
    assert sum(latency_ms > STALL_S * 1000 / 2 for latency_ms in timing.latencies_ms) > 50
    assert timing.percentile_ms(99) >= STALL_S * 1000 * 0.9


async def test_failures_are_counted() -> None:
    """What was not good is told beside the latencies; nothing sent has no percentile."""
    timing = Timing()

    async def send(number: int, began_s: float) -> None:
        timing.add(began_s, good=number % 2 == 0)

    await open_loop([0.0] * 10, send)

    assert timing.failed == 5
    assert Timing().percentile_ms(99) == 0.0
