"""Growing columns of numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.columns import Columns, spread


@given(st.lists(st.lists(st.integers(0, 255), max_size=2_000), max_size=5))
def test_rows_stay_as_they_were_added(batches: list[list[int]]) -> None:
    """However the columns grow; a column that is not named holds zeros."""
    columns = Columns(status=np.uint8, watts=np.int32)
    for batch in batches:
        before = len(columns)
        assert columns.add({"status": batch}, len(batch)) == before
    written = [one for batch in batches for one in batch]

    assert columns["status"].tolist() == written
    assert columns["watts"].tolist() == [0] * len(written)
    assert len(columns) == len(written)


def test_taken_rows_are_columns_of_their_own() -> None:
    """In the order asked for; what is written to them does not reach the first ones."""
    columns = Columns(status=np.uint8)
    columns.add({"status": [1, 2, 3]}, 3)
    taken = columns.taken(np.array([2, 0]))
    taken["status"][0] = 9
    taken.add({"status": [4]}, 1)

    assert taken["status"].tolist() == [9, 1, 4]
    assert columns["status"].tolist() == [1, 2, 3]
    assert taken.bytes_used() >= 3


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5))))
def test_stretches_are_spread(stretches: list[tuple[int, int]]) -> None:
    """Each number of each stretch, in order."""
    first = np.array([begin for begin, _ in stretches], np.int32)
    counts = np.array([count for _, count in stretches], np.int32)
    numbers, places = spread(first, counts)

    assert numbers.tolist() == [begin + one for begin, count in stretches for one in range(count)]
    assert places.tolist() == [place for place, (_, count) in enumerate(stretches) for _ in range(count)]
