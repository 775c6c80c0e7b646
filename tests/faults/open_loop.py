"""An open-loop load: requests begin when they are due, whatever became of earlier ones, and are timed from then.

A closed loop waits for a slow answer before it sends the next request, and so measures one delay where a hundred users had one.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from hub.clock import Tasks, monotonic_s

UNDER_WAY_MAX = 5_000


@dataclass(slots=True)
class Timing:
    """Latencies from the intended start, and what failed."""

    latencies_ms: list[float] = field(default_factory=list)
    failed: int = 0
    shed: int = 0
    """Not sent, because UNDER_WAY_MAX were under way: the load itself was too much for this machine."""

    def percentile_ms(self, percent: float) -> float:
        """Latency that `percent` of the requests did not exceed; 0 for none."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0

    def include(self, other: "Timing") -> None:
        """What another one measured, too."""
        self.latencies_ms += other.latencies_ms
        self.failed += other.failed
        self.shed += other.shed

    def add(self, began_s: float, *, good: bool) -> None:
        """One request that ends now."""
        self.latencies_ms.append((monotonic_s() - began_s) * 1000)
        self.failed += not good


def due_times_s(rate_per_s: float, seconds: float, seed: int) -> list[float]:
    """When requests begin, from 0: at random, on average `rate_per_s` a second, the same for the same seed."""
    chance = random.Random(seed)
    times: list[float] = []
    at_s = chance.expovariate(rate_per_s)
    while at_s < seconds:
        times.append(at_s)
        at_s += chance.expovariate(rate_per_s)
    return times


async def open_loop(times_s: Sequence[float], send: Callable[[int, float], Awaitable[object]]) -> int:
    """Begin `send(n, intended start)` at each of these times and wait for all; returns how many were shed.

    `send` notes its own latency: it knows whom the request was for.
    """
    tasks = Tasks()
    began_s = monotonic_s()
    shed = 0
    for number, time_s in enumerate(times_s):
        intended_s = began_s + time_s
        if (wait_s := intended_s - monotonic_s()) > 0:
            await asyncio.sleep(wait_s)
        if len(tasks) >= UNDER_WAY_MAX:
            shed += 1
            continue
        tasks.spawn(_sent(send, number, intended_s), "open loop")
    await tasks.join()
    return shed


async def _sent(send: Callable[[int, float], Awaitable[object]], number: int, intended_s: float) -> None:
    await send(number, intended_s)
