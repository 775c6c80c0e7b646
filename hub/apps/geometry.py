"""Places on the globe: distances, boxes, encoded polylines. Pure; degrees and metres, vectors are numpy arrays of float64."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

EARTH_M = 6_371_008.8
"""Mean radius."""
_DEGREE_M = EARTH_M * math.pi / 180
_MARGIN_DEGREES = 1e-6
"""A box is this much larger than it must be (about 10 cm): what is just within a distance must not fall out by rounding."""


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude from -90 to 90, longitude from -180 to 180."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """From south-west to north-east; `west` is greater than `east` where it crosses the antimeridian."""

    south: float
    west: float
    north: float
    east: float

    def longitudes(self) -> tuple[tuple[float, float], ...]:
        """One stretch of longitudes, or the two beside the antimeridian, which is both 180 and -180."""
        if self.west > self.east:
            return ((self.west, 180.0), (-180.0, self.east))
        whole = ((self.west, self.east),)
        if self.east == 180.0 and self.west > -180.0:
            return (*whole, (-180.0, -180.0))
        if self.west == -180.0 and self.east < 180.0:
            return (*whole, (180.0, 180.0))
        return whole

    def holds(self, latitudes: Floats, longitudes: Floats) -> npt.NDArray[np.bool_]:
        """Which points are inside or on the edge."""
        across = np.zeros(longitudes.shape, np.bool_)
        for west, east in self.longitudes():
            across |= (longitudes >= west) & (longitudes <= east)
        return across & (latitudes >= self.south) & (latitudes <= self.north)


def distances_m(origin: Point, latitudes: Floats, longitudes: Floats) -> Floats:
    """Great-circle distances from `origin` (haversine)."""
    phi, phis = math.radians(origin.latitude), np.radians(latitudes)
    half_lat, half_lon = (phis - phi) / 2, np.radians(longitudes - origin.longitude) / 2
    squared = np.sin(half_lat) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(half_lon) ** 2
    result: Floats = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(squared, 0.0, 1.0)))
    return result


def around(origin: Point, radius_m: float) -> Box:
    """The smallest box that holds every point within `radius_m`; all longitudes where it reaches a pole."""
    reach = radius_m / EARTH_M + math.radians(_MARGIN_DEGREES)
    south, north = origin.latitude - math.degrees(reach), origin.latitude + math.degrees(reach)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    across = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(math.radians(origin.latitude)))))
    return Box(south, _wrapped(origin.longitude - across), north, _wrapped(origin.longitude + across))


def to_path_m(path: Sequence[Point], latitudes: Floats, longitudes: Floats) -> Floats:
    """Each point's distance from the nearest segment of `path`, on a map that is flat and true to scale around the point.

    A segment is straight in degrees, and goes the short way round the globe. Good to 0.1 % within 50 km, away from the poles.
    """
    starts = np.array([[one.latitude, one.longitude] for one in path[:-1]])
    north = np.array([after.latitude - before.latitude for before, after in pairwise(path)]) * _DEGREE_M
    east = np.array([turn(after.longitude - before.longitude) for before, after in pairwise(path)]) * _DEGREE_M
    shrink = np.cos(np.radians(latitudes))[:, None]
    y = (starts[:, 0] - latitudes[:, None]) * _DEGREE_M
    x = turns(starts[:, 1] - longitudes[:, None]) * _DEGREE_M * shrink
    dx = east * shrink
    length2 = dx * dx + north * north
    along = np.clip(-(x * dx + y * north) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    nearest: Floats = np.hypot(x + along * dx, y + along * north).min(axis=1)
    return nearest


def path_box(path: Sequence[Point], buffer_m: float) -> Box:
    """A box that holds everything within `buffer_m` (by `to_path_m`) of a path that spans less than half the globe."""
    reach = buffer_m / _DEGREE_M + _MARGIN_DEGREES
    south = min(one.latitude for one in path) - reach
    north = max(one.latitude for one in path) + reach
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    offsets = [0.0]
    for before, after in pairwise(path):
        offsets.append(offsets[-1] + turn(after.longitude - before.longitude))
    across = reach / math.cos(math.radians(max(abs(south), abs(north))))
    west, east = min(offsets) - across, max(offsets) + across
    if east - west >= 360:
        return Box(south, -180.0, north, 180.0)
    return Box(south, _wrapped(path[0].longitude + west), north, _wrapped(path[0].longitude + east))


def decode_polyline(encoded: str, most: int) -> list[Point]:
    """Read Google's encoded polyline (five decimals); raises ValueError for what is none, or longer than `most` points."""
    points: list[Point] = []
    at, latitude, longitude = 0, 0, 0
    while at < len(encoded):
        step, at = _decode_number(encoded, at)
        latitude += step
        step, at = _decode_number(encoded, at)
        longitude += step
        if len(points) >= most:
            raise ValueError(f"has more than {most} points")
        if abs(latitude) > 90 * 10**5 or abs(longitude) > 180 * 10**5:
            raise ValueError(f"point {len(points) + 1} is not on the globe")
        points.append(Point(latitude / 1e5, longitude / 1e5))
    if len(points) < 2:
        raise ValueError("needs at least two points")
    return points


def _decode_number(encoded: str, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        if at >= len(encoded):
            raise ValueError("ends in the middle of a number")
        bits = ord(encoded[at]) - 63
        if not 0 <= bits < 64 or shift > 30:
            raise ValueError(f"has a character at {at} that no encoded polyline has")
        at += 1
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            return (~(value >> 1) if value & 1 else value >> 1), at


def _wrapped(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0


def turn(degrees: float) -> float:
    """A difference of longitudes, the short way round."""
    return (degrees + 180.0) % 360.0 - 180.0


def turns(degrees: Floats) -> Floats:
    """Differences of longitudes, the short way round."""
    result: Floats = (degrees + 180.0) % 360.0 - 180.0
    return result
