"""Searches near a place, in a box, along a route: nearest first, a little at a time, so that a dense city costs no more. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hub.apps.geometry import Box, Floats, Indices, Point, around, distances_m, segment_box, to_segments_m
from hub.apps.index import Index
from hub.apps.wanted import Sight, Wanted, points_that_fit, sites_in_sight

_FIRST_LOOK = 256


@dataclass(frozen=True, slots=True)
class Hit:
    """A site that fits: its row, how far it is (from the place, or from the route), and the rows of its fitting EVSEs."""

    row: int
    distance_m: float
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Within a radius of a place."""

    origin: Point
    radius_m: float

    def candidates(self, index: Index) -> tuple[Indices, Floats]:
        """Rows and their distances, unsorted."""
        rows = index.inside(around(self.origin, self.radius_m))
        away = distances_m(self.origin, index.sites["latitude"][rows], index.sites["longitude"][rows])
        inside = away <= self.radius_m
        return rows[inside], away[inside]


@dataclass(frozen=True, slots=True)
class Inside:
    """In a box; the distance is that from its middle."""

    box: Box

    def candidates(self, index: Index) -> tuple[Indices, Floats]:
        """Rows and their distances, unsorted."""
        rows = index.inside(self.box)
        latitudes, longitudes = index.sites["latitude"][rows], index.sites["longitude"][rows]
        inside = self.box.holds(latitudes, longitudes)
        return rows[inside], distances_m(self._middle(), latitudes[inside], longitudes[inside])

    def _middle(self) -> Point:
        width = (self.box.east - self.box.west) % 360.0
        longitude = (self.box.west + width / 2 + 180.0) % 360.0 - 180.0
        return Point((self.box.south + self.box.north) / 2, longitude)


@dataclass(frozen=True, slots=True)
class Along:
    """Within a distance of a route; the distance is that from the route."""

    path: tuple[Point, ...]
    buffer_m: float

    def candidates(self, index: Index) -> tuple[Indices, Floats]:
        """Rows and their distances, unsorted."""
        nearest: dict[str, list[np.ndarray[tuple[int], np.dtype[np.generic]]]] = {"rows": [], "away": []}
        for start, end in pairwise(self.path):
            rows = index.inside(segment_box(start, end, self.buffer_m))
            if not len(rows):
                continue
            away = to_segments_m([start, end], index.sites["latitude"][rows], index.sites["longitude"][rows])
            inside = away <= self.buffer_m
            nearest["rows"].append(rows[inside])
            nearest["away"].append(away[inside])
        if not nearest["rows"]:
            return np.empty(0, np.int64), np.empty(0)
        rows, away = (
            np.concatenate(nearest["rows"]).astype(np.int64),
            np.concatenate(nearest["away"]).astype(np.float64),
        )
        order = np.lexsort((away, rows))
        rows, away = rows[order], away[order]
        first = np.concatenate([[True], rows[1:] != rows[:-1]]) if len(rows) else np.empty(0, np.bool_)
        return rows[first], away[first]


Where = Near | Inside | Along


def search(
    index: Index,
    where: Where,
    wanted: Wanted,
    sight: Sight,
    *,
    limit: int,
    after: tuple[float, str] | None = None,
    accepts: Callable[[Hit], bool] = lambda _: True,
) -> list[Hit]:
    """The nearest `limit` sites with a fitting EVSE, by distance and then key, beyond `after` (distance and key).

    `accepts` is asked of each, nearest first, until there are enough: for what columns do not hold.
    """
    hits: list[Hit] = []
    for hit in nearest_first(index, where, wanted, sight):
        if after is not None and (hit.distance_m, index.site(hit.row).key) <= after:
            continue
        if accepts(hit):
            hits.append(hit)
            if len(hits) >= limit:
                break
    return hits


def nearest_first(index: Index, where: Where, wanted: Wanted, sight: Sight) -> Iterator[Hit]:
    """Every site that fits, nearest first; the work is done a little at a time, as far as it is asked for."""
    rows, away = where.candidates(index)
    rows, away = _ordered(index, rows, away)
    start, size = 0, _FIRST_LOOK
    while start < len(rows):
        some, distances = rows[start : start + size], away[start : start + size]
        yield from _fitting(index, some, distances, wanted, sight)
        start += size
        size *= 4


def _ordered(index: Index, rows: Indices, away: Floats) -> tuple[Indices, Floats]:
    """By distance; equal distances by key, as the next page needs it."""
    order = np.argsort(away, kind="stable")
    rows, away = rows[order], away[order]
    same = np.flatnonzero(away[1:] == away[:-1])
    if len(same):
        keys = [index.site(int(row)).key for row in rows]
        final = sorted(range(len(rows)), key=lambda place: (away[place], keys[place]))
        rows, away = rows[final], away[final]
    return rows, away


def _fitting(index: Index, rows: Indices, away: Floats, wanted: Wanted, sight: Sight) -> Iterator[Hit]:
    seen = sites_in_sight(index, rows, wanted, sight)
    if not len(seen):
        return
    distance_of = dict(zip(rows.tolist(), away.tolist(), strict=True))
    points, places = points_that_fit(index, seen, wanted)
    ends = np.flatnonzero(np.diff(places)) + 1
    for group in np.split(np.arange(len(points)), ends):
        if len(group):
            row = int(seen[places[group[0]]])
            yield Hit(row, distance_of[row], tuple(points[group].tolist()))
