"""A lane never goes back in time and forgets nothing, whatever becomes of what it sends."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import now_utc
from hub.delivery.item import Effect, Form, Item, Outcome, Push, Send, State, Target
from hub.delivery.lane import UNCLEAR_IN_A_ROW, Breaker, Lane
from hub.delivery.schedule import Pace
from hub.store.protocols import ObjectKey, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.party import Party

OWNER = Party(country_code="NL", party_id="CPA")
RECEIVERS = ("p1:DE*EMA", "p1:DE*EMB")
AT = now_utc()


def key(name: str = "loc1") -> ObjectKey:
    """The key of a location."""
    return ObjectKey(module=ModuleId("locations"), owner=OWNER, object_id=name)


def stored(revision: int = 1, name: str = "loc1", behind: Iterable[str] = RECEIVERS, seq: int = 1) -> StoredObject:
    """One state of an object."""
    return StoredObject(
        key=key(name),
        body=b"{}",
        last_updated=AT,
        seq=seq,
        revision=revision,
        received_at=AT,
        changed_at=AT,
        behind=frozenset(behind),
    )


def item(revision: int = 1, name: str = "loc1", *, whole: bool = True, receiver: str = RECEIVERS[0]) -> Item:
    """A push of one state: a PUT of all, or a PATCH."""
    method = "PUT" if whole else "PATCH"
    push = Push(method=method, suffix=f"/{name}", body=b"{}", correlation_id="c", whole=whole)
    return Item(receiver, stored(revision, name), push)


def missed(found: Iterable[StoredObject]) -> list[Item]:
    """What a read of the store gives a lane."""
    return [Item(receiver, one) for one in found for receiver in sorted(one.behind)]


def lane(*, read: bool = True, waiting_max: int = 1000, in_flight_max: int = 4, per_s: float = 1e9) -> Lane:
    """A lane that knows that nothing is behind, unless `read` is False."""
    made = Lane("p1", Pace(per_s), in_flight_max=in_flight_max, waiting_max=waiting_max)
    if read:
        made.begin_read()
        made.end_read([], complete=True, now_s=0.0)
        made.next(0.0)
    return made


def send(lane: Lane, now_s: float = 0.0) -> Send:
    """The next item, which must be there."""
    sent = lane.next(now_s)
    assert sent is not None
    return sent


def end(lane: Lane, sent: Send, outcome: Outcome, now_s: float = 0.0, retry_after_s: float = 0.0) -> Effect:
    """Finish with the longest wait that the jitter gives."""
    return lane.finished(sent, outcome, now_s=now_s, jitter=1.0, retry_after_s=retry_after_s)


def test_pushes_of_one_object_go_one_after_the_other_as_the_owner_wrote_them() -> None:
    """H3.27: the second push of an object waits for the first one's answer; another object does not."""
    one = lane()
    for pushed in (item(1), item(2, whole=False), item(1, "loc2")):
        assert one.push(pushed)

    first, other = send(one), send(one)
    assert (first.item.stored.revision, other.item.stored.key.object_id) == (1, "loc2")
    assert one.next(0.0) is None
    assert end(one, first, Outcome.DONE) is Effect.SETTLE
    second = send(one)
    assert (second.item.stored.revision, second.form) == (2, Form.AS_IS)


def test_a_part_goes_as_the_whole_unless_the_receiver_surely_has_the_rest() -> None:
    """D1: a PATCH to a receiver whose state is unknown, or that missed one, becomes a PUT of the current object."""
    one = lane()
    one.push(item(5, whole=False))
    unknown = send(one)
    end(one, unknown, Outcome.DONE)
    one.push(item(6, whole=False))
    known = send(one)
    end(one, known, Outcome.DONE)
    one.push(item(8, whole=False))
    gap = send(one)

    assert [sent.form for sent in (unknown, known, gap)] == [Form.WHOLE, Form.AS_IS, Form.WHOLE]


def test_a_refused_part_is_followed_by_the_whole_once() -> None:
    """A receiver that does not know the object gets all of it before anything counts as refused."""
    one = lane()
    one.push(item(1))
    end(one, send(one), Outcome.DONE)
    one.push(item(2, whole=False))

    part = send(one)
    assert (part.form, end(one, part, Outcome.REFUSED)) == (Form.AS_IS, Effect.NOTHING)
    whole = send(one)
    assert (whole.form, whole.item.stored.revision) == (Form.WHOLE, 2)
    assert end(one, whole, Outcome.REFUSED) is Effect.REFUSE
    assert one.next(0.0) is None


def test_a_refusal_holds_up_nothing() -> None:
    """A receiver that refuses one object gets the others, and the next state of that one, whole."""
    one = lane()
    for pushed in (item(1), item(2, whole=False), item(1, "loc2")):
        one.push(pushed)

    refused, other = send(one), send(one)
    assert end(one, refused, Outcome.REFUSED) is Effect.REFUSE
    assert end(one, other, Outcome.DONE) is Effect.SETTLE
    assert send(one).form is Form.WHOLE


def test_silence_opens_the_breaker_and_everything_waits_in_the_store() -> None:
    """Without an answer the lane keeps nothing: what waits and what is pushed from now on stays behind."""
    one = lane()
    for pushed in (item(1), item(2), item(1, "loc2")):
        one.push(pushed)
    sent = send(one)

    assert end(one, sent, Outcome.SILENT, now_s=10.0) is Effect.BEHIND
    assert (one.breaker, one.waiting, one.unread) == (Breaker.OPEN, 0, True)
    assert not one.push(item(3))
    assert one.next(10.9) is None
    assert not one.wants_read(10.9)
    assert one.wants_read(11.0)


def test_a_half_open_lane_sends_one_item_to_see() -> None:
    """D5: when its time has come one item goes; a success lets the rest follow, silence doubles the wait."""
    one = lane()
    one.push(item())
    end(one, send(one), Outcome.SILENT)
    waits = []
    now_s = 1.0
    for _ in range(8):
        one.begin_read()
        one.end_read(missed([stored(1, f"loc{n}") for n in range(3)]), complete=True, now_s=now_s)
        probe = send(one, now_s)
        assert (one.breaker, one.next(now_s)) == (Breaker.HALF_OPEN, None)
        end(one, probe, Outcome.SILENT, now_s)
        waits.append(one._due_s - now_s)
        now_s = one._due_s

    assert waits == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    one.begin_read()
    one.end_read(missed([stored(1, f"loc{n}") for n in range(3)]), complete=True, now_s=now_s)
    end(one, send(one, now_s), Outcome.DONE, now_s)
    assert one.breaker is Breaker.CLOSED
    assert len([sent for _ in range(9) if (sent := one.next(now_s))]) == 4


def test_a_platform_that_is_heard_again_is_tried_at_once() -> None:
    """`wake` ends the wait."""
    one = lane()
    one.push(item())
    end(one, send(one), Outcome.SILENT)

    one.wake(0.5)

    assert one.wants_read(0.5)


def test_retry_after_is_kept() -> None:
    """A platform that says when to come back is left alone until then."""
    one = lane()
    one.push(item())
    end(one, send(one), Outcome.UNCLEAR, retry_after_s=120.0)

    assert one.breaker is Breaker.OPEN
    assert not one.wants_read(119.0)
    assert one.wants_read(120.0)


def test_one_object_that_always_fails_does_not_stop_the_others() -> None:
    """A 500 for one object postpones that object alone; in between everything else goes on."""
    one = lane()
    now_s, failures = 0.0, 0
    for round_ in range(1, 30):
        one.push(item(round_, "good"))
        if not failures:
            one.push(item(1, "bad"))
        while sent := one.next(now_s):
            bad = sent.item.stored.key.object_id == "bad"
            failures += bad
            end(one, sent, Outcome.UNCLEAR if bad else Outcome.DONE, now_s)
        if one.wants_read(now_s):
            one.begin_read()
            one.end_read(missed([stored(1, "bad", RECEIVERS[:1])]), complete=True, now_s=now_s)
        now_s += 10.0
        assert one.breaker is Breaker.CLOSED
        assert one._known[item(1, "good").target][0] == (1, round_)

    assert 5 < failures < 12


def test_failures_in_a_row_open_the_breaker() -> None:
    """A platform that answers everything with 500 is left alone for a time."""
    one = lane()
    for number in range(UNCLEAR_IN_A_ROW):
        one.push(item(1, f"loc{number}"))
    for _ in range(UNCLEAR_IN_A_ROW):
        assert one.breaker is Breaker.CLOSED
        end(one, send(one), Outcome.UNCLEAR)

    assert one.breaker is Breaker.OPEN


def test_a_busy_post_costs_nothing() -> None:
    """When too much is under way to the platform the item waits a moment in its place."""
    one = lane()
    one.push(item(1))
    one.push(item(2))
    assert end(one, send(one), Outcome.BUSY) is Effect.NOTHING

    assert one.next(0.05) is None
    assert send(one, 0.2).item.stored.revision == 1
    assert one.breaker is Breaker.CLOSED


def test_a_newer_push_takes_the_place_of_what_was_found_behind() -> None:
    """D1: what a receiver missed and what is new collapse into the current object."""
    one = lane()
    one.begin_read()
    one.end_read(missed([stored(3)]), complete=True, now_s=0.0)
    one.push(item(4, whole=False))

    sent = send(one)
    assert (sent.item.stored.revision, sent.form) == (4, Form.WHOLE)


def test_a_full_lane_leaves_pushes_in_the_store() -> None:
    """Memory is bounded; what did not fit is found again."""
    one = lane(waiting_max=2)

    assert [one.push(item(1, f"loc{n}")) for n in range(3)] == [True, True, False]
    assert one.unread


def test_what_was_already_sent_is_not_sent_again_when_the_store_lags() -> None:
    """A success that the store has not noted yet, an item on its way, one that waits: none is doubled by a read."""
    one = lane(in_flight_max=1)
    for number in range(3):
        one.push(item(1, f"loc{number}"))
    end(one, send(one), Outcome.DONE)
    flying = send(one)
    one.begin_read()
    one.end_read(missed([stored(1, f"loc{n}", behind=RECEIVERS[:1]) for n in range(3)]), complete=True, now_s=0.0)

    end(one, flying, Outcome.DONE)
    end(one, send(one), Outcome.DONE)
    assert one.next(0.0) is None


def test_catching_up_is_paced_and_live_pushes_are_not() -> None:
    """A receiver that comes back is not flooded with what it missed, and gets what is new at once."""
    one = lane(read=False, per_s=20.0, in_flight_max=1000)
    one.begin_read()
    one.end_read(missed([stored(1, f"old{n}", behind=RECEIVERS[:1]) for n in range(100)]), complete=True, now_s=0.0)
    for number in range(50):
        one.push(item(1, f"new{number}"))

    sent = []
    for tick in range(101):
        while (one_sent := one.next(tick / 100)) is not None:
            sent.append(one_sent.item)
    assert len([each for each in sent if each.push]) == 50
    assert 20 <= len([each for each in sent if not each.push]) <= 23


@pytest.mark.parametrize("blocked", ["on its way", "waiting", "newer"])
def test_a_replay_never_overtakes(blocked: str) -> None:
    """An item out of turn is refused while its object is under way, and when a newer state was sent."""
    one = lane()
    if blocked != "newer":
        one.push(item(2))
    if blocked == "on its way":
        send(one)
    if blocked == "newer":
        one.push(item(3))
        end(one, send(one), Outcome.DONE)

    assert one.begin(Item(RECEIVERS[0], stored(2))) is None


def test_a_replay_goes_even_through_an_open_breaker() -> None:
    """An operator who forces a replay gets one request."""
    one = lane()
    one.push(item(1))
    end(one, send(one), Outcome.SILENT)

    assert one.begin(Item(RECEIVERS[0], stored(1))) is not None
    assert one.in_flight == 1


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


@settings(max_examples=500, deadline=None)
@given(st.lists(STEPS, min_size=30, max_size=80))
def test_any_interleaving_keeps_the_order_and_forgets_nothing(steps: list[Step]) -> None:
    """H3.27, D1: pushes here and elsewhere, lost answers, late reads, restarts: never back in time, never forgotten."""
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
