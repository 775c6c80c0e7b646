"""What passes through the hub: one log line and one trace a leg, and the figures of the last minute. Never on the way.

Personal data: a driver's token id never gets into a trace (`masked_path`).
"""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import structlog

from hub.clock import Tasks, monotonic_s
from hub.history import History
from hub.log import often
from hub.meter import Meter
from hub.spans import Spans
from hub.store.protocols import Leg, LegKind, StoreUnavailable, TraceStore
from hub.wire.errors import ForwardTimeout, HubError, ReceiverNotConnected

WAITING_MAX = 20_000
FLUSH_EVERY_S = 0.1
_CLOSE_MAX_S = 3.0
_BATCH = 2_000
_COUNTED_AT_ONCE = 500
_LINES_MIN, _LINES_MAX = 20, 500
"""Legs that are logged in one turn of the event loop, a tenth of those that wait: few while there is time, for a message may come
meanwhile; a hub at its limit has few turns, and must not fall behind with what it carries. 500 take two milliseconds."""
_TELL_EVERY_S = 1.0
_SLICE_S = 10
_SLICES = 6
_UNDELIVERED = frozenset({HubError.status_code, ForwardTimeout.status_code, ReceiverNotConnected.status_code})
_PLATFORMS_MAX = 5_000
_STEP = math.log(1.1)
HIDDEN = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One minute of one platform, or of the hub."""

    received: int = 0
    """Requests that came in."""
    sent: int = 0
    """Requests that the hub made."""
    errors: int = 0
    """Legs that ended without an answer, with HTTP 400 or above, or with OCPI 2000 or above."""
    undelivered: int = 0
    """Of the errors: requests that came in and that the hub could not bring to their receiver (OCPI 4000, 4002, 4003)."""
    p95_ms: float = 0.0
    """95 of 100 were faster: the partner's answers for a platform, the hub's own for the hub; exact to 5 percent."""


@dataclass(slots=True)
class _Slice:
    number: int = -1
    received: int = 0
    sent: int = 0
    errors: int = 0
    undelivered: int = 0
    durations: dict[int, int] = field(default_factory=dict)


class _Minute:
    """Counts in slices of ten seconds; what is older than a minute is written over."""

    __slots__ = ("_slices", "_timed")

    def __init__(self, timed: LegKind) -> None:
        self._timed = timed
        self._slices = [_Slice() for _ in range(_SLICES)]

    def add(
        self, kind: LegKind, failed: int, durations_ms: Sequence[float], now_s: float, *, undelivered: int = 0
    ) -> None:
        """So many legs as there are durations."""
        number = int(now_s // _SLICE_S)
        current = self._slices[number % _SLICES]
        if current.number != number:
            current = self._slices[number % _SLICES] = _Slice(number)
        if kind is LegKind.IN:
            current.received += len(durations_ms)
        else:
            current.sent += len(durations_ms)
        current.errors += failed
        current.undelivered += undelivered
        if kind is self._timed:
            for duration_ms in durations_ms:
                step = math.floor(math.log(max(duration_ms, 0.01)) / _STEP)
                current.durations[step] = current.durations.get(step, 0) + 1

    def figures(self, now_s: float) -> Figures:
        oldest = int(now_s // _SLICE_S) - _SLICES
        live = [one for one in self._slices if one.number > oldest]
        return Figures(
            received=sum(one.received for one in live),
            sent=sum(one.sent for one in live),
            errors=sum(one.errors for one in live),
            undelivered=sum(one.undelivered for one in live),
            p95_ms=_percentile([one.durations for one in live], 0.95),
        )


class Traffic:
    """Takes legs without waiting; use it as `async with Traffic(store.traces) as traffic`."""

    def __init__(self, traces: TraceStore, spans: Spans | None = None) -> None:
        """`spans` gets every leg too, when an operator wants them elsewhere."""
        self._traces = traces
        self._spans = spans
        self._waiting: deque[Leg] = deque()
        self._uncounted: list[Leg] = []
        self._some = asyncio.Event()
        self._tasks = Tasks()
        self._closing = False
        self._hub = _Minute(LegKind.IN)
        self._platforms: dict[str, _Minute] = {}
        self._meter = Meter()
        self._modules = History(step_s=10, slices=180)
        self._exchanges = History(step_s=60, slices=30)
        self._pairs = History(step_s=60, slices=30)
        self.dropped = 0
        """Legs without a trace or a log line since the start, because the database or the log was too slow."""
        self._told, self._told_s = 0, monotonic_s()

    async def __aenter__(self) -> Self:
        self._tasks.spawn(self._write_forever(), "traffic")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._some.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_MAX_S):
                await self._tasks.join()
        await self._tasks.close()

    def record(self, leg: Leg) -> None:
        """Take one leg; it is written within about FLUSH_EVERY_S."""
        self._uncounted.append(leg)
        if len(self._uncounted) >= _COUNTED_AT_ONCE:
            self._count()
        if len(self._waiting) >= WAITING_MAX:
            self.dropped += 1
            return
        self._waiting.append(leg)
        self._some.set()

    @property
    def meter(self) -> Meter:
        """Counts since the start."""
        self._count()
        return self._meter

    @property
    def modules(self) -> History:
        """Requests that came in, by module, over half an hour."""
        self._count()
        return self._modules

    @property
    def exchanges(self) -> History:
        """Legs by platform_id over half an hour."""
        self._count()
        return self._exchanges

    def figures(self) -> Figures:
        """The whole hub, over the last minute."""
        self._count()
        return self._hub.figures(monotonic_s())

    def platform_figures(self) -> dict[str, Figures]:
        """Each platform that was heard or called, by platform_id, over the last minute."""
        self._count()
        now_s = monotonic_s()
        return {platform_id: minute.figures(now_s) for platform_id, minute in self._platforms.items() if platform_id}

    def exchanged(self) -> dict[tuple[str, str], int]:
        """Messages that came in over half an hour, by sender and receiver; those without both are left out."""
        self._count()
        pairs = {tuple(key.split(">", 1)): count for key, count in self._pairs.totals(monotonic_s()).items()}
        return {(pair[0], pair[1]): count for pair, count in pairs.items() if all(pair)}

    def _count(self) -> None:
        """Legs that are alike are counted together: a message costs the counters little."""
        legs, self._uncounted = self._uncounted, []
        alike: dict[tuple[str, LegKind, str, str, str, int, int, bool], list[float]] = {}
        for leg in legs:
            ends = (leg.platform_id, leg.kind, leg.module, leg.sender, leg.receiver)
            alike.setdefault((*ends, leg.http_status, leg.ocpi_status, leg.failed), []).append(leg.duration_ms)
        now_s = monotonic_s()
        for (platform_id, kind, module, sender, receiver, http_status, ocpi_status, bad), durations_ms in alike.items():
            number, failed = len(durations_ms), len(durations_ms) if bad else 0
            undelivered = number if kind is LegKind.IN and ocpi_status in _UNDELIVERED else 0
            for minute in (self._hub, self._minute(platform_id)):
                minute.add(kind, failed, durations_ms, now_s, undelivered=undelivered)
            self._meter.add((platform_id, kind.value), bad, http_status, ocpi_status, durations_ms)
            self._exchanges.add(platform_id, number, failed, now_s)
            if kind is LegKind.IN:
                self._modules.add(module, number, failed, now_s)
                self._pairs.add(f"{sender}>{receiver}", number, failed, now_s)

    def _minute(self, platform_id: str) -> _Minute:
        minute = self._platforms.get(platform_id)
        if minute is None:
            if len(self._platforms) >= _PLATFORMS_MAX:
                self._platforms.clear()
            minute = self._platforms[platform_id] = _Minute(LegKind.OUT)
        return minute

    async def _write_forever(self) -> None:
        while not self._closing or self._waiting:
            await self._some.wait()
            await asyncio.sleep(0 if self._closing else FLUSH_EVERY_S)
            self._some.clear()
            self._count()
            while self._waiting:
                await self._write()
                self._tell_dropped()
            self._tell_dropped(at_once=True)

    def _tell_dropped(self, *, at_once: bool = False) -> None:
        if self.dropped > self._told and (at_once or monotonic_s() - self._told_s > _TELL_EVERY_S):
            structlog.get_logger().warning("legs_dropped", legs=self.dropped - self._told)
            self._told, self._told_s = self.dropped, monotonic_s()

    async def _write(self) -> None:
        at_once = min(max(len(self._waiting) // 10, _LINES_MIN), _LINES_MAX)
        legs = [self._waiting.popleft() for _ in range(min(len(self._waiting), _BATCH))]
        for start in range(0, len(legs), at_once):
            _log(legs[start : start + at_once])
            await asyncio.sleep(0)  # messages go first
        if self._spans is not None:
            self._spans.add(legs)
        try:
            await self._traces.append(legs)
        except StoreUnavailable:
            self.dropped += len(legs)


def masked_path(module: str, suffix: str) -> str:
    """`suffix` without its query, driver token ids hidden: `/NL/TNM/…` for a push of a token, `/…/authorize`."""
    path = suffix.partition("?")[0]
    if module != "tokens" or not path.strip("/"):
        return path
    segments = path.strip("/").split("/")
    owner = 2 if len(segments) > 2 else 0
    shown = segments[:owner] + [part if part == "authorize" else HIDDEN for part in segments[owner:]]
    return "/" + "/".join(shown)


def _log(legs: Sequence[Leg]) -> None:
    """A line for each that came in and each that failed; the others have theirs by the leg that came in."""
    say, whisper = often("info"), often("debug")
    for leg in legs:
        tell = say if leg.kind is LegKind.IN or leg.failed else whisper
        if tell is not None:
            tell(_words(leg))


def _words(leg: Leg) -> dict[str, Any]:
    words = {
        "at": leg.at,
        "event": "message",
        "leg": leg.kind.value,
        "method": leg.method,
        "module": leg.module,
        "path": leg.path,
        "platform_id": leg.platform_id,
        "sender": leg.sender,
        "receiver": leg.receiver,
        "http_status": leg.http_status,
        "ocpi_status": leg.ocpi_status,
        "duration_ms": round(leg.duration_ms, 3),
        "correlation_id": leg.correlation_id,
        "request_id": leg.request_id,
    }
    if leg.plan:
        words["plan"] = leg.plan
    if leg.note:
        words["note"] = leg.note
    return words


def _percentile(histograms: list[dict[int, int]], share: float) -> float:
    merged: dict[int, int] = {}
    for histogram in histograms:
        for step, count in histogram.items():
            merged[step] = merged.get(step, 0) + count
    wanted = math.ceil(sum(merged.values()) * share)
    for step in sorted(merged):
        wanted -= merged[step]
        if wanted <= 0:
            return round(math.exp((step + 0.5) * _STEP), 2)
    return 0.0
