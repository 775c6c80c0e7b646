"""Waiting for what happens in other processes: ask until it is so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.demo.options import DemoFailed

_POLL_S = 0.05
_T = TypeVar("_T")


async def until(probe: Callable[[], Awaitable[_T | None]], what: str, *, timeout_s: float = 20.0) -> _T:
    """Ask `probe` until it returns something; raises DemoFailed that says `what` did not happen."""
    try:
        async with asyncio.timeout(timeout_s):
            while (found := await probe()) is None:  # noqa: ASYNC110 - no event of another process can be awaited
                await asyncio.sleep(_POLL_S)
            return found
    except TimeoutError:
        raise DemoFailed(f"{what} did not happen within {timeout_s:g} s") from None
