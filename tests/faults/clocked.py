"""A lane by a clock that is moved by hand: days of a partner that falls silent, asks for patience and comes back, in seconds."""

import random
from dataclasses import dataclass, field, replace
from enum import Enum

from hub.delivery.item import Effect, Outcome, Send
from hub.delivery.lane import Breaker, Lane
from hub.delivery.schedule import BACKOFF_FIRST_S, BACKOFF_MAX_S, RETRY_AFTER_MAX_S, Pace, read_retry_after_s
from hub.store.protocols import StoredObject
from tests.hub.delivery.items import RECEIVERS, item, missed, stored

TICK_S = 0.25
_PHASE_MEAN_S = 1_800.0
_PUSH_EVERY_S = 20.0
_KNOCK_EVERY_S = 600.0
_RETRY_AFTERS_S = (5, 60, 600, 3_600, 7_200)
_OBJECTS = 8


class _Manner(Enum):
    WELL = "well"
    SILENT = "silent"
    PATIENCE = "Retry-After"


@dataclass(slots=True)
class Measured:
    """What the partner saw."""

    attempts: int = 0
    shares: list[float] = field(default_factory=list)
    """Each wait after a failure in a row, as a share of the longest that its place on the ladder allows."""
    top_shares: list[float] = field(default_factory=list)
    """Of them those at the top of the ladder."""
    probes_beside: int = 0
    """Sent while the breaker was half-open and another one was on its way."""
    too_early: int = 0
    """Sent before the time that the partner had asked for, an hour at most."""
    late_after_s: list[float] = field(default_factory=list)
    """How long after the time that the partner had asked for the next one was sent."""
    woken_s: list[float] = field(default_factory=list)
    """From a request of the partner to the next one that is sent to it."""


class ClockedLane:
    """One lane, its store, and its partner."""

    def __init__(self, seed: int) -> None:
        self.measured = Measured()
        self.now_s = 0.0
        self._chance = random.Random(seed)
        self._lane = Lane("p1", Pace(1e9), in_flight_max=4)
        self._objects: dict[str, StoredObject] = {}
        self._under_way: list[tuple[float, Send]] = []
        self._manner = _Manner.WELL
        self._next_manner_s = self._next_push_s = 0.0
        self._next_knock_s = _KNOCK_EVERY_S
        self._failures = 0
        self._failed_s: float | None = None
        self._asked_until_s: float | None = None
        self._knocked_s: float | None = None

    def run(self, hours: float) -> Measured:
        """So many hours."""
        until_s = self.now_s + hours * 3600
        while self.now_s < until_s:
            self._happen()
            self._answer()
            if self._lane.wants_read(self.now_s):
                self._lane.begin_read()
                behind = [one for one in self._objects.values() if one.behind]
                self._lane.end_read(missed(behind), complete=True, now_s=self.now_s)
            self._send()
            self.now_s += TICK_S
        return self.measured

    def _happen(self) -> None:
        """The partner changes its manner or calls, the owner pushes."""
        if self.now_s >= self._next_manner_s:
            self._manner = self._chance.choice(list(_Manner))
            self._next_manner_s = self.now_s + self._chance.expovariate(1 / _PHASE_MEAN_S)
        if self.now_s >= self._next_push_s:
            self._next_push_s = self.now_s + self._chance.expovariate(1 / _PUSH_EVERY_S)
            name = f"loc{self._chance.randrange(_OBJECTS)}"
            revision = self._objects[name].revision + 1 if name in self._objects else 1
            self._objects[name] = stored(revision, name, behind=RECEIVERS[:1])
            self._lane.push(item(revision, name))
        if self.now_s >= self._next_knock_s:
            self._next_knock_s = self.now_s + self._chance.expovariate(1 / _KNOCK_EVERY_S)
            if self._lane.knock(self.now_s):
                self._knocked_s, self._failed_s = self.now_s, None

    def _send(self) -> None:
        while (send := self._lane.next(self.now_s)) is not None:
            self._note_send()
            self._under_way.append((self.now_s + self._chance.uniform(0.1, 3), send))

    def _note_send(self) -> None:
        measured = self.measured
        measured.attempts += 1
        if self._lane.breaker is Breaker.HALF_OPEN:
            measured.probes_beside += bool(self._under_way)
        if self._asked_until_s is not None:
            measured.too_early += self.now_s < self._asked_until_s
            measured.late_after_s.append(self.now_s - self._asked_until_s)
        elif self._failed_s is not None:
            longest_s = min(BACKOFF_FIRST_S * 2.0 ** (self._failures - 1), BACKOFF_MAX_S)
            share = max(self.now_s - self._failed_s - TICK_S, 0.0) / longest_s
            measured.shares.append(share)
            if longest_s == BACKOFF_MAX_S:
                measured.top_shares.append(share)
        if self._knocked_s is not None:
            measured.woken_s.append(self.now_s - self._knocked_s)
        self._asked_until_s = self._failed_s = self._knocked_s = None

    def _answer(self) -> None:
        for ends_s, send in [one for one in self._under_way if one[0] <= self.now_s]:
            self._under_way.remove((ends_s, send))
            outcome, retry_after_s = Outcome.DONE, 0.0
            if self._manner is _Manner.SILENT:
                outcome = Outcome.SILENT
            elif self._manner is _Manner.PATIENCE:
                outcome, retry_after_s = Outcome.UNCLEAR, float(self._chance.choice(_RETRY_AFTERS_S))
            self._note_answer(outcome, retry_after_s)
            effect = self._lane.finished(
                send,
                outcome,
                now_s=self.now_s,
                jitter=self._chance.random(),
                retry_after_s=read_retry_after_s(f"{retry_after_s:.0f}"),
            )
            name = send.item.stored.key.object_id
            if effect is Effect.SETTLE and self._objects[name].revision == send.item.stored.revision:
                self._objects[name] = replace(self._objects[name], behind=frozenset())

    def _note_answer(self, outcome: Outcome, retry_after_s: float) -> None:
        """Before the lane hears of it."""
        if outcome is Outcome.DONE:
            self._failures = 0
            self._failed_s = None
            return
        if self._lane.breaker is not Breaker.OPEN:
            self._failures += 1
        self._failed_s = self.now_s
        if retry_after_s:
            asked_until_s = self.now_s + min(retry_after_s, RETRY_AFTER_MAX_S)
            self._asked_until_s = max(self._asked_until_s or 0.0, asked_until_s)
