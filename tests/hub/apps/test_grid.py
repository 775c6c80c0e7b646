"""Cells: whoever asks for a box gets at least what is in it, and nothing twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.geometry import Box
from hub.apps.grid import Grid
from tests.hub.apps.samples import LATITUDES, LONGITUDES

PLACES = st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=60)


@given(PLACES, LATITUDES, LATITUDES, LONGITUDES, LONGITUDES)
def test_a_box_finds_all_that_is_in_it(
    places: list[tuple[float, float]], one: float, other: float, west: float, east: float
) -> None:
    """Across the antimeridian and at the poles too, each index once."""
    latitudes = np.array([latitude for latitude, _ in places])
    longitudes = np.array([longitude for _, longitude in places])
    box = Box(min(one, other), west, max(one, other), east)

    found = Grid(latitudes, longitudes).inside(box).tolist()

    assert set(np.flatnonzero(box.holds(latitudes, longitudes)).tolist()) <= set(found)
    assert len(found) == len(set(found))


def test_cells_are_few_around_a_place() -> None:
    """A box in a city is not answered with the whole country."""
    spread = np.linspace(40, 50, 10_000)
    grid = Grid(spread, np.full(10_000, 5.0))

    assert len(grid) == 10_000
    assert len(grid.inside(Box(45.0, 4.99, 45.01, 5.01))) < 150
