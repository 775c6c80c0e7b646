"""CDRs a second that are priced with explanation and checked, what a hostile tariff costs, and the memory of a check."""

import gc
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from benchmarks.money_cdrs import ZONE, cdrs
from benchmarks.running import HUBCTL, pin
from hub.money.cdr_reading import CdrUnreadable, read_facts
from hub.money.checking.check import check_cdr
from hub.money.checking.known import Known
from hub.money.compiling import compile_tariff
from hub.money.explaining import explain
from hub.money.pricing import price
from hub.money.refusal import TariffRefused
from hub.wire import json_text
from hub.wire.errors import BrokenJson

SAMPLES = 250
"""Few enough to stay in a processor's cache, where a CDR is that was just parsed."""
ROUNDS = 15
WANTED_PARSED_PER_S = 10_000
WANTED_TEXT_PER_S = 5_000
WANTED_HOSTILE_MS = 50.0
FEW, MANY = 20_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Speed:
    """CDRs a second of one core, the median of the rounds."""

    parsed_per_s: float
    """Facts read from a parsed object, priced, explained as data."""
    text_per_s: float
    """The same from the bytes of its JSON."""
    checked_per_s: float
    """All rules and the verdict, from a parsed object."""


@dataclass(frozen=True, slots=True)
class Memory:
    """One run of `hubctl cdrs check` over JSON lines on stdin."""

    cdrs: int
    peak_mib: float
    seconds: float


def measure_speed() -> Speed:
    """Price the same CDRs again and again, each by the tariff that it carries."""
    texts = [*cdrs(SAMPLES)]
    parsed = [json_text.loads(text) for text in texts]
    known = Known(time_zone=str(ZONE))
    return Speed(
        parsed_per_s=_per_s(_priced, parsed),
        text_per_s=_per_s(lambda text: _priced(json_text.loads(text)), texts),
        checked_per_s=_per_s(lambda cdr: check_cdr(cdr, known), parsed),
    )


def measure_hostile() -> dict[str, float]:
    """Milliseconds that it takes to price or refuse what was made to be slow."""
    gc.collect()
    gc.freeze()
    return {name: _hostile_ms(make) for name, make in _HOSTILE.items()}


def measure_memory(count: int, processor: int | None) -> Memory:
    """Check `count` CDRs in a process of its own, with JSON output that nobody reads."""
    command = [*HUBCTL, "cdrs", "check", "-", "--json", "--time-zone", str(ZONE)]
    started_s = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        pin(process.pid, processor)
        assert process.stdin is not None
        for line in cdrs(count):
            process.stdin.write(line + b"\n")
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Memory(count, usage.ru_maxrss / 1024, time.perf_counter() - started_s)


def _priced(cdr: object) -> object:
    assert isinstance(cdr, dict)
    return explain(price(read_facts(cdr), [compile_tariff(one) for one in cdr["tariffs"]], ZONE))


def _per_s(work: Callable[[Any], object], samples: Sequence[Any]) -> float:
    """By processor time: what else runs on the machine does not count."""
    rates = []
    for _ in range(ROUNDS):
        started_s = time.process_time()
        for sample in samples:
            work(sample)
        rates.append(len(samples) / (time.process_time() - started_s))
    return sorted(rates)[ROUNDS // 2]


def _hostile_ms(make: Callable[[], tuple[bytes, bytes]]) -> float:
    tariff, cdr = make()
    started_s = time.process_time()
    with suppress(BrokenJson, TariffRefused, CdrUnreadable):
        explain(price(read_facts(json_text.loads(cdr)), [compile_tariff(tariff)], ZONE))
    return (time.process_time() - started_s) * 1000


def _elements(count: int) -> str:
    """Elements that restrict the time of day, the weekday and the energy, each otherwise than its neighbour."""
    return ",".join(
        f'{{"price_components":[{{"type":"ENERGY","price":0.25,"step_size":1}}],"restrictions":{{"start_time":'
        f'"{at // 60 % 24:02}:{at % 60:02}","end_time":"23:59","min_kwh":{at % 50 + 900},"day_of_week":["MONDAY"]}}}}'
        for at in range(count)
    )


def _tariff(elements: str) -> bytes:
    return f'{{"country_code":"NL","party_id":"CPA","id":"T","currency":"EUR","elements":[{elements}]}}'.encode()


def _session(periods: int) -> bytes:
    written = ",".join(
        f'{{"start_date_time":"2026-03-01T{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z","dimensions":[{{"type":"ENERGY",'
        f'"volume":0.1}}]}}'
        for at in range(periods)
    )
    return (
        f'{{"start_date_time":"2026-03-01T00:00:00Z","end_date_time":"2026-03-01T23:00:00Z","charging_periods":[{written}]}}'
    ).encode()


_HOSTILE: dict[str, Callable[[], tuple[bytes, bytes]]] = {
    "10,000 elements": lambda: (_tariff(_elements(10_000)), _session(1)),
    "1,000 elements": lambda: (_tariff(_elements(1000)), _session(1)),
    "100 elements, 1,000 periods": lambda: (_tariff(_elements(100)), _session(1000)),
    "1,000 elements, 1,000 periods": lambda: (_tariff(_elements(1000)), _session(1000)),
    "a price of 100,000 digits": lambda: (_tariff(_elements(1).replace("0.25", "9" * 100_000)), _session(1)),
    "an energy of 1e400": lambda: (_tariff(_elements(1)), _session(1).replace(b":0.1", b":1e400")),
    "1,000 levels of nesting": lambda: (_tariff("[" * 1000 + "]" * 1000), _session(1)),
}
