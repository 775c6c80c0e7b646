"""Growing columns of numbers, by name: rows are added at the end, and read and written as numpy arrays. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

_FIRST_ROOM = 1024
Indices = npt.NDArray[np.int64]


class Columns:
    """`columns["status"]` is a view of the rows that are there; it stays good until the next `add`."""

    def __init__(self, **kinds: npt.DTypeLike) -> None:
        self._arrays: dict[str, npt.NDArray[Any]] = {name: np.zeros(_FIRST_ROOM, kind) for name, kind in kinds.items()}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._arrays[name][: self._size]

    def add(self, rows: Mapping[str, Sequence[Any]], count: int) -> int:
        """Add `count` rows (columns that are not named hold zeros) and return the number of the first."""
        first, end = self._size, self._size + count
        for name, array in self._arrays.items():
            if end > len(array):
                self._arrays[name] = np.concatenate([array, np.zeros(max(len(array), end - len(array)), array.dtype)])
            if name in rows:
                self._arrays[name][first:end] = rows[name]
            else:
                self._arrays[name][first:end] = 0
        self._size = end
        return first

    def taken(self, rows: Indices) -> Self:
        """New columns that hold these rows alone, in this order."""
        fresh = type(self)()
        fresh._arrays = {name: array[rows] for name, array in self._arrays.items()}
        fresh._size = len(rows)
        return fresh

    def bytes_used(self) -> int:
        """Memory of all columns."""
        return sum(array.nbytes for array in self._arrays.values())


def spread(first: npt.NDArray[np.int32], counts: npt.NDArray[np.int32]) -> tuple[Indices, Indices]:
    """Every number of each stretch that begins at `first` and has `counts` numbers, and which stretch it is of."""
    places = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    offsets = np.arange(len(places), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
    return first.astype(np.int64)[places] + offsets, places
