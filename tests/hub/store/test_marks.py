"""Marks in long lists: right for any order of questions, bounded, and forgotten in time."""

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from hub.store.marks import APART, KEPT_S, LISTS_MAX, MARKS_MAX, Mark, Marks
from hub.store.protocols import Store, Window
from tests.hub.store.samples import CPA, LOCATIONS, stored

_NOW_S = 1_000.0


@given(offsets=st.lists(st.integers(1, 200_000), max_size=60), asked=st.integers(0, 250_000))
def test_the_nearest_mark_is_one_that_was_noted_and_not_behind_what_is_asked(offsets: list[int], asked: int) -> None:
    """In whatever order pages were read; marks stand apart, and what is walked for nothing is bounded by that."""
    marks = Marks()
    for offset in offsets:
        marks.note(b"list", Mark(offset, offset * 10), _NOW_S)
    found = marks.nearest(b"list", asked, _NOW_S)
    before = [offset for offset in offsets if offset <= asked]

    assert found is None or (found.offset <= asked and found.seq == found.offset * 10 and found.offset in offsets)
    assert max(before, default=0) - (found.offset if found else 0) < APART
    assert marks.nearest(b"other", asked, _NOW_S) is None


def test_marks_are_forgotten() -> None:
    """After ten minutes, and the lists that nobody walked for longest; no list has more than so many."""
    marks = Marks()
    for number in range(LISTS_MAX + 1):
        marks.note(b"%d" % number, Mark(APART, 1), _NOW_S)
    for number in range(MARKS_MAX + 5):
        marks.note(b"long", Mark(APART * (number + 1), number), _NOW_S)

    assert marks.nearest(b"0", APART, _NOW_S) is None
    assert marks.nearest(b"long", APART * (MARKS_MAX + 9), _NOW_S) == Mark(APART * MARKS_MAX, MARKS_MAX - 1)
    assert marks.nearest(b"long", APART * 9, _NOW_S + KEPT_S + 1) is None


@example_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.integers(0, 2_600), st.integers(1, 1_300)), min_size=1, max_size=6))
async def test_pages_by_offset_are_slices_in_any_order(store: Store, asked: list[tuple[int, int]]) -> None:
    """With marks as without: the page at an offset holds what stands there."""
    whole = await _page(store, 0, 5_000)
    if not whole:
        await asyncio.gather(*(store.objects.save(stored(f"loc{number}")) for number in range(2_500)))
        whole = await _page(store, 0, 5_000)

    assert len(whole) == 2_500
    for offset, limit in asked:
        assert await _page(store, offset, limit) == whole[offset : offset + limit]


async def test_a_walk_by_offsets_misses_nothing_for_what_is_withdrawn(store: Store) -> None:
    """Each page goes on where the one before it ended, whatever became of objects on pages that were read."""
    await asyncio.gather(*(store.objects.save(stored(f"loc{number}")) for number in range(2_500)))
    whole = await _page(store, 0, 5_000)
    seen = await _page(store, 0, 1_200)
    for gone in whole[:5]:
        found = await store.objects.get(replace(stored().key, object_id=gone))
        assert found is not None
        await store.objects.save(replace(found, withdrawn=True))
    seen += await _page(store, 1_200, 1_200) + await _page(store, 2_400, 1_200)

    assert seen == whole


async def _page(store: Store, offset: int, limit: int) -> list[str]:
    page = await store.objects.page(LOCATIONS, frozenset({CPA}), Window(offset=offset, limit=limit))
    return [one.key.object_id for one in page.objects]
