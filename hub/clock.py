"""The only source of time and of tasks, so that every other file can be tested without waiting."""

import asyncio
import os
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog

_CANCEL_AGAIN_S = 0.5
_IDS_AT_ONCE = 256
_chance: list[str] = []
os.register_at_fork(after_in_child=_chance.clear)  # two processes must not give out the same ids
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def now_utc() -> datetime:
    """Return this instant as an aware UTC datetime, cut to milliseconds (what MongoDB keeps)."""
    return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


def epoch_ms(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def epoch_s() -> int:
    """Whole seconds since 1970, now."""
    return int(time.time())


def monotonic_s() -> float:
    """Return seconds of a clock that never jumps; only differences mean something."""
    return time.monotonic()


class Tasks:
    """Owns background tasks: none is lost to the garbage collector, none fails unseen, all end with `close`."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, object], name: str) -> asyncio.Task[Any]:
        """Run `work` in the background; an exception in it is logged with its traceback."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().error("task_failed", task=task.get_name(), exc_info=error)

    def __len__(self) -> int:
        return len(self._tasks)

    async def join(self) -> None:
        """Wait until every task that runs now has ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Cancel what still runs, and what that starts while it ends, and wait for it.

        Again and again: `asyncio.wait_for` of Python 3.11, which the database driver uses, may swallow a cancellation that
        comes as its work is done.
        """
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(set(self._tasks), timeout=_CANCEL_AGAIN_S)


def new_id() -> str:
    """Return a fresh message id: a random UUID (version 4), which OCPI advises, in a tenth of the time of uuid.uuid4.

    It names things and keeps nothing secret: chance is fetched from the operating system for many at once.
    """
    try:
        digits = _chance.pop()
    except IndexError:
        fetched = os.urandom(16 * _IDS_AT_ONCE).hex()
        _chance.extend(fetched[start : start + 32] for start in range(0, len(fetched), 32))
        digits = _chance.pop()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"
