"""Places on the globe: distances, boxes that hold what is within them, polylines."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.apps.geometry import EARTH_M, Box, Point, around, decode_polyline, distances_m, path_box, to_path_m
from tests.hub.apps.samples import LATITUDES, LONGITUDES

POINTS = st.builds(Point, LATITUDES, LONGITUDES)
LAND = st.builds(Point, st.floats(-70, 75), LONGITUDES)
RADII = st.one_of(st.floats(1, 300_000), st.sampled_from([1.0, 10_000.0, 10_000_000.0, 1e9]))


def distance(one: Point, other: Point) -> float:
    """From one place to another."""
    return float(distances_m(one, np.array([other.latitude]), np.array([other.longitude]))[0])


def holds(box: Box, point: Point) -> bool:
    """Is the place in the box?"""
    return bool(box.holds(np.array([point.latitude]), np.array([point.longitude]))[0])


def test_a_distance_that_is_known() -> None:
    """From Paris to London it is 344 km, across the antimeridian it is the short way, from pole to pole half the globe."""
    assert distance(Point(48.8566, 2.3522), Point(51.5074, -0.1278)) == pytest.approx(343_556, rel=1e-3)
    assert distance(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(EARTH_M * math.radians(1))
    assert distance(Point(90, 0), Point(-90, 77)) == pytest.approx(EARTH_M * math.pi)


@given(POINTS, POINTS, RADII)
def test_the_box_around_a_place_holds_all_that_is_near(origin: Point, other: Point, radius_m: float) -> None:
    """At the poles and the antimeridian too; nothing falls out by rounding."""
    reach_m = max(radius_m, distance(origin, other))

    assert holds(around(origin, reach_m), other)


@given(POINTS, st.floats(1, 50_000), st.floats(0, 2 * math.pi))
def test_what_is_just_within_a_radius_is_in_its_box(origin: Point, radius_m: float, bearing: float) -> None:
    """Places on the circle itself, in every direction."""
    reach, phi = radius_m / EARTH_M, math.radians(origin.latitude)
    latitude = math.asin(
        max(-1, min(1, math.sin(phi) * math.cos(reach) + math.cos(phi) * math.sin(reach) * math.cos(bearing)))
    )
    turned = math.atan2(
        math.sin(bearing) * math.sin(reach) * math.cos(phi), math.cos(reach) - math.sin(phi) * math.sin(latitude)
    )
    longitude = (origin.longitude + math.degrees(turned) + 180) % 360 - 180
    there = Point(math.degrees(latitude), longitude)
    assume(distance(origin, there) <= radius_m)

    assert holds(around(origin, radius_m), there)


@given(POINTS, POINTS)
def test_both_ends_of_the_antimeridian_are_one_place(one: Point, other: Point) -> None:
    """A box that holds 180 holds -180."""
    box = Box(min(one.latitude, other.latitude), one.longitude, max(one.latitude, other.latitude), other.longitude)

    assert holds(box, Point(one.latitude, 180.0)) == holds(box, Point(one.latitude, -180.0))


@given(LAND, st.lists(st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)), min_size=1, max_size=5), st.data())
def test_the_box_of_a_path_holds_all_that_is_near(
    start: Point, steps: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Everything within the buffer, by the measure that the search uses."""
    path, buffer_m = walked(start, steps), data.draw(st.floats(1, 50_000))
    near = data.draw(st.sampled_from(path))
    there = Point(
        near.latitude + data.draw(st.floats(-0.6, 0.6)),
        (near.longitude + data.draw(st.floats(-0.9, 0.9)) + 180) % 360 - 180,
    )
    away = float(to_path_m(path, np.array([there.latitude]), np.array([there.longitude]))[0])

    assert away > buffer_m or holds(path_box(path, buffer_m), there)


@given(LAND, st.lists(st.tuples(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1)), min_size=1, max_size=4), st.data())
def test_the_distance_from_a_path_is_that_of_its_nearest_place(
    start: Point, steps: list[tuple[float, float]], data: st.DataObject
) -> None:
    """Against a thousand places on it, by the haversine."""
    path = walked(start, steps)
    there = Point(start.latitude + data.draw(st.floats(-0.2, 0.2)), start.longitude)
    away = float(to_path_m(path, np.array([there.latitude]), np.array([there.longitude]))[0])
    nearest = min(
        float(distances_m(there, latitudes, longitudes).min()) for latitudes, longitudes in map(between, pairwise(path))
    )

    assert away == pytest.approx(nearest, rel=0.01, abs=60)


def walked(start: Point, steps: list[tuple[float, float]]) -> list[Point]:
    """A path of steps, round the globe where it leads there."""
    path = [start]
    for north, east in steps:
        before = path[-1]
        path.append(Point(before.latitude + north, (before.longitude + east + 180) % 360 - 180))
    return path


def between(ends: tuple[Point, Point]) -> tuple[np.ndarray, np.ndarray]:
    """A thousand places from one to the other, the short way."""
    start, end = ends
    shares = np.linspace(0, 1, 1_000)
    east = (end.longitude - start.longitude + 180) % 360 - 180
    return start.latitude + shares * (end.latitude - start.latitude), start.longitude + shares * east


def test_a_known_polyline_is_read() -> None:
    """The example of the format's own description."""
    assert decode_polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 10) == [
        Point(38.5, -120.2),
        Point(40.7, -120.95),
        Point(43.252, -126.453),
    ]


@given(
    st.lists(
        st.tuples(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000)), min_size=2, max_size=9
    )
)
def test_a_polyline_comes_back(points: list[tuple[int, int]]) -> None:
    """Every place, to five decimals."""
    expected = [Point(latitude / 1e5, longitude / 1e5) for latitude, longitude in points]

    assert decode_polyline(encode(points), len(points)) == expected


def encode(points: list[tuple[int, int]]) -> str:
    """As the format's description says it."""
    written, before = "", (0, 0)
    for point in points:
        for now, then in zip(point, before, strict=True):
            value = (now - then) << 1
            value = ~value if now < then else value
            while value >= 0x20:
                written += chr((0x20 | (value & 0x1F)) + 63)
                value >>= 5
            written += chr(value + 63)
        before = point
    return written


@pytest.mark.parametrize(
    ("encoded", "complaint"),
    [
        ("", "two points"),
        ("??", "two points"),
        ("_p~iF", "middle of a number"),
        ("_p~iF~ps|U_", "middle of a number"),
        ("~" * 100, "character at"),
        ("\x10?", "character at 0"),
        ("é?", "character at 0"),
        ("??????", "more than 2"),
        ("_gjaR?_gjaR?", "not on the globe"),
    ],
)
def test_what_is_no_polyline_says_why(encoded: str, complaint: str) -> None:
    """Cut off, foreign characters, too long, off the globe."""
    with pytest.raises(ValueError, match=complaint):
        decode_polyline(encoded, 2)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but ValueError comes out of it."""
    try:
        points = decode_polyline(text, 100)
    except ValueError:
        return
    assert all(abs(one.latitude) <= 90 and abs(one.longitude) <= 180 for one in points)
