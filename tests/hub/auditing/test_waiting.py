"""The bounded queue: in number and in bytes, in order, and nothing waits for room."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from hub.auditing.waiting import Waiting


@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), max_size=40))
async def test_bounds_and_order(steps: list[int | None]) -> None:
    """However it is filled (a size) and emptied (None): never beyond its bounds, and first in is first out."""
    waiting: Waiting[int] = Waiting(3, 100)
    inside: deque[tuple[int, int]] = deque()
    for number, size in enumerate(steps):
        if size is None:
            if inside:
                assert await waiting.get() == inside.popleft()[0]
                waiting.done()
            continue
        room = len(inside) < 3 and sum(held for _, held in inside) + size <= 100
        assert waiting.put(number, size) is room
        if room:
            inside.append((number, size))
        assert waiting.held_bytes == sum(held for _, held in inside)
    while inside:
        assert await waiting.get() == inside.popleft()[0]
        waiting.done()

    await waiting.join()
