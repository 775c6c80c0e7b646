"""Cycles of dead objects go soon when they are new, and late when they had lasted; nothing else is looked through often."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Iterator

import pytest

from hub import cycles
from hub.clock import Tasks


class Ring:
    """Refers to itself: only the collector finds it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _every_turn(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cycles, "EVERY_S", 0.001)
    yield
    gc.unfreeze()


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """What runs in a test, ended after it."""
    owned = Tasks()
    yield owned
    await owned.close()


async def began(tasks: Tasks) -> None:
    """Collecting has looked once."""
    tasks.spawn(cycles.collect_forever(), "collect cycles")
    await asyncio.sleep(0)


async def test_a_new_cycle_goes_at_the_next_look(tasks: Tasks) -> None:
    """It is dead before anything set it aside."""
    gone = asyncio.Event()
    await began(tasks)
    weakref.finalize(Ring(), gone.set)

    await asyncio.wait_for(gone.wait(), 10)


async def test_what_had_lasted_goes_when_all_is_looked_through(tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at the looks in between, which do not see it; at the long one, which does."""
    kept, gone = [Ring()], asyncio.Event()
    weakref.finalize(kept[0], gone.set)
    await began(tasks)
    kept.clear()
    gc.collect()

    assert not gone.is_set()
    await tasks.close()
    monkeypatch.setattr(cycles, "ALL_EVERY_S", 0.002)
    await began(tasks)
    await asyncio.wait_for(gone.wait(), 10)


async def test_python_does_not_look_through_everything_by_itself_meanwhile(tasks: Tasks) -> None:
    """Its own thresholds come back at the end."""
    before = gc.get_threshold()
    await began(tasks)

    assert gc.get_threshold()[:2] == before[:2]
    assert gc.get_threshold()[2] > 100_000
    await tasks.close()

    assert gc.get_threshold() == before
