"""The index of every charging point: static facts in columns sorted into a grid, statuses in one array that changes in place.

A status costs one array write; a place that is new or differs in more is added at the end and found by looking through the
end, until that is long and everything is sorted anew. What it replaced stays behind, buried; `compacted` leaves it out. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from hub.apps import codes
from hub.apps.columns import Columns, spread
from hub.apps.geometry import Box, Indices
from hub.apps.grid import Grid
from hub.apps.sites import Point, Site

UNSORTED_MAX = 4_000
ALIVE = 128
"""The flag of a site that is not replaced or gone."""
BURIED_SHARE = 0.25
"""So many of all rows may be buried before it is time for a compact index."""
BURIED_MIN = 1_000
_AT_ONCE = 5_000
_SITE_COLUMNS = (
    *("latitude", "longitude", "owner", "flags", "facilities"),
    *("first_point", "points", "first_plug", "plugs"),
)
_STAMPS = ("received_ms", "changed_ms", "confirmed_ms")
_POINT_COLUMNS = ("status", "site", "capabilities", "restrictions", *_STAMPS)


class Kept(NamedTuple):
    """What was known of an EVSE before: its status, and when it was received, changed and confirmed."""

    status: int
    received_ms: int
    changed_ms: int
    confirmed_ms: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A Location as it came."""

    site: Site
    at_ms: int
    part: str = ""
    """The folded uid of the EVSE that the push was about; empty for all of it."""
    kept: Mapping[str, Kept] = field(default_factory=dict)
    """By uid."""


@dataclass(frozen=True, slots=True)
class Change:
    """One EVSE whose status is another now; `before` is None for one that is new, `status` REMOVED for one that is gone.

    Both are the same when only what live traffic shows of it is another now: `contradicted` says what that makes of it.
    """

    key: str
    uid: str
    status: int
    before: int | None
    at_ms: int
    contradicted: bool = False


class Index:
    """Sites by key and by row; a site's EVSEs and plugs stand side by side."""

    def __init__(self) -> None:
        self.sites = Columns(
            latitude=np.float64,
            longitude=np.float64,
            owner=np.int32,
            flags=np.uint8,
            facilities=np.uint32,
            first_point=np.int32,
            points=np.int32,
            first_plug=np.int32,
            plugs=np.int32,
        )
        self.points = Columns(
            status=np.uint8,
            site=np.int32,
            capabilities=np.uint32,
            restrictions=np.uint8,
            received_ms=np.int64,
            changed_ms=np.int64,
            confirmed_ms=np.int64,
        )
        self.plugs = Columns(point=np.int32, watts=np.int32, standard=np.uint8, form=np.uint8, power_type=np.uint8)
        self.owners: list[str] = []
        self._owner_codes: dict[str, int] = {}
        self._rows: dict[str, int] = {}
        self._known: list[Site | None] = []
        self._grid = Grid(np.empty(0), np.empty(0))

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, key: str) -> int | None:
        """The row of a site; None when it is not here."""
        return self._rows.get(key)

    def site(self, row: int) -> Site:
        """What is in a row; raises LookupError for one that is gone."""
        site = self._known[row]
        if site is None:
            raise LookupError(f"row {row} is gone")
        return site

    def owner_code(self, owner: str) -> int:
        """The number of an owner, given at the first question."""
        code = self._owner_codes.get(owner)
        if code is None:
            code = self._owner_codes[owner] = len(self.owners)
            self.owners.append(owner)
        return code

    def put(self, site: Site, at_ms: int, *, part: str = "") -> list[Change]:
        """Take a whole Location as it is now; `part` is the EVSE's uid when the push was about that one alone."""
        row = self._rows.get(site.key)
        if row is None:
            return self._add(Arrival(site, at_ms))
        before = self.site(row)
        if before.same_shape(site):
            self._known[row] = site
            return self._restate(row, before, site, at_ms, part)
        kept = self.kept(row)
        self._bury(row)
        changes = self._add(Arrival(site, at_ms, part, kept))
        left = {one.uid for one in site.points}
        gone = [Change(site.key, uid, codes.REMOVED, had.status, at_ms) for uid, had in kept.items() if uid not in left]
        return changes + gone

    def kept(self, row: int) -> dict[str, Kept]:
        """Status and instants of each EVSE of a site, by uid."""
        first, end = self._points_of(row)
        columns = (self.points[name][first:end].tolist() for name in ("status", *_STAMPS))
        values = map(Kept, *columns)
        return {one.uid: value for one, value in zip(self.site(row).points, values, strict=True)}

    def remove(self, key: str) -> None:
        """Forget a Location."""
        row = self._rows.pop(key, None)
        if row is not None:
            self._bury(row)

    def point_row(self, key: str, uid: str) -> int | None:
        """The row of an EVSE, by its folded uid."""
        row = self._rows.get(key)
        if row is None:
            return None
        place = next((place for place, one in enumerate(self.site(row).points) if one.uid == uid), None)
        return None if place is None else int(self.sites["first_point"][row]) + place

    def confirm(self, key: str, at_ms: int) -> None:
        """Everything at a site was found to be as it is known."""
        row = self._rows.get(key)
        if row is not None:
            first, end = self._points_of(row)
            for name in ("received_ms", "confirmed_ms"):
                self.points[name][first:end] = np.maximum(self.points[name][first:end], at_ms)

    def inside(self, box: Box) -> Indices:
        """Rows of live sites that may be in `box`: those of the cells that it touches, and the unsorted end."""
        sorted_rows = self._grid.inside(box)
        end = np.arange(len(self._grid), len(self.sites), dtype=np.int64)
        rows = np.concatenate([sorted_rows, end]) if len(end) else sorted_rows
        live: Indices = rows[(self.sites["flags"][rows] & ALIVE) != 0]
        return live

    def sort(self) -> None:
        """Put everything into the grid."""
        self._grid = Grid(self.sites["latitude"], self.sites["longitude"])

    def load(self, arrivals: Iterable[Arrival], *, sort: bool = True) -> None:
        """Take many at once, at the start, none of which is here yet."""
        waiting = iter(arrivals)
        while some := list(islice(waiting, _AT_ONCE)):
            self._append(some)
        if sort:
            self.sort()

    @property
    def is_wasteful(self) -> bool:
        """More than a quarter of all rows are buried: time for `compacted`."""
        buried = len(self.sites) - len(self._rows)
        return buried >= BURIED_MIN and buried > BURIED_SHARE * len(self.sites)

    def compacted(self) -> "Index":
        """The same sites in new rows, sorted, without what is buried; this index stays as it is for whoever reads it now."""
        rows = np.flatnonzero((self.sites["flags"] & ALIVE) != 0)
        points, site_of = spread(self.sites["first_point"][rows], self.sites["points"][rows])
        plugs, _ = spread(self.sites["first_plug"][rows], self.sites["plugs"][rows])
        fresh = Index()
        fresh.sites, fresh.points, fresh.plugs = (
            self.sites.taken(rows),
            self.points.taken(points),
            self.plugs.taken(plugs),
        )
        for first, count in (("first_point", "points"), ("first_plug", "plugs")):
            fresh.sites[first][:] = np.cumsum(fresh.sites[count]) - fresh.sites[count]
        fresh.points["site"][:] = site_of
        row_of = np.zeros(len(self.points), np.int32)
        row_of[points] = np.arange(len(points), dtype=np.int32)
        fresh.plugs["point"][:] = row_of[fresh.plugs["point"]]
        fresh.owners, fresh._owner_codes = [*self.owners], dict(self._owner_codes)
        fresh._known = [self._known[row] for row in rows.tolist()]
        fresh._rows = {site.key: row for row, site in enumerate(fresh._known) if site is not None}
        fresh.sort()
        return fresh

    def _points_of(self, row: int) -> tuple[int, int]:
        first = int(self.sites["first_point"][row])
        return first, first + int(self.sites["points"][row])

    def _restate(self, row: int, before: Site, site: Site, at_ms: int, part: str) -> list[Change]:
        """What stands in the columns is what `before` says: only what is another is looked at there."""
        first, changes = int(self.sites["first_point"][row]), []
        for place, (old, new) in enumerate(zip(before.points, site.points, strict=True)):
            same = old.status == new.status
            if part and new.uid != part and same and old.last_updated == new.last_updated:
                continue
            point = first + place
            self.points["received_ms"][point] = self.points["confirmed_ms"][point] = at_ms
            if not same:
                changes.append(Change(site.key, new.uid, new.status, old.status, at_ms))
                self.points["status"][point] = new.status
                self.points["changed_ms"][point] = at_ms
        return changes

    def _add(self, arrival: Arrival) -> list[Change]:
        self._append([arrival])
        if len(self.sites) - len(self._grid) > UNSORTED_MAX:
            self.sort()
        site, at_ms, kept = arrival.site, arrival.at_ms, arrival.kept
        before = {uid: had.status for uid, had in kept.items()}
        return [
            Change(site.key, one.uid, one.status, before.get(one.uid), at_ms)
            for one in site.points
            if before.get(one.uid) != one.status
        ]

    def _append(self, arrivals: list[Arrival]) -> None:
        batch = _Batch(arrivals, self.owner_code)
        first_site, first_point, first_plug = len(self.sites), len(self.points), len(self.plugs)
        self.sites.add(batch.site_rows(first_point, first_plug), batch.sites)
        self.points.add(batch.point_rows(first_site), batch.points)
        self.plugs.add(batch.plug_rows(first_point), batch.plugs)
        for row, arrival in enumerate(arrivals, first_site):
            self._rows[arrival.site.key] = row
            self._known.append(arrival.site)

    def _bury(self, row: int) -> None:
        self.sites["flags"][row] = 0
        self._known[row] = None


class _Batch:
    """Sites turned into columns, with row numbers that begin at nought."""

    def __init__(self, arrivals: list[Arrival], owner_code: Callable[[str], int]) -> None:
        self._site: dict[str, list[Any]] = {name: [] for name in _SITE_COLUMNS}
        self._point: dict[str, list[Any]] = {name: [] for name in _POINT_COLUMNS}
        self._plug: list[tuple[int, int, int, int, int]] = []
        self.sites = len(arrivals)
        for number, arrival in enumerate(arrivals):
            self._take(number, arrival, owner_code(arrival.site.owner))
        self.points, self.plugs = len(self._point["site"]), len(self._plug)

    def site_rows(self, first_point: int, first_plug: int) -> dict[str, Any]:
        """Columns of the sites, once it is known where their EVSEs and plugs begin."""
        return self._site | {
            "first_point": np.array(self._site["first_point"], np.int32) + first_point,
            "first_plug": np.array(self._site["first_plug"], np.int32) + first_plug,
        }

    def point_rows(self, first_site: int) -> dict[str, Any]:
        """Columns of the EVSEs."""
        return self._point | {"site": np.array(self._point["site"], np.int32) + first_site}

    def plug_rows(self, first_point: int) -> dict[str, Any]:
        """Columns of the plugs."""
        table = np.array(self._plug, np.int64).reshape(-1, 5)
        names = ("point", "watts", "standard", "form", "power_type")
        return {name: table[:, place] for place, name in enumerate(names)} | {"point": table[:, 0] + first_point}

    def _take(self, number: int, arrival: Arrival, owner: int) -> None:
        site = arrival.site
        first_point, first_plug = len(self._point["site"]), len(self._plug)
        column = self._point
        for point, one in enumerate(site.points, first_point):
            column["status"].append(one.status)
            column["site"].append(number)
            column["capabilities"].append(one.capabilities)
            column["restrictions"].append(one.restrictions)
            for name, stamp in zip(_STAMPS, _stamps(arrival, one), strict=True):
                column[name].append(stamp)
            self._plug += [(point, plug.watts, plug.standard, plug.form, plug.power_type) for plug in one.plugs]
        values = (
            *(site.latitude, site.longitude, owner, site.flags | ALIVE, site.facilities),
            *(first_point, len(site.points), first_plug, len(self._plug) - first_plug),
        )
        for name, value in zip(_SITE_COLUMNS, values, strict=True):
            self._site[name].append(value)


def _stamps(arrival: Arrival, point: Point) -> tuple[int, int, int]:
    """When the status of an EVSE was received, changed and confirmed, by what was kept of it and what came now."""
    at_ms, had = arrival.at_ms, arrival.kept.get(point.uid)
    if had is None or had.status != point.status:
        return at_ms, at_ms, at_ms
    if arrival.part and point.uid != arrival.part:
        return had.received_ms, had.changed_ms, had.confirmed_ms
    return max(at_ms, had.received_ms), had.changed_ms, max(at_ms, had.confirmed_ms)
