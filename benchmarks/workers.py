"""One worker beside two: directed PUTs of 1 KB, where hub, database, receiver and load share the same two processors.

Once each takes what it gets, and once each worker has a fixed share of a processor, so that all else finds room beside them.
"""

import os
import statistics
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.forward import location_put, partners
from benchmarks.load import load
from benchmarks.quotas import limited
from benchmarks.running import HubProcess, hub_process, processor_s, started_by
from hub.simulate.platform import Platform

WANTED_RATIO = 1.7
CONNECTIONS = 64
"""The kernel gives each to a worker by chance: with few of them one worker would have most."""
SECONDS = 5.0
ROUNDS = 3
SHARE = 0.4
"""Of a processor, for each worker, the second time."""
_WARM_S = 1.0


class Rate(NamedTuple):
    """What some workers do: the median round."""

    per_s: float
    failed: float
    workers_us: float
    """Processor time of the workers, for each request."""
    database_us: float
    """Of their mongod and supervisor."""
    load_us: float
    """Of the receiver and the load."""
    untraced: int = 0
    """Legs of all rounds that the workers had no time to trace."""

    @property
    def busy(self) -> float:
        """Processors in use."""
        return self.per_s * (self.workers_us + self.database_us + self.load_us) / 1e6


class Compared(NamedTuple):
    """One worker and two."""

    one: Rate
    two: Rate

    @property
    def ratio(self) -> float:
        """Two by one."""
        return self.two.per_s / self.one.per_s

    @property
    def ceiling(self) -> float:
        """What two processors allow at most: database, receiver and load are there, too."""
        return 2 / self.one.busy

    @property
    def alone(self) -> float:
        """The ratio if each worker had a processor of its own and all else had others: what a second worker costs the first."""
        return 2 * self.one.workers_us / self.two.workers_us


async def measure(folder: Path, share: float | None = None) -> Compared:
    """A hub with one worker, then one with two; nothing has a processor of its own.

    `share` limits each worker to that much of one; raises OSError where it cannot be limited.
    """
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    return Compared(await _rate(folder / "one", 1, share), await _rate(folder / "two", 2, share))


async def _rate(folder: Path, workers: int, share: float | None) -> Rate:
    with hub_process(folder, None, None, HUB_WORKERS=str(workers)) as hub:
        async with partners(hub) as (cpo, _):
            with limited(_workers(hub), share) if share else nullcontext():
                await load("127.0.0.1", hub.port, location_put(cpo), connections=CONNECTIONS, seconds=_WARM_S)
                rounds = [await _round(hub, cpo) for _ in range(ROUNDS)]
        untraced = hub.untraced_legs()
    medians: dict[str, Any] = {
        name: statistics.median(values) for name, values in zip(Rate._fields, zip(*rounds, strict=True), strict=True)
    }
    return Rate(**medians | {"untraced": untraced})


async def _round(hub: HubProcess, cpo: Platform) -> Rate:
    """Everything in this process is load and receiver."""
    workers = _workers(hub)
    others = [pid for pid in (hub.pid, *started_by(hub.pid)) if pid not in workers]
    groups = (workers, others, [os.getpid()])
    before_s = [sum(map(processor_s, group)) for group in groups]
    result = await load("127.0.0.1", hub.port, location_put(cpo), connections=CONNECTIONS, seconds=SECONDS)
    used_s = [sum(map(processor_s, group)) - before for group, before in zip(groups, before_s, strict=True)]
    good = result.requests - result.failed
    workers_us, database_us, load_us = (used * 1e6 / good for used in used_s)
    return Rate(result.per_s, result.failed, workers_us, database_us, load_us)


def _workers(hub: HubProcess) -> list[int]:
    return [pid for pid in (hub.pid, *started_by(hub.pid)) if _serves(pid)]


def _serves(pid: int) -> bool:
    """A single worker is hubctl itself; several are spawned by it."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"spawn_main" in command or (b"hubctl" in command and len(started_by(pid)) == 1)
