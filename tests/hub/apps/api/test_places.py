"""Where a search looks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.api.asked import Search
from hub.apps.api.errors import BadParameter
from hub.apps.api.places import BUFFER_M, RADIUS_M, middle, read_box, read_point, thinned, where
from hub.apps.geometry import Box, Point, to_path_m
from hub.apps.search import Along, Inside, Near
from tests.whole.apps import encode_polyline

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
STEPS = st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), min_size=1, max_size=60)


@given(LATITUDES, LONGITUDES)
def test_points_are_read_as_written(latitude: float, longitude: float) -> None:
    """latitude,longitude."""
    assert read_point(f"{latitude!r},{longitude!r}") == Point(latitude, longitude)


@given(st.tuples(LATITUDES, LATITUDES), LONGITUDES, LONGITUDES)
def test_boxes_are_read_as_written(latitudes: tuple[float, float], west: float, east: float) -> None:
    """west,south,east,north; any two longitudes, south not north of north."""
    south, north = sorted(latitudes)
    assert read_box(f"{west!r},{south!r},{east!r},{north!r}") == Box(south, west, north, east)
    if south < north:
        with pytest.raises(BadParameter, match="north"):
            read_box(f"{west!r},{north!r},{east!r},{south!r}")


def test_each_way_of_saying_where() -> None:
    """With its defaults."""
    route = encode_polyline((52, 5), (53, 6))

    assert where(Search(near="52,5")) == Near(Point(52, 5), RADIUS_M)
    assert where(Search(bbox="4,51,6,53")) == Inside(Box(51, 4, 53, 6))
    assert where(Search(along=route)) == Along((Point(52, 5), Point(53, 6)), BUFFER_M)
    assert where(Search(along=route, buffer_m=10)) == Along((Point(52, 5), Point(53, 6)), 10)


@given(STEPS, st.sampled_from([5.0, 50.0, 500.0]))
def test_a_thinned_route_stays_near_all_its_points(steps: list[tuple[float, float]], within_m: float) -> None:
    """It keeps its ends and only points of its own, and none that was left out is further away than that."""
    path = [Point(52.0, 5.0)]
    for north, east in steps:
        path.append(Point(path[-1].latitude + north, path[-1].longitude + east))
    kept = thinned(path, within_m)
    latitudes, longitudes = (np.array([getattr(one, name) for one in path]) for name in ("latitude", "longitude"))

    assert (kept[0], kept[-1]) == (path[0], path[-1])
    assert set(kept) <= set(path)
    assert to_path_m(kept, latitudes, longitudes).max() <= within_m * 1.01 + 0.01


def test_a_straight_route_needs_its_ends_alone() -> None:
    """A finely drawn line costs no more than a coarse one."""
    path = [Point(52 + number / 1000, 5.0) for number in range(1_000)]

    assert thinned(path, 1.0) == (path[0], path[-1])
    assert len(list(pairwise(path))) == 999


def test_the_middle_of_a_place() -> None:
    """Of a box that crosses the antimeridian too."""
    assert middle(Inside(Box(-1, 179, 1, -177))) == Point(0, -179)
    assert middle(Near(Point(1, 2), 5)) == Point(1, 2)
    assert middle(Along((Point(1, 2), Point(2, 3), Point(4, 5)), 5)) == Point(2, 3)
