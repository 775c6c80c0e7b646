"""Points of the globe in cells: whoever asks for a box gets few candidates, by binary search in sorted cell numbers. Pure."""

import math

import numpy as np

from hub.apps.geometry import Box, Floats, Indices

CELL_DEGREES = 0.04
"""About 4.4 km north to south."""
_COLUMNS = math.ceil(360 / CELL_DEGREES) + 1
_NOTHING: Indices = np.empty(0, dtype=np.int64)


class Grid:
    """Immutable; sorting half a million points takes about 0.05 s."""

    def __init__(self, latitudes: Floats, longitudes: Floats) -> None:
        cells = _rows(latitudes) * _COLUMNS + _columns(longitudes)
        self._order: Indices = np.argsort(cells, kind="stable").astype(np.int64)
        self._cells = cells[self._order]

    def __len__(self) -> int:
        return len(self._order)

    def inside(self, box: Box) -> Indices:
        """Indices of all points in the cells that `box` touches: a superset of those in it."""
        rows = np.arange(int(_rows(np.float64(box.south))), int(_rows(np.float64(box.north))) + 1, dtype=np.int64)
        parts: list[Indices] = []
        stretches = box.longitudes()
        for west, east in stretches:
            begins = np.searchsorted(self._cells, rows * _COLUMNS + _columns(np.float64(west)), "left")
            ends = np.searchsorted(self._cells, rows * _COLUMNS + _columns(np.float64(east)), "right")
            parts += [self._order[begin:end] for begin, end in zip(begins, ends, strict=True) if begin < end]
        if not parts:
            return _NOTHING
        found = np.concatenate(parts)
        return np.unique(found) if len(stretches) > 1 else found  # two stretches may touch the same cell


def _rows(latitudes: Floats | np.float64) -> Indices:
    return np.floor((np.asarray(latitudes) + 90.0) / CELL_DEGREES).astype(np.int64)


def _columns(longitudes: Floats | np.float64) -> Indices:
    return np.floor((np.asarray(longitudes) + 180.0) / CELL_DEGREES).astype(np.int64)
