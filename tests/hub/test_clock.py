"""The clock and the tasks: time that MongoDB can keep, and no task that is lost or fails unseen."""

import asyncio
import uuid
from datetime import UTC, datetime

from structlog.testing import capture_logs

from hub.clock import Tasks, monotonic_s, new_id, now_utc


def test_now_is_aware_and_whole_in_milliseconds() -> None:
    """What is stored comes back equal."""
    before = datetime.now(UTC)  # noqa: TID251
    instant = now_utc()

    assert instant.utcoffset() == UTC.utcoffset(None)
    assert instant.microsecond % 1000 == 0
    assert abs((instant - before).total_seconds()) < 60


def test_the_monotonic_clock_never_goes_back() -> None:
    """Differences of it are durations."""
    read = [monotonic_s() for _ in range(1000)]

    assert read == sorted(read)


def test_ids_are_uuids_and_never_the_same() -> None:
    """H1.21: every message id that the hub makes is a fresh UUID."""
    made = [new_id() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert {str(uuid.UUID(one)) for one in made} == set(made)


async def test_a_task_runs_and_is_let_go() -> None:
    """Spawned work is counted until it has ended, and `join` waits for that."""
    tasks, ended = Tasks(), []

    async def work() -> None:
        await asyncio.sleep(0)
        ended.append("work")

    task = tasks.spawn(work(), "work")
    assert (len(tasks), task.get_name()) == (1, "work")
    await tasks.join()

    assert ended == ["work"]
    assert len(tasks) == 0


async def test_a_task_that_fails_is_logged_and_harms_no_other() -> None:
    """Its name and its exception are in the log, the others run on."""
    tasks = Tasks()
    ended = asyncio.Event()

    async def fail() -> None:
        raise RuntimeError("broken")

    async def work() -> None:
        await asyncio.sleep(0)
        ended.set()

    with capture_logs() as logged:
        tasks.spawn(fail(), "fails")
        tasks.spawn(work(), "works")
        await tasks.join()

    assert ended.is_set()
    assert [(line["event"], line["task"], str(line["exc_info"])) for line in logged] == [
        ("task_failed", "fails", "broken")
    ]


async def test_join_waits_for_what_tasks_start() -> None:
    """Work that spawns work is waited for too."""
    tasks, ended = Tasks(), []

    async def grandchild() -> None:
        await asyncio.sleep(0)
        ended.append("grandchild")

    async def child() -> None:
        tasks.spawn(grandchild(), "grandchild")

    tasks.spawn(child(), "child")
    await tasks.join()

    assert ended == ["grandchild"]


async def test_closing_cancels_what_runs_and_says_nothing() -> None:
    """After `close` nothing runs; a cancelled task has cleaned up, and is no failure."""
    tasks, cleaned = Tasks(), []
    unhandled: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.append("endless")

    with capture_logs() as logged:
        task = tasks.spawn(endless(), "endless")
        await asyncio.sleep(0)
        await tasks.close()
    asyncio.get_running_loop().set_exception_handler(None)

    assert unhandled == []
    assert task.cancelled()
    assert cleaned == ["endless"]
    assert len(tasks) == 0
    assert logged == []


async def test_closing_ends_what_is_started_meanwhile() -> None:
    """A task that starts another while it is cancelled does not keep the hub from stopping."""
    tasks = Tasks()

    async def endless() -> None:
        await asyncio.Event().wait()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            tasks.spawn(endless(), "late")

    tasks.spawn(stubborn(), "stubborn")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await tasks.close()

    assert len(tasks) == 0
