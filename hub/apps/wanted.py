"""What a search wants of a charging point, and how whole columns are held against it. Pure."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hub.apps import codes
from hub.apps.columns import spread
from hub.apps.geometry import Indices
from hub.apps.index import Index
from hub.apps.sites import GREEN, PUBLISHED

Mask = npt.NDArray[np.bool_]
_ANY: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Every condition must hold; within one, any of the values will do. Empty means that it does not matter."""

    standards: frozenset[int] = _ANY
    forms: frozenset[int] = _ANY
    power_types: frozenset[int] = _ANY
    min_watts: int = 0
    max_watts: int = 2**31 - 1
    free: bool = False
    capabilities: int = 0
    """All of these bits."""
    facilities: int = 0
    without_restrictions: int = 0
    """None of these bits: a driver without a disabled person's card leaves those places alone."""
    operators: frozenset[str] = frozenset()
    green: bool = False
    confirmed_since_ms: int = 0

    @property
    def asks_of_points(self) -> bool:
        """Some condition is about single EVSEs or plugs."""
        plain = Wanted(facilities=self.facilities, operators=self.operators, green=self.green)
        return self != plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Which sites an app may see."""

    owners: frozenset[str]
    """`NL*CPA`, by the agreements of its eMSP."""
    unpublished: frozenset[int] = field(default_factory=frozenset)
    """Rows of sites that are not published, but may be shown to the driver whose token the request names."""


def in_sight(index: Index, rows: Indices, wanted: Wanted, sight: Sight) -> Mask:
    """Which of `rows` may be seen and have what a site must have."""
    owners = np.array([one in sight.owners and _is_wanted(one, wanted) for one in index.owners], dtype=np.bool_)
    if not len(owners):
        return np.zeros(len(rows), dtype=np.bool_)
    flags = index.sites["flags"][rows]
    seen = (flags & PUBLISHED) != 0
    if sight.unpublished:
        seen |= np.isin(rows, np.fromiter(sight.unpublished, dtype=np.int64))
    keep: Mask = seen & owners[index.sites["owner"][rows]]
    if wanted.green:
        keep &= (flags & GREEN) != 0
    if wanted.facilities:
        keep &= (index.sites["facilities"][rows] & wanted.facilities) == wanted.facilities
    return keep


def sites_in_sight(index: Index, rows: Indices, wanted: Wanted, sight: Sight) -> Indices:
    """Those of `rows` whose site may be seen and has what a site must have."""
    found: Indices = rows[in_sight(index, rows, wanted, sight)]
    return found


def points_that_fit(index: Index, rows: Indices, wanted: Wanted) -> tuple[Indices, Indices]:
    """Rows of the fitting EVSEs of these sites, and for each the place of its site in `rows`."""
    plugs, places = spread(index.sites["first_plug"][rows], index.sites["plugs"][rows])
    fits = _plugs_fit(index, plugs, wanted)
    points, places = index.plugs["point"][plugs[fits]].astype(np.int64), places[fits]
    fits = _points_fit(index, points, wanted)
    points, places = points[fits], places[fits]
    if not len(points):
        return points, places
    first = np.concatenate([[True], points[1:] != points[:-1]])  # an EVSE with two fitting plugs is one EVSE
    return points[first], places[first]


def _plugs_fit(index: Index, plugs: Indices, wanted: Wanted) -> Mask:
    watts = index.plugs["watts"][plugs]
    fits: Mask = (watts >= wanted.min_watts) & (watts <= wanted.max_watts)
    for name, values in (("standard", wanted.standards), ("form", wanted.forms), ("power_type", wanted.power_types)):
        if values:
            fits &= _among(values)[index.plugs[name][plugs]]
    return fits


def _points_fit(index: Index, points: Indices, wanted: Wanted) -> Mask:
    fits: Mask = np.ones(len(points), dtype=np.bool_)
    if wanted.free:
        fits &= index.points["status"][points] == codes.FREE
    if wanted.capabilities:
        fits &= (index.points["capabilities"][points] & wanted.capabilities) == wanted.capabilities
    if wanted.without_restrictions:
        fits &= (index.points["restrictions"][points] & wanted.without_restrictions) == 0
    if wanted.confirmed_since_ms:
        fits &= index.points["confirmed_ms"][points] >= wanted.confirmed_since_ms
    return fits


def _among(values: frozenset[int]) -> Mask:
    table = np.zeros(256, dtype=np.bool_)
    table[list(values)] = True
    return table


def _is_wanted(owner: str, wanted: Wanted) -> bool:
    return not wanted.operators or owner in wanted.operators
