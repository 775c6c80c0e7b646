"""What next for one platform: which item, in which form, and what an outcome means. Pure.

The promise (checklist H3.27, D1): within a target (a receiver and an object) an older state never follows a newer one, and
what is neither confirmed nor refused is either in this lane or marked behind in the store. So the lane may forget anything:
`unread` then says that the store knows of more. Of one target one item is on its way and at most one waits: the newest state.
"""

from collections import OrderedDict
from collections.abc import Iterable
from enum import StrEnum

from hub.delivery.item import Effect, Form, Item, Outcome, Send, State, Target
from hub.delivery.schedule import Pace, backoff_s

UNCLEAR_IN_A_ROW = 3
KNOCK_EVERY_S = 1.0
_BUSY_S = 0.1
_POSTPONED_MAX = 500


class Breaker(StrEnum):
    """Does the platform answer?"""

    CLOSED = "closed"
    OPEN = "open"
    """It did not: nothing is sent until its time has come."""
    HALF_OPEN = "half-open"
    """One item at a time, to see."""


class Lane:
    """Everything on its way to one platform; instants are seconds of a monotonic clock."""

    def __init__(
        self, platform_id: str, pace: Pace, *, in_flight_max: int, waiting_max: int = 1000, known_max: int = 5000
    ) -> None:
        self.platform_id = platform_id
        self.breaker = Breaker.CLOSED
        self.unread = True
        """The store may know of items that are not here."""
        self._pace = pace
        self._in_flight_max = in_flight_max
        self._waiting_max = waiting_max
        self._known_max = known_max
        self._waits: dict[Target, Item] = {}
        self._live: OrderedDict[Target, None] = OrderedDict()
        self._missed: OrderedDict[Target, None] = OrderedDict()
        self._in_flight: dict[Target, Item] = {}
        self._known: OrderedDict[Target, tuple[State, bool]] = OrderedDict()
        """The newest state that was dealt with, and whether the receiver has it."""
        self._postponed: dict[Target, tuple[float, int]] = {}
        """Items that fail while others may not: when they are due, and how often they were tried."""
        self._doubtful: dict[Target, State] = {}
        """States that may have arrived, although nobody said so, while the store was being asked: its answer may be older."""
        self._recovering = True
        self._reads = 0
        self._tries = 0
        self._unclear = 0
        self._due_s = 0.0
        self._not_before_s = 0.0
        self._knocked_s = -KNOCK_EVERY_S
        self._pause_until_s = 0.0

    @property
    def waiting(self) -> int:
        """Items here that are not on their way yet."""
        return len(self._waits)

    @property
    def in_flight(self) -> int:
        """Items on their way."""
        return len(self._in_flight)

    @property
    def postponed(self) -> int:
        """Targets that wait for a time of their own."""
        return len(self._postponed)

    @property
    def idle(self) -> bool:
        """Nothing to do, and nothing known to be behind."""
        busy = self._waits or self._in_flight or self._postponed or self._reads or self.unread
        return not busy and self.breaker is not Breaker.OPEN

    def tries(self, target: Target) -> int:
        """How often this target, or anything at all, was tried in vain since it last went well."""
        return max(self._tries, self._postponed.get(target, (0.0, 0))[1])

    def push(self, item: Item) -> bool:
        """Take an accepted push; False leaves it behind in the store."""
        target = item.target
        full = len(self._waits) >= self._waiting_max and target not in self._waits
        if self.breaker is Breaker.OPEN or full or target in self._postponed:
            self.unread = True
            return False
        self._append(item)
        return True

    def begin_read(self) -> None:
        """The store is about to be asked what is behind: what is left behind from now on may be missing in its answer."""
        self.unread = False
        self._reads += 1

    def end_read(self, found: Iterable[Item], *, complete: bool, now_s: float) -> None:
        """Take what the store said since `begin_read`; `complete` when that is all there is."""
        self._reads -= 1
        if not complete:
            self.unread = True
        seen: set[Target] = set()
        for item in found:
            seen.add(item.target)
            self._take_missed(item, now_s)
        if complete:
            self._postponed = {target: wait for target, wait in self._postponed.items() if target in seen}
        if not self._reads:
            self._doubtful.clear()
            while len(self._known) > self._known_max:
                self._known.popitem(last=False)

    def wants_read(self, now_s: float) -> bool:
        """The store should be asked, and there is room for its answer."""
        if self._reads or self._missed or (self.breaker is Breaker.OPEN and now_s < self._due_s):
            return False
        return self.unread or any(due_s <= now_s for due_s, _ in self._postponed.values())

    def rest(self) -> None:
        """The platform may not be called now: everything waits in the store."""
        self._forget_waiting()
        self._recovering = True

    def wake(self, now_s: float) -> None:
        """The platform is back: what waits for its time is due; a time that it asked for itself is kept."""
        self._due_s = max(min(self._due_s, now_s), self._not_before_s)
        self._postponed = {target: (min(due_s, now_s), tries) for target, (due_s, tries) in self._postponed.items()}

    def knock(self, now_s: float) -> bool:
        """The platform called: an open breaker lets one item go to see; tells whether it does, once a second at most."""
        if self.breaker is not Breaker.OPEN or now_s < max(self._not_before_s, self._knocked_s + KNOCK_EVERY_S):
            return False
        self._knocked_s = now_s
        self.wake(now_s)
        return True

    def next(self, now_s: float) -> Send | None:
        """The next item to send now, if any."""
        if self.breaker is Breaker.OPEN and now_s >= self._due_s:
            self.breaker = Breaker.HALF_OPEN
        if self.breaker is Breaker.OPEN or now_s < self._pause_until_s:
            return None
        most = 1 if self.breaker is Breaker.HALF_OPEN else self._in_flight_max
        while len(self._in_flight) < most:
            target = self._next_target(now_s)
            if target is None:
                return None
            item = self._waits.pop(target)
            if self._is_news(item):
                return self._begin(item)
        return None

    def begin(self, item: Item) -> Send | None:
        """Send this item out of turn; None when its target is on its way, waits here, or has a newer state."""
        known = self._known.get(item.target)
        newer = known is not None and known[0] > item.state
        if newer or item.target in self._in_flight or item.target in self._waits:
            return None
        return self._begin(item)

    def finished(
        self, send: Send, outcome: Outcome, *, now_s: float, jitter: float, retry_after_s: float = 0.0
    ) -> Effect:
        """Take what came of a send; `jitter` is a fraction from 0 to 1."""
        target = send.item.target
        del self._in_flight[target]
        effect = self._judge(send, outcome, now_s, jitter, retry_after_s)
        self._make_ready(target)
        return effect

    def _judge(self, send: Send, outcome: Outcome, now_s: float, jitter: float, retry_after_s: float) -> Effect:
        item, target = send.item, send.item.target
        match outcome:
            case Outcome.BUSY:
                self._put_back(item)
                self._pause_until_s = now_s + _BUSY_S
                return Effect.NOTHING
            case Outcome.REFUSED if send.form is Form.AS_IS and item.push is not None and not item.push.whole:
                # it may only lack what this adds to: the whole object, once, before it counts as refused
                self._answered()
                self._put_back(Item(item.receiver, item.stored))
                self._live[target] = None
                return Effect.NOTHING
            case Outcome.DONE | Outcome.REFUSED:
                self._answered()
                self._postponed.pop(target, None)
                self._know(target, item.state, outcome is Outcome.DONE)
                return Effect.SETTLE if outcome is Outcome.DONE else Effect.REFUSE
            case Outcome.UNCLEAR | Outcome.SILENT:
                if self._reads:
                    self._doubtful[target] = item.state
                self._fail(target, outcome, now_s, jitter, retry_after_s)
                return Effect.BEHIND

    def _fail(self, target: Target, outcome: Outcome, now_s: float, jitter: float, retry_after_s: float) -> None:
        self._drop_next(target)
        if outcome is Outcome.UNCLEAR:
            tries = self._postponed.pop(target, (0.0, 0))[1] + 1
            self._postponed[target] = (now_s + backoff_s(tries, jitter), tries)
            self._unclear += 1
        full = len(self._postponed) > _POSTPONED_MAX
        if full:
            del self._postponed[next(iter(self._postponed))]
        if full or outcome is Outcome.SILENT or retry_after_s > 0 or self._unclear >= UNCLEAR_IN_A_ROW:
            self._open(now_s, jitter, retry_after_s)

    def _open(self, now_s: float, jitter: float, retry_after_s: float) -> None:
        if self.breaker is not Breaker.OPEN:
            self._tries += 1
            self._due_s = now_s
        self._not_before_s = max(self._not_before_s, now_s + retry_after_s)
        self._due_s = max(self._due_s, self._not_before_s, now_s + backoff_s(self._tries, jitter))
        self.breaker = Breaker.OPEN
        self._unclear = 0
        self.rest()

    def _answered(self) -> None:
        self.breaker = Breaker.CLOSED
        self._tries = 0
        self._unclear = 0

    def _begin(self, item: Item) -> Send:
        target = item.target
        self._in_flight[target] = item
        fits = item.push is not None and (item.push.whole or self._known.get(target) == (item.state_before, True))
        return Send(item, Form.AS_IS if fits else Form.WHOLE)

    def _next_target(self, now_s: float) -> Target | None:
        if self._live:
            return self._live.popitem(last=False)[0]
        if not self._missed:
            if not self.unread and not self._reads:
                self._recovering = False
            return None
        if self._recovering and not self._pace.take(now_s):
            return None
        return self._missed.popitem(last=False)[0]

    def _take_missed(self, item: Item, now_s: float) -> None:
        target = item.target
        due_s, _ = self._postponed.get(target, (0.0, 0))
        flying = self._in_flight.get(target)
        outdated = item.state < self._doubtful.get(target, item.state)
        if now_s >= due_s and not outdated and self._is_news(item) and (flying is None or flying.state < item.state):
            self._append(item)

    def _append(self, item: Item) -> None:
        """The newest state wins; of one that was only found behind, the owner's own push stands for both."""
        waits = self._waits.get(item.target)
        if waits is not None and (waits.state > item.state or (waits.state == item.state and waits.push is not None)):
            return
        self._waits[item.target] = item
        self._make_ready(item.target)

    def _is_news(self, item: Item) -> bool:
        known = self._known.get(item.target)
        return known is None or item.state > known[0]

    def _know(self, target: Target, state: State, has: bool) -> None:
        self._known[target] = (state, has)
        self._known.move_to_end(target)

    def _put_back(self, item: Item) -> None:
        if self.breaker is Breaker.OPEN:
            self.unread = True
            return
        self._waits.setdefault(item.target, item)

    def _make_ready(self, target: Target) -> None:
        """Put the target in the row that its item belongs in, unless another one is on its way."""
        item = self._waits.get(target)
        if item is None or target in self._in_flight or target in self._live:
            return
        if item.push is None:
            self._missed[target] = None
        else:
            self._missed.pop(target, None)
            self._live[target] = None

    def _drop_next(self, target: Target) -> None:
        self._waits.pop(target, None)
        self._live.pop(target, None)
        self._missed.pop(target, None)
        self.unread = True

    def _forget_waiting(self) -> None:
        self._waits.clear()
        self._live.clear()
        self._missed.clear()
        self.unread = True
