"""Steps are timed and kept; whatever ends one badly becomes a sentence that names it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hub.demo.book import Book
from hub.demo.options import DemoFailed
from hub.demo.screen import Screen
from hub.demo.waiting import until


async def _well() -> str:
    return "17 of 17"


async def _refused() -> str:
    raise DemoFailed("the hub said no")


async def _refused_inside() -> str:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_refused())
    return ""


async def _never() -> str:
    await asyncio.Event().wait()
    return ""


@pytest.fixture
async def book() -> Book:
    """A book on a screen that is no terminal, with all processes alive."""
    return Book(Screen(), asyncio.get_running_loop().create_future())


async def test_a_step_is_kept_with_what_came_of_it(book: Book) -> None:
    """Name, sentence, time."""
    await book.play("handshake", "all register", _well())

    assert [(step.name, step.ok, step.said) for step in book.steps] == [("handshake", True, "17 of 17")]
    assert 0 <= book.steps[0].duration_s < 1


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (_refused, "the hub said no"),
        (_refused_inside, "the hub said no"),
        (_never, "not done within 0.05 s"),
    ],
)
async def test_a_step_that_fails_says_why(book: Book, work: Callable[[], Awaitable[str]], sentence: str) -> None:
    """Also from within a group of tasks, and when it takes too long."""
    with pytest.raises(DemoFailed, match=f"^stations: {sentence}$"):
        await book.play("stations", "all publish", work(), timeout_s=0.05)

    assert [(step.name, step.ok, step.said) for step in book.steps] == [("stations", False, sentence)]


async def test_a_process_that_ends_fails_the_step_at_once(book: Book) -> None:
    """Nobody waits for what can no longer come."""
    asyncio.get_running_loop().call_later(0.01, book.failure.set_result, "hub was ended by SIGKILL")

    with pytest.raises(DemoFailed, match=r"^stations: hub was ended by SIGKILL$"):
        await book.play("stations", "all publish", _never(), timeout_s=60)


async def test_a_process_that_has_ended_fails_the_next_step(book: Book) -> None:
    """Even when it ended between two steps."""
    book.failure.set_result("MapApp ended with exit code 1")

    with pytest.raises(DemoFailed, match="MapApp ended"):
        await book.play("stations", "all publish", _never(), timeout_s=60)


async def test_waiting_ends_with_what_was_waited_for() -> None:
    """The first answer that is something; without one, a sentence about what did not happen."""
    answers = iter([None, None, 3])

    async def ask() -> int | None:
        return next(answers)

    async def nothing() -> None:
        return None

    assert await until(ask, "that it is there") == 3
    with pytest.raises(DemoFailed, match=r"that it is there did not happen within 0.1 s"):
        await until(nothing, "that it is there", timeout_s=0.1)
