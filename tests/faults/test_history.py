"""The checker finds whatever is wrong with a history, and nothing in a good one: it is tested by harming good ones."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.faults.history import Arrival, Heard, History, Push, check

RECEIVERS = ("r1", "r2")
OBJECTS = ("a", "b", "c")


def arrival(receiver: str, object_id: str, number: int) -> Arrival:
    """As a hub delivers it: the id and the bytes follow from the state."""
    return Arrival(receiver, object_id, number, f"d-{receiver}-{object_id}-{number}", hash((object_id, number)))


@st.composite
def good_histories(draw: st.DrawFn) -> History:
    """Some states of each object are skipped, some come again; the newest acknowledged one comes, or a later one."""
    history = History()
    newest: dict[str, int] = {}
    for number, object_id in enumerate(draw(st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=25)), 1):
        heard = draw(st.sampled_from([Heard.OK, Heard.OK, Heard.INFO, Heard.FAIL]))
        history.pushes.append(Push(object_id, number, heard))
        if heard is Heard.OK:
            newest[object_id] = number
    for receiver in RECEIVERS:
        for push in history.pushes:
            must = newest.get(push.object_id) == push.number
            if push.heard is not Heard.FAIL and (must or draw(st.booleans())):
                times = draw(st.sampled_from([1, 1, 1, 2]))
                history.arrivals += [arrival(receiver, push.object_id, push.number)] * times
    return history


@given(good_histories())
def test_a_good_history_has_no_faults(history: History) -> None:
    """Skipped and repeated states are allowed; what is not acknowledged may come or not."""
    assert check(history, RECEIVERS).faults == 0


@given(good_histories(), st.data())
def test_a_lost_delivery_is_found(history: History, data: st.DataObject) -> None:
    """REL-26: the last state of an acknowledged object is taken out, with whatever is as new or newer."""
    acknowledged = [push for push in history.pushes if push.heard is Heard.OK]
    assume(acknowledged)
    lost = data.draw(st.sampled_from(acknowledged))
    receiver = data.draw(st.sampled_from(RECEIVERS))
    newest = max(push.number for push in acknowledged if push.object_id == lost.object_id)

    def gone(one: Arrival) -> bool:
        return (one.receiver, one.object_id) == (receiver, lost.object_id) and one.number >= newest

    history.arrivals = [one for one in history.arrivals if not gone(one)]
    assert len(check(history, RECEIVERS).lost) == 1


@given(good_histories(), st.data())
def test_two_states_in_the_wrong_order_are_found(history: History, data: st.DataObject) -> None:
    """REL-26: any two different states of one object at one receiver change places."""
    pairs = [
        (left, right)
        for left, one in enumerate(history.arrivals)
        for right, other in enumerate(history.arrivals[left + 1 :], left + 1)
        if (one.receiver, one.object_id) == (other.receiver, other.object_id) and one.number < other.number
    ]
    assume(pairs)
    left, right = data.draw(st.sampled_from(pairs))
    arrivals = history.arrivals
    arrivals[left], arrivals[right] = arrivals[right], arrivals[left]

    assert check(history, RECEIVERS).reordered


@given(good_histories(), st.data(), st.booleans())
def test_a_repetition_that_is_not_the_same_is_found(history: History, data: st.DataObject, other_id: bool) -> None:
    """REL-26: a state comes again under another delivery id, or with other bytes."""
    assume(history.arrivals)
    at = data.draw(st.integers(0, len(history.arrivals) - 1))
    again = history.arrivals[at]
    changed = replace(again, delivery_id="another") if other_id else replace(again, digest=again.digest + 1)
    history.arrivals.insert(at + 1, changed)

    verdict = check(history, RECEIVERS)
    assert len(verdict.changed) >= 1
    assert verdict.repeated >= 1


@given(good_histories(), st.data())
def test_a_state_from_nowhere_is_found(history: History, data: st.DataObject) -> None:
    """REL-26: a state that nobody pushed, or that was refused, arrives."""
    refused = [push for push in history.pushes if push.heard is Heard.FAIL]
    ghost = data.draw(st.sampled_from([*refused, Push("a", 1000, Heard.FAIL)]))
    history.arrivals.append(arrival("r1", ghost.object_id, ghost.number))

    assert len(check(history, RECEIVERS).invented) == 1


def test_a_receiver_that_got_nothing_lost_everything() -> None:
    """Silence is no success."""
    history = History(pushes=[Push("a", 1, Heard.OK), Push("b", 2, Heard.INFO)])

    assert len(check(history, RECEIVERS).lost) == len(RECEIVERS)
