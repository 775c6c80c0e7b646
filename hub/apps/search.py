"""Searches near a place, in a box, along a route: nearest first, a little at a time, so that a dense city costs no more. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hub.apps.geometry import Box, Floats, Indices, Point, around, distances_m, path_box, to_path_m, turn
from hub.apps.index import Index
from hub.apps.wanted import Sight, Wanted, in_sight, points_that_fit

_FIRST_LOOK = 256
_PIECE_DEGREES = 0.15
_PIECE_SEGMENTS = 16
"""A route is looked at a piece at a time: fewer and larger steps of numpy, and still few candidates."""


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
        rows_of: list[Indices] = [np.empty(0, np.int64)]
        away_of: list[Floats] = [np.empty(0)]
        for piece in _pieces(self.path):
            rows = index.inside(path_box(piece, self.buffer_m))
            if not len(rows):
                continue
            away = to_path_m(piece, index.sites["latitude"][rows], index.sites["longitude"][rows])
            inside = away <= self.buffer_m
            rows_of.append(rows[inside])
            away_of.append(away[inside])
        rows, away = np.concatenate(rows_of), np.concatenate(away_of)
        order = np.lexsort((away, rows))
        rows, away = rows[order], away[order]
        first = np.ones(len(rows), np.bool_)
        first[1:] = rows[1:] != rows[:-1]
        return rows[first], away[first]


def _pieces(path: Sequence[Point]) -> Iterator[Sequence[Point]]:
    """Stretches of a route that are short enough for a small box, each beginning where the one before ends."""
    begin = 0
    for at in range(1, len(path)):
        start, here = path[begin], path[at]
        far = (
            abs(here.latitude - start.latitude) > _PIECE_DEGREES
            or abs(turn(here.longitude - start.longitude)) > _PIECE_DEGREES
        )
        if far or at - begin >= _PIECE_SEGMENTS or at == len(path) - 1:
            yield path[begin : at + 1]
            begin = at


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
    same = away[1:] == away[:-1]
    if same.any():
        begins = np.flatnonzero(same & ~np.concatenate([[False], same[:-1]]))
        ends = np.flatnonzero(same & ~np.concatenate([same[1:], [False]])) + 2
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            rows[begin:end] = sorted(rows[begin:end].tolist(), key=lambda row: index.site(row).key)
    return rows, away


def _fitting(index: Index, rows: Indices, away: Floats, wanted: Wanted, sight: Sight) -> Iterator[Hit]:
    keep = in_sight(index, rows, wanted, sight)
    rows, away = rows[keep], away[keep]
    points, places = points_that_fit(index, rows, wanted)
    if not len(points):
        return
    ends = [*(np.flatnonzero(np.diff(places)) + 1).tolist(), len(points)]
    of, begin = points.tolist(), 0
    for end in ends:
        place = int(places[begin])
        yield Hit(int(rows[place]), float(away[place]), tuple(of[begin:end]))
        begin = end
