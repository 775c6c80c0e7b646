"""Counts over the last half hour."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hub.history import KEYS_MAX, History

WHEN = st.floats(0, 500)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), WHEN), max_size=60))
def test_it_counts_what_is_within_its_slices(added: list[tuple[str, bool, float]]) -> None:
    """In order of time, each key's counts by slice are those of a plain count; what is older is gone."""
    history = History(step_s=10, slices=6)
    added = sorted(added, key=lambda one: one[2])
    for key, failed, now_s in added:
        history.add(key, 1, int(failed), now_s)
    now_s = max((one[2] for one in added), default=0.0)
    last = int(now_s // 10)
    live = Counter((key, int(at // 10)) for key, _, at in added if int(at // 10) > last - 6)

    assert history.series(now_s) == {
        key: [live[key, number] for number in range(last - 5, last + 1)] for key in sorted({key for key, _ in live})
    }
    failures = sum(failed for _, failed, at in added if int(at // 10) > last - 6)
    assert sum(map(sum, history.failures(now_s).values())) == failures
    assert sum(history.totals(now_s).values()) == live.total()


def test_keys_are_bounded() -> None:
    """A flood of names does not grow the memory: keys beyond the bound are not counted, those that are there still are."""
    history = History(step_s=10, slices=2)
    for number in range(KEYS_MAX + 10):
        history.add(f"k{number}", 1, 0, 1.0)
    history.add("k0", 1, 0, 1.0)

    totals = history.totals(1.0)
    assert len(totals) == KEYS_MAX
    assert totals["k0"] == 2
