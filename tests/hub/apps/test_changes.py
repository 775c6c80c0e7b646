"""The window of changes: complete, in order, or plainly not kept any more."""

from hypothesis import given
from hypothesis import strategies as st

from hub.apps.changes import Changes, Event


def event(seq: int) -> Event:
    """Some change."""
    return Event(seq=seq, key="locations/NL/CPA/loc1", changes=())


@given(st.lists(st.integers(1, 5), max_size=60), st.integers(2, 20), st.integers(0, 320), st.integers(1, 30))
def test_an_answer_is_complete_or_none(steps: list[int], kept_max: int, since: int, limit: int) -> None:
    """Everything beyond the number, the oldest first, up to the limit; None exactly when some of it is gone."""
    window, added, seq = Changes(10, kept_max), list[int](), 10
    for step in steps:
        seq += step
        window.add(event(seq))
        added.append(seq)
    found = window.after(since, limit)
    beyond = [one for one in added if one > since]

    if found is None:
        assert since < window.complete_since
        return
    assert [one.seq for one in found] == beyond[:limit]


@given(st.integers(1, 200), st.integers(2, 20))
def test_memory_is_bounded_and_the_newest_half_stays(count: int, kept_max: int) -> None:
    """Whoever is half a window behind misses nothing."""
    window = Changes(0, kept_max)
    for seq in range(1, count + 1):
        window.add(event(seq))
    found = window.after(window.complete_since, 10**6)

    assert found is not None
    assert min(count, kept_max - kept_max // 2) <= len(found) <= kept_max
    assert window.last == count


def test_paging_through_the_window_misses_nothing() -> None:
    """From the number of the last one on."""
    window = Changes(0)
    for seq in range(1, 101):
        window.add(event(seq))
    seen, since = list[int](), 0
    while page := window.after(since, 7):
        seen += [one.seq for one in page]
        since = seen[-1]

    assert seen == list(range(1, 101))


def test_a_window_that_begins_later_says_so() -> None:
    """Nothing is known from before it."""
    window = Changes(50)

    assert window.after(49, 10) is None
    assert window.after(50, 10) == []
    assert window.last == 50
