"""Where a search looks: near a place, in a box, along a route, as apps write them. Each refusal names the parameter."""

import math
from itertools import pairwise

import numpy as np

from hub.apps.api.asked import Search
from hub.apps.api.errors import BadParameter
from hub.apps.geometry import EARTH_M, Box, Point, decode_polyline, to_path_m
from hub.apps.search import Along, Inside, Near, Where

RADIUS_M = 5_000.0
BUFFER_M = 1_000.0
POINTS_MAX = 10_000
LENGTH_MAX_M = 5_000_000.0
THINNED = 0.01
"""A route is followed to within this part of its buffer."""
_DEGREE_M = EARTH_M * math.pi / 180


def where(asked: Search) -> Where:
    """The place of a search."""
    given = [name for name in ("near", "bbox", "along") if getattr(asked, name) is not None]
    if len(given) != 1:
        said = "say where: near, bbox or along" if not given else f"only one of {' and '.join(given)} can be followed"
        raise BadParameter(said, given[1] if given else "near")
    for name, needs in (("radius_m", "near"), ("buffer_m", "along")):
        if getattr(asked, name) is not None and given != [needs]:
            raise BadParameter(f"{name} goes with {needs}", name)
    if asked.near is not None:
        return Near(read_point(asked.near), asked.radius_m or RADIUS_M)
    if asked.bbox is not None:
        return Inside(read_box(asked.bbox))
    buffer_m = asked.buffer_m or BUFFER_M
    return Along(thinned(_path(asked.along or ""), buffer_m * THINNED), buffer_m)


def middle(place: Where) -> Point:
    """About where a search looked, for counting demand."""
    if isinstance(place, Near):
        return place.origin
    if isinstance(place, Along):
        return place.path[len(place.path) // 2]
    width = (place.box.east - place.box.west) % 360
    return Point((place.box.south + place.box.north) / 2, (place.box.west + width / 2 + 180) % 360 - 180)


def read_point(written: str) -> Point:
    """`48.85,2.35`."""
    latitude, longitude = _numbers(written, 2, "near", "is latitude,longitude, such as 48.85,2.35")
    _on_globe(latitude, longitude, "near")
    return Point(latitude, longitude)


def read_box(written: str) -> Box:
    """`2.25,48.81,2.42,48.91`: west, south, east, north, as GeoJSON and map libraries write boxes."""
    west, south, east, north = _numbers(written, 4, "bbox", "is west,south,east,north, such as 2.25,48.81,2.42,48.91")
    _on_globe(south, west, "bbox")
    _on_globe(north, east, "bbox")
    if south > north:
        raise BadParameter(
            f"bbox: south {south:g} is north of north {north:g}", "bbox", "the order is west,south,east,north"
        )
    return Box(south, west, north, east)


def _numbers(written: str, count: int, parameter: str, form: str) -> list[float]:
    try:
        numbers = [float(part) for part in written.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise BadParameter(f"{parameter} {form}", parameter)
    return numbers


def _on_globe(latitude: float, longitude: float, parameter: str) -> None:
    if not -90 <= latitude <= 90:
        raise BadParameter(f"{parameter}: latitude {latitude:g} is not between -90 and 90", parameter)
    if not -180 <= longitude <= 180:
        raise BadParameter(f"{parameter}: longitude {longitude:g} is not between -180 and 180", parameter)


def _path(encoded: str) -> list[Point]:
    try:
        points = decode_polyline(encoded, POINTS_MAX)
    except ValueError as error:
        raise BadParameter(f"along {error}", "along", "an encoded polyline with five decimals") from None
    path = [points[0], *(after for before, after in pairwise(points) if after != before)]
    if len(path) < 2:
        raise BadParameter("along goes nowhere: all its points are the same", "along")
    length_m = sum(_roughly_m(start, end) for start, end in pairwise(path))
    if length_m > LENGTH_MAX_M:
        said = f"along is {length_m / 1000:.0f} km long; at most {LENGTH_MAX_M / 1000:.0f} are looked at"
        raise BadParameter(said, "along")
    return path


def _roughly_m(start: Point, end: Point) -> float:
    across = (end.longitude - start.longitude + 180) % 360 - 180
    return math.hypot(end.latitude - start.latitude, across * math.cos(math.radians(start.latitude))) * _DEGREE_M


def thinned(path: list[Point], within_m: float) -> tuple[Point, ...]:
    """Fewer points, none of those left out further than `within_m` from the rest: a finely drawn route costs no more.

    Source: Douglas and Peucker, 1973.
    """
    latitudes = np.array([one.latitude for one in path])
    longitudes = np.array([one.longitude for one in path])
    kept, waiting = {0, len(path) - 1}, [(0, len(path) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        inner = slice(first + 1, last)
        away = to_path_m([path[first], path[last]], latitudes[inner], longitudes[inner])
        furthest = int(away.argmax())
        if away[furthest] > within_m:
            middle = first + 1 + furthest
            kept.add(middle)
            waiting += [(first, middle), (middle, last)]
    return tuple(path[place] for place in sorted(kept))
