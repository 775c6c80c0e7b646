"""A lane never goes back in time and forgets nothing, whatever becomes of what it sends."""

from dataclasses import dataclass, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.delivery.item import Effect, Form, Item, Outcome, Push, Send, State, Target
from hub.delivery.lane import Lane
from hub.delivery.schedule import Pace
from hub.store.protocols import StoredObject
from tests.hub.delivery.items import RECEIVERS, missed, stored


@dataclass
class World:
    """A store, a lane and two receivers; every state is a pair of numbers: a PUT sets both, a PATCH one of them."""

    lane: Lane
    objects: dict[str, StoredObject]
    values: dict[tuple[str, State], tuple[int, int] | None]
    received: dict[Target, tuple[int, int] | None]
    newest: dict[Target, State]
    refused: dict[Target, State]
    flying: list[Send]
    unsettled: list[Send]
    reads: list[list[StoredObject] | None]
    now_s: float = 0.0
    inserted: int = 0

    @classmethod
    def start(cls) -> "World":
        """Two objects nobody has yet."""
        return cls(new_lane(), {}, {}, {}, {}, {}, [], [], [])

    def push(self, name: str, kind: str, here: bool) -> None:
        """The owner pushes; `here` when this lane's process accepts it."""
        before = self.objects.get(name)
        exists = before is not None and not before.withdrawn
        if kind != "PUT" and not exists:
            return
        if before is None:
            self.inserted += 1
            after = stored(1, name, seq=self.inserted)
        else:
            after = replace(before, revision=before.revision + 1, behind=frozenset(RECEIVERS), withdrawn=False)
        number = after.seq * 1000 + after.revision
        old = self.values[name, (before.seq, before.revision)] if before else None
        value = applied(kind, number, old)
        after = replace(after, withdrawn=kind == "DELETE")
        self.objects[name] = after
        self.values[name, (after.seq, after.revision)] = value
        if here:
            push = Push(method=kind, suffix="", body=b"", correlation_id="", whole=not kind.startswith("PATCH"))
            for receiver in RECEIVERS:
                self.lane.push(Item(receiver, after, push))

    def next(self) -> None:
        """Send; the request arrives when it is finished or lost."""
        sent = self.lane.next(self.now_s)
        if sent is not None:
            assert all(other.item.target != sent.item.target for other in self.flying)
            self.flying.append(sent)

    def finish(self, outcome: Outcome, arrives: bool) -> None:
        """The oldest request on its way ends; a lost one may have arrived."""
        if not self.flying:
            return
        sent = self.flying.pop(0)
        if outcome is Outcome.DONE or (arrives and outcome in {Outcome.SILENT, Outcome.UNCLEAR}):
            self._arrive(sent)
        effect = self.lane.finished(sent, outcome, now_s=self.now_s, jitter=0.5)
        if effect is Effect.REFUSE:
            self.refused[sent.item.target] = sent.item.state
        if effect in {Effect.SETTLE, Effect.REFUSE}:
            self.unsettled.append(sent)

    def _arrive(self, sent: Send) -> None:
        target, name = sent.item.target, sent.item.stored.key.object_id
        state = sent.item.state
        assert state >= self.newest.get(target, (0, 0)), "an older state after a newer one"
        if sent.form is Form.AS_IS and sent.item.push:
            number = state[0] * 1000 + state[1]
            self.received[target] = applied(sent.item.push.method, number, self.received.get(target))
        else:
            self.received[target] = self.values[name, state]
        assert self.received[target] == self.values[name, state], "a part on top of a state that lacks another"
        self.newest[target] = state

    def settle(self) -> None:
        """The store notes what was confirmed."""
        for sent in self.unsettled:
            name = sent.item.stored.key.object_id
            now = self.objects.get(name)
            if now is not None and (now.seq, now.revision) == sent.item.state:
                now = replace(now, behind=now.behind - {sent.item.receiver})
                self.objects[name] = now
                if now.withdrawn and not now.behind:
                    del self.objects[name]
        self.unsettled.clear()

    def read(self, step: int) -> None:
        """Ask the store (what other processes accepted is found like this), get its picture, take it in."""
        if step == 0:
            self.lane.begin_read()
            self.reads.append(None)
        elif step == 1 and None in self.reads:
            self.reads[self.reads.index(None)] = [one for one in self.objects.values() if one.behind]
        elif step == 2 and self.reads:
            found = self.reads.pop(0)
            self.lane.end_read(missed(found or []), complete=found is not None, now_s=self.now_s)

    def restart(self) -> None:
        """The process ends and another one takes over; what was on its way had arrived or not."""
        while self.flying:
            self.flying.pop()
        self.unsettled.clear()
        self.reads.clear()
        self.lane = new_lane()

    def heal(self) -> None:
        """Everything answers; after a bounded time nobody lacks anything."""
        for _ in range(60):
            self.now_s += 61.0
            self.lane.wake(self.now_s)
            while self.reads:
                self.read(1)
                self.read(2)
            for step in range(3):
                self.read(step)
            for _ in range(8):
                self.next()
            while self.flying:
                self.finish(Outcome.DONE, True)
            self.settle()

    def check(self) -> None:
        """Every receiver has the current state of every object, unless it refused just that."""
        for name, now in self.objects.items():
            assert not now.behind, "forgotten"
            for receiver in RECEIVERS:
                target = (receiver, now.key)
                state = (now.seq, now.revision)
                assert self.refused.get(target) == state or self.received.get(target) == self.values[name, state]


def applied(kind: str, number: int, before: tuple[int, int] | None) -> tuple[int, int] | None:
    """The state after a push; PATCH1 and PATCH2 set one number each and need the other one."""
    if kind == "DELETE":
        return None
    one, other = before or (-1, -1)
    return (one if kind == "PATCH2" else number, other if kind == "PATCH1" else number)


def new_lane() -> Lane:
    """A small lane, so that its bounds are met."""
    return Lane("p1", Pace(1e9), in_flight_max=3, waiting_max=5, known_max=1)


Step = tuple[object, ...]
PUSHES: list[Step] = [
    ("push", name, kind, here)
    for name in ("loc1", "loc1", "loc1", "loc2")
    for kind in ("PUT", "PUT", "PATCH1", "PATCH2", "DELETE")
    for here in (True, True, False)
]
FAILURES: list[Step] = [("finish", outcome, arrives) for outcome in Outcome for arrives in (True, False)]
READS: list[Step] = [("read", step) for step in range(3)]
OTHERS: list[Step] = [("settle",), ("settle",), ("later", 0.2), ("later", 1.0), ("wake",), ("rest",), ("restart",)]
STEPS = st.sampled_from(
    PUSHES + 30 * [("next",)] + 20 * [("finish", Outcome.DONE, True)] + 2 * FAILURES + 5 * READS + 2 * OTHERS
)


LATE_PICTURE: list[Step] = [
    *(("push", "loc1", "PUT", True), ("read", 0), ("read", 1), ("push", "loc1", "PUT", True), ("next",)),
    *(("finish", Outcome.SILENT, True), ("read", 2), ("wake",), ("later", 1.0), ("next",)),
]
"""A request whose answer was lost had arrived; the store's picture from before it comes afterwards."""


def play(steps: list[Step]) -> None:
    """Take these steps, let everything heal, and hold the end against the model; raises AssertionError."""
    world = World.start()
    for name, *arguments in steps:
        match name:
            case "later":
                world.now_s += float(str(arguments[0]))
            case "wake":
                world.lane.wake(world.now_s)
            case "rest":
                world.lane.rest()
            case _:
                getattr(world, str(name))(*arguments)

    world.heal()

    world.check()


@settings(max_examples=500, deadline=None)
@example(LATE_PICTURE)
@given(st.lists(STEPS, min_size=30, max_size=80))
def test_any_interleaving_keeps_the_order_and_forgets_nothing(steps: list[Step]) -> None:
    """H3.27, D1: pushes here and elsewhere, lost answers, late reads, restarts: never back in time, never forgotten."""
    play(steps)
