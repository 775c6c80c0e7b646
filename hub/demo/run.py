"""A whole demonstration: the opening, then the story once or traffic without end, and everything gone afterwards."""

import asyncio
import signal
from dataclasses import dataclass

from hub.clock import monotonic_s
from hub.demo import running
from hub.demo.app import tell_search
from hub.demo.book import Book, StepDone
from hub.demo.opening import open_stage
from hub.demo.options import DemoFailed, DemoOptions
from hub.demo.outage import tell_outage
from hub.demo.pages import show_pages
from hub.demo.screen import Screen
from hub.demo.stage import Stage
from hub.demo.story import tell_charging
from hub.demo.traffic import let_traffic_pass
from hub.demo.tries import Show, show_tries, tries


class Interrupted(Exception):
    """The person ended it before there was anything to see to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How it went: every step with its time; `failure` is the sentence of the one that failed, if any."""

    steps: tuple[StepDone, ...]
    duration_s: float
    failure: str = ""


def run_demo(options: DemoOptions, show: Show) -> Report:
    """Play it to its end, or until SIGINT or SIGTERM.

    Raises Interrupted when that came before the traffic began; nothing is left running or lying about in any case.
    """
    began_s = monotonic_s()
    running.sweep()
    screen = Screen()
    screen.say("hubctl demo · the same code as `hubctl serve`, a private MongoDB, gone at the end")
    try:
        return asyncio.run(_run(options, screen, show, began_s))
    finally:
        screen.stop()


async def _run(options: DemoOptions, screen: Screen, show: Show, began_s: float) -> Report:
    stop = _StopSignal()
    failure = ""
    steps: list[StepDone] = []
    try:
        async with Stage(options) as stage:
            book = Book(screen, stage.processes.failure)
            steps = book.steps
            try:
                await _play(stage, book, show, stop)
            except DemoFailed as failed:
                failure = str(failed)
            ending_s = monotonic_s()
            screen.begin("end", "everything is taken down")
    except asyncio.CancelledError:
        if stop.received:
            raise Interrupted from None
        raise
    steps.append(_ended(monotonic_s() - ending_s))
    screen.end(steps[-1].name, steps[-1].said, ok=True)
    return Report(steps=tuple(steps), duration_s=round(monotonic_s() - began_s, 3), failure=failure)


async def _play(stage: Stage, book: Book, show: Show, stop: "_StopSignal") -> None:
    await open_stage(stage, book)
    if stage.options.once:
        await tell_search(stage, book)
        await tell_charging(stage, book)
        await tell_outage(stage, book)
    else:
        running.announce(stage)
        await show_pages(stage, show)
        show_tries(await tries(stage), show)
        await let_traffic_pass(stage, show, stop.by_person)


def _ended(duration_s: float) -> StepDone:
    said = "every process has ended, the data is gone"
    return StepDone(name="end", ok=True, said=said, duration_s=round(duration_s, 3))


class _StopSignal:
    """SIGINT or SIGTERM: ends the traffic while somebody waits for that, else cancels the demonstration."""

    def __init__(self) -> None:
        self.received = False
        self._awaited = asyncio.Event()
        self._is_awaited = False
        self._main = asyncio.current_task()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._receive)

    async def by_person(self) -> None:
        """Wait for a signal."""
        self._is_awaited = True
        try:
            await self._awaited.wait()
        finally:
            self._is_awaited = False

    def _receive(self) -> None:
        self.received = True
        if self._is_awaited:
            self._awaited.set()
        elif self._main is not None:
            self._main.cancel()
