"""What a second worker brings, with the load and the receiver on the same two processors."""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.forward import location_put, partners
from benchmarks.load import load
from benchmarks.running import hub_process

WANTED_RATIO = 1.7
WORKERS = 2
ROUNDS = 3
SECONDS = 4.0
CONNECTIONS = 64


@dataclass(frozen=True, slots=True)
class Found:
    """Requests a second, and of all processors the share that the load and the receiver took."""

    one_per_s: float
    many_per_s: float
    one_load_share: float
    many_load_share: float

    @property
    def ratio(self) -> float:
        """Many by one."""
        return self.many_per_s / self.one_per_s


async def measure(folder_of_one: Path, folder_of_many: Path, processors: int) -> Found:
    """One worker, and then two; nothing is pinned."""
    one = await _rate(folder_of_one, 1, processors)
    many = await _rate(folder_of_many, WORKERS, processors)
    return Found(one[0], many[0], one[1], many[1])


async def _rate(folder: Path, workers: int, processors: int) -> tuple[float, float]:
    with hub_process(folder, None, None, HUB_WORKERS=str(workers)) as hub:
        async with partners(hub) as (cpo, _):
            await load("127.0.0.1", hub.port, location_put(cpo), connections=CONNECTIONS, seconds=1.0)
            rates, began_s, used_s = [], time.perf_counter(), time.process_time()
            for _ in range(ROUNDS):
                result = await load("127.0.0.1", hub.port, location_put(cpo), connections=CONNECTIONS, seconds=SECONDS)
                rates.append(result.per_s)
            share = (time.process_time() - used_s) / (time.perf_counter() - began_s) / processors
    return statistics.median(rates), share
