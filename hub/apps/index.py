"""The index of every charging point: static facts in columns sorted into a grid, statuses in one array that changes in place.

A status costs one array write; a place that is new or differs in more is added at the end and found by looking through the
end, until that is long and everything is sorted anew. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from hub.apps.columns import Columns
from hub.apps.geometry import Box, Indices
from hub.apps.grid import Grid
from hub.apps.sites import Site

UNSORTED_MAX = 4_000
ALIVE = 128
"""The flag of a site that is not replaced or gone."""
_AT_ONCE = 5_000
_NEW = (-1, 0)
_SITE_COLUMNS = (
    *("latitude", "longitude", "owner", "flags", "facilities"),
    *("first_point", "points", "first_plug", "plugs"),
)
_POINT_COLUMNS = ("status", "site", "capabilities", "restrictions", "received_ms", "changed_ms", "confirmed_ms")

Kept = Mapping[str, tuple[int, int]]
"""Status of an EVSE, and since when, by its uid: what survives when its site is replaced."""


@dataclass(frozen=True, slots=True)
class Change:
    """One EVSE whose status is another now; `before` is None for one that is new."""

    key: str
    uid: str
    status: int
    before: int | None
    at_ms: int


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
        before = self._known[row] if row is not None else None
        if row is not None and before is not None and before.shape == site.shape:
            self._known[row] = site
            return list(self._restate(row, before, site, at_ms, part))
        kept: Kept = self._stamps(row) if row is not None else {}
        if row is not None:
            self._bury(row)
        return self._add(site, at_ms, kept)

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

    def load(self, sites: Iterable[tuple[Site, int]], *, sort: bool = True) -> None:
        """Take many at once, at the start: each with the instant when it was received."""
        waiting = iter(sites)
        while some := list(islice(waiting, _AT_ONCE)):
            self._append(_Batch(some, {}, self.owner_code), some)
        if sort:
            self.sort()

    def _restate(self, row: int, before: Site, site: Site, at_ms: int, part: str) -> Iterator[Change]:
        first = int(self.sites["first_point"][row])
        status, changed_ms = self.points["status"], self.points["changed_ms"]
        received_ms, confirmed_ms = self.points["received_ms"], self.points["confirmed_ms"]
        for place, (old, new) in enumerate(zip(before.points, site.points, strict=True)):
            about = not part or new.uid == part or old.last_updated != new.last_updated
            if not about:
                continue
            point = first + place
            received_ms[point] = confirmed_ms[point] = at_ms
            if status[point] != new.status:
                yield Change(site.key, new.uid, new.status, int(status[point]), at_ms)
                status[point] = new.status
                changed_ms[point] = at_ms

    def _add(self, site: Site, at_ms: int, kept: Kept) -> list[Change]:
        self._append(_Batch([(site, at_ms)], kept, self.owner_code), [(site, at_ms)])
        if len(self.sites) - len(self._grid) > UNSORTED_MAX:
            self.sort()
        return [
            Change(site.key, one.uid, one.status, kept[one.uid][0] if one.uid in kept else None, at_ms)
            for one in site.points
            if kept.get(one.uid, _NEW)[0] != one.status
        ]

    def _append(self, batch: "_Batch", sites: Iterable[tuple[Site, int]]) -> None:
        first_site, first_point, first_plug = len(self.sites), len(self.points), len(self.plugs)
        self.sites.add(batch.site_rows(first_point, first_plug), batch.sites)
        self.points.add(batch.point_rows(first_site), batch.points)
        self.plugs.add(batch.plug_rows(first_point), batch.plugs)
        for row, (site, _) in enumerate(sites, first_site):
            self._rows[site.key] = row
            self._known.append(site)

    def _stamps(self, row: int) -> dict[str, tuple[int, int]]:
        """Status and when it became that, of each EVSE of a site that is about to be replaced."""
        first = int(self.sites["first_point"][row])
        status, changed_ms = self.points["status"], self.points["changed_ms"]
        return {
            one.uid: (int(status[first + place]), int(changed_ms[first + place]))
            for place, one in enumerate(self.site(row).points)
        }

    def _bury(self, row: int) -> None:
        self.sites["flags"][row] = 0
        self._known[row] = None


class _Batch:
    """Sites turned into columns, with row numbers that begin at nought."""

    def __init__(self, sites: list[tuple[Site, int]], kept: Kept, owner_code: Callable[[str], int]) -> None:
        self._site: dict[str, list[Any]] = {name: [] for name in _SITE_COLUMNS}
        self._point: dict[str, list[Any]] = {name: [] for name in _POINT_COLUMNS}
        self._plug: list[tuple[int, int, int, int, int]] = []
        self.sites = len(sites)
        for number, (site, at_ms) in enumerate(sites):
            self._take(number, site, at_ms, kept, owner_code(site.owner))
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

    def _take(self, number: int, site: Site, at_ms: int, kept: Kept, owner: int) -> None:
        first_point, first_plug = len(self._point["site"]), len(self._plug)
        column = self._point
        for point, one in enumerate(site.points, first_point):
            before = kept.get(one.uid, _NEW)
            column["status"].append(one.status)
            column["site"].append(number)
            column["capabilities"].append(one.capabilities)
            column["restrictions"].append(one.restrictions)
            column["received_ms"].append(at_ms)
            column["confirmed_ms"].append(at_ms)
            column["changed_ms"].append(before[1] if before[0] == one.status else at_ms)
            self._plug += [(point, plug.watts, plug.standard, plug.form, plug.power_type) for plug in one.plugs]
        values = (
            *(site.latitude, site.longitude, owner, site.flags | ALIVE, site.facilities),
            *(first_point, len(site.points), first_plug, len(self._plug) - first_plug),
        )
        for name, value in zip(_SITE_COLUMNS, values, strict=True):
            self._site[name].append(value)
