"""The steps of a demonstration as they are played: each timed, shown, and kept for the table at the end."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from hub.clock import monotonic_s
from hub.demo.options import DemoFailed
from hub.demo.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """One step: what came of it, in a sentence, and how long it took."""

    name: str
    ok: bool
    said: str
    duration_s: float


class Book:
    """Plays steps one after the other; the first that fails ends the demonstration."""

    def __init__(self, screen: Screen, failure: asyncio.Future[str]) -> None:
        """`failure` is done, with a sentence, when nothing can go on any more."""
        self.screen = screen
        self.failure = failure
        self.steps: list[StepDone] = []

    async def play(self, name: str, doing: str, work: Awaitable[str], *, timeout_s: float = 30.0) -> None:
        """Do `work`, which returns what to say of it; raises DemoFailed when it fails or takes too long."""
        began_s = monotonic_s()
        self.screen.begin(name, doing)
        try:
            async with asyncio.timeout(timeout_s) as limit:

                def give_up(_: asyncio.Future[str]) -> None:
                    limit.reschedule(0)

                self.failure.add_done_callback(give_up)
                try:
                    said = await work
                finally:
                    self.failure.remove_done_callback(give_up)
        except (DemoFailed, TimeoutError, ExceptionGroup) as error:
            sentence = self.failure.result() if self.failure.done() else _sentence(error, timeout_s)
            self._keep(name, sentence, began_s, ok=False)
            raise DemoFailed(f"{name}: {sentence}") from error
        self._keep(name, said, began_s, ok=True)

    def _keep(self, name: str, said: str, began_s: float, *, ok: bool) -> None:
        done = StepDone(name=name, ok=ok, said=said, duration_s=round(monotonic_s() - began_s, 3))
        self.steps.append(done)
        self.screen.end(name, said, ok=ok)


def _sentence(error: BaseException, timeout_s: float) -> str:
    """The innermost reason; an error that nobody foresaw is named by its type."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, DemoFailed):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"not done within {timeout_s:g} s"
    return f"{type(error).__name__}: {error}"
