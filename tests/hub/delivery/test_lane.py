"""A lane's decisions, one at a time."""

import pytest

from hub.delivery.item import Effect, Form, Item, Outcome, Send
from hub.delivery.lane import UNCLEAR_IN_A_ROW, Breaker, Lane
from hub.delivery.schedule import Pace
from tests.hub.delivery.items import RECEIVERS, item, missed, stored


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
    assert one.push(item(1))
    first = send(one)
    for pushed in (item(2, whole=False), item(1, "loc2")):
        assert one.push(pushed)

    other = send(one)
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
    one.push(item(1))
    refused = send(one)
    for pushed in (item(2, whole=False), item(1, "loc2")):
        one.push(pushed)

    other = send(one)
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


def test_a_platform_that_calls_is_tried_once_a_second() -> None:
    """P6: any message of the platform half-opens the breaker, and a flood of them does not make a flood of tries."""
    one = lane()
    one.push(item())
    assert not one.knock(0.0)
    end(one, send(one), Outcome.SILENT)

    assert [one.knock(0.1 + tick / 10) for tick in range(4)] == [True, False, False, False]
    one.begin_read()
    one.end_read(missed([stored(1, behind=RECEIVERS[:1])]), complete=True, now_s=0.2)
    end(one, send(one, 0.2), Outcome.SILENT, now_s=0.2)
    assert [one.knock(0.5), one.knock(1.2)] == [False, True]


def test_a_call_does_not_cut_retry_after_short() -> None:
    """P6: when the platform said itself when to come back, neither a message of its own nor its return changes that."""
    one = lane()
    one.push(item())
    end(one, send(one), Outcome.UNCLEAR, retry_after_s=120.0)

    one.wake(1.0)
    assert not one.knock(2.0)
    assert not one.wants_read(119.0)
    assert one.knock(120.0)


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
    assert end(one, send(one), Outcome.BUSY) is Effect.NOTHING

    assert one.next(0.05) is None
    assert send(one, 0.2).item.stored.revision == 1
    assert one.breaker is Breaker.CLOSED


@pytest.mark.parametrize("whole", [True, False])
def test_the_newest_state_wins(whole: bool) -> None:
    """P5: however many states of an object are pushed while one is on its way, one waits: the newest, whole if it must be."""
    one = lane(waiting_max=1)
    one.push(item(1))
    flying = send(one)

    assert all(one.push(item(revision, whole=whole)) for revision in range(2, 50))
    assert one.waiting == 1
    end(one, flying, Outcome.BUSY if whole else Outcome.DONE)
    newest = send(one, 1.0)
    assert (newest.item.stored.revision, newest.form) == (49, Form.AS_IS if whole else Form.WHOLE)
    end(one, newest, Outcome.DONE)
    assert one.next(2.0) is None


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
