"""Every charging point on a map: all of them packed at once, then what changes; and what stands at one place."""

import base64
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import Field

from hub.admin.table import AdminCall, AdminRoute, Asked, Json
from hub.apps.codes import STATUSES
from hub.apps.feed import Feed
from hub.apps.geometry import Point, around
from hub.apps.index import ALIVE, Index

_DEGREES = 1e5
_AT_ONCE = 5_000
_SITES_MAX = 50
_REACH_M = 40.0
_NAMES = ("id", "name", "address", "city", "country")


class Points:
    """The charging points as one viewer has them: numbered from nought in the order in which they were packed."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._index: Index | None = None
        self._size = 0
        self._seq = 0
        self._numbers: npt.NDArray[np.int32] = np.empty(0, np.int32)
        self.stale = True
        """A point came, moved or went: `pack` them anew."""

    def pack(self) -> Json:
        """All of them: little-endian arrays in Base64, positions in 1/100,000 of a degree, statuses and owners by number."""
        index, self._seq = self._feed.index, self._feed.changes.last
        site = index.points["site"]
        rows = np.flatnonzero((index.sites["flags"][site] & ALIVE) != 0)
        self._index, self._size, self.stale = index, len(index.points), False
        self._numbers = np.full(self._size, -1, np.int32)
        self._numbers[rows] = np.arange(len(rows), dtype=np.int32)
        sites = site[rows]
        return {
            "count": len(rows),
            "latitude": _packed(np.round(index.sites["latitude"][sites] * _DEGREES), "<i4"),
            "longitude": _packed(np.round(index.sites["longitude"][sites] * _DEGREES), "<i4"),
            "status": _packed(index.points["status"][rows], "<u1"),
            "owner": _packed(index.sites["owner"][sites], "<u2"),
            "owners": list(index.owners),
            "statuses": list(STATUSES),
            "trouble": self._feed.trouble,
        }

    def changes(self) -> Json | None:
        """What changed since the last look: numbers and their statuses, each point once. None when nothing did."""
        feed, index = self._feed, self._feed.index
        if index is not self._index:
            self.stale = True
            return None
        self.stale = self.stale or len(index.points) != self._size
        events = feed.changes.after(self._seq, _AT_ONCE)
        if events is None:
            self.stale = True
            return None
        found: dict[int, int] = {}
        for event in events:
            self._seq = event.seq
            self.stale = self.stale or event.gone
            for change in event.changes:
                row = index.point_row(change.key, change.uid)
                if row is not None and row < self._size and self._numbers[row] >= 0:
                    found[int(self._numbers[row])] = change.status
        return {"numbers": list(found), "statuses": list(found.values())} if found else None


def _packed(values: npt.NDArray[Any], kind: str) -> str:
    return base64.b64encode(values.astype(kind).tobytes()).decode()


class Place(Asked):
    """Where: the map's own position of a point."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


async def _at(call: AdminCall[Place]) -> Json:
    index = call.office.apps.office.feed.index
    rows = index.inside(around(Point(call.asked.latitude, call.asked.longitude), _REACH_M))
    near = (np.abs(index.sites["latitude"][rows] - call.asked.latitude) < 2 / _DEGREES) & (
        np.abs(index.sites["longitude"][rows] - call.asked.longitude) < 2 / _DEGREES
    )
    return [_site(index, int(row)) for row in rows[near][:_SITES_MAX]]


def _site(index: Index, row: int) -> Json:
    """What its owner says of it, as text, and each EVSE's status as the index has it."""
    site = index.site(row)
    location = orjson.loads(site.body)
    first = int(index.sites["first_point"][row])
    evses = [
        {
            "uid": point.uid,
            "status": STATUSES[index.points["status"][first + place]],
            "received_ms": int(index.points["received_ms"][first + place]),
            "changed_ms": int(index.points["changed_ms"][first + place]),
            "max_watts": max((plug.watts for plug in point.plugs), default=0),
        }
        for place, point in enumerate(site.points)
    ]
    return {name: str(location.get(name) or "") for name in _NAMES} | {"owner": site.owner, "evses": evses}


ROUTES = (
    AdminRoute(
        method="GET", path="/evses", act=_at, asks=Place, summary="Locations at one place, with their EVSEs' statuses."
    ),
)
