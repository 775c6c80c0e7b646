"""Places on the globe: distances, boxes, encoded polylines. Pure; degrees and metres, vectors are numpy arrays of float64."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

EARTH_M = 6_371_008.8
"""Mean radius."""
_DEGREE_M = EARTH_M * math.pi / 180


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
        """One stretch of longitudes, or the two beside the antimeridian."""
        if self.west <= self.east:
            return ((self.west, self.east),)
        return ((self.west, 180.0), (-180.0, self.east))

    def holds(self, latitudes: Floats, longitudes: Floats) -> npt.NDArray[np.bool_]:
        """Which points are inside or on the edge."""
        across = (longitudes >= self.west) & (longitudes <= self.east)
        if self.west > self.east:
            across = (longitudes >= self.west) | (longitudes <= self.east)
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
    reach = radius_m / EARTH_M
    south, north = origin.latitude - radius_m / _DEGREE_M, origin.latitude + radius_m / _DEGREE_M
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    across = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(math.radians(origin.latitude)))))
    return Box(south, _wrapped(origin.longitude - across), north, _wrapped(origin.longitude + across))


def to_segments_m(path: list[Point], latitudes: Floats, longitudes: Floats) -> Floats:
    """Each point's distance from the nearest segment of `path`, flat around each segment: good to 0.1 % within 100 km."""
    nearest = np.full(latitudes.shape, np.inf)
    for start, end in pairwise(path):
        np.minimum(nearest, _to_segment_m(start, end, latitudes, longitudes), out=nearest)
    return nearest


def _to_segment_m(start: Point, end: Point, latitudes: Floats, longitudes: Floats) -> Floats:
    shrink = math.cos(math.radians((start.latitude + end.latitude) / 2))
    x = _turn(longitudes - start.longitude) * shrink * _DEGREE_M
    y = (latitudes - start.latitude) * _DEGREE_M
    dx = float(_turn(np.float64(end.longitude - start.longitude))) * shrink * _DEGREE_M
    dy = (end.latitude - start.latitude) * _DEGREE_M
    length2 = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / length2, 0.0, 1.0) if length2 else np.zeros(latitudes.shape)
    result: Floats = np.hypot(x - along * dx, y - along * dy)
    return result


def segment_box(start: Point, end: Point, buffer_m: float) -> Box:
    """The box of everything within `buffer_m` of a segment that is shorter than half the globe."""
    one, other = around(start, buffer_m), around(end, buffer_m)
    west, east = (one, other) if float(_turn(np.float64(end.longitude - start.longitude))) >= 0 else (other, one)
    return Box(min(one.south, other.south), west.west, max(one.north, other.north), east.east)


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


def _turn(degrees: Floats | np.float64) -> Floats:
    """A difference of longitudes, the short way round."""
    result: Floats = (np.asarray(degrees) + 180.0) % 360.0 - 180.0
    return result
