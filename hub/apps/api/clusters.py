"""Counts for maps: locations gathered into cells of the map's grid, as fine as its zoom."""

import math
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from hub.apps import codes
from hub.apps.api.asked import Area, Form
from hub.apps.api.errors import BadParameter
from hub.apps.api.examples import CLUSTERS
from hub.apps.api.filters import wanted
from hub.apps.api.places import read_box
from hub.apps.api.showing import collection
from hub.apps.api.table import AppCall, AppRoute, Found, Json
from hub.apps.geometry import Floats, Indices
from hub.apps.index import Index
from hub.apps.search import Inside
from hub.apps.wanted import points_that_fit, sites_in_sight

CLUSTERS_MAX = 5_000
_CELLS_A_TILE = 4
"""Cells side by side in a tile of 256 pixels."""
_FLATTEST = 85.0511
"""Degrees; web maps end there."""
_GROUP_OF = np.array(
    [codes.GROUP_NAMES.index(codes.GROUPS[one]) if one in codes.GROUPS else 0 for one in codes.STATUSES], np.int64
)


async def _clusters(call: AppCall[Area]) -> Found:
    asked, index = call.asked, call.office.feed.index
    fitting = wanted(asked, call.now)
    rows, _ = Inside(read_box(asked.bbox)).candidates(index)
    rows = sites_in_sight(index, rows, fitting, call.eyes.sight(index))
    points, places = points_that_fit(index, rows, replace(fitting, free=False))
    statuses = index.points["status"][points]
    if asked.free:
        kept = np.zeros(len(rows), np.bool_)
        kept[places[statuses == codes.FREE]] = True
    else:
        kept = np.zeros(len(rows), np.bool_)
        kept[places] = True
    cells, of_cell = _cells(index.sites["latitude"][rows[kept]], index.sites["longitude"][rows[kept]], asked.zoom)
    if len(cells) > CLUSTERS_MAX:
        raise BadParameter(f"bbox holds more than {CLUSTERS_MAX} clusters at this zoom: ask for a smaller one", "bbox")
    cell_of_site = np.full(len(rows), -1, np.int64)
    cell_of_site[kept] = of_cell
    counts = _counts(cell_of_site[places], _GROUP_OF[statuses], len(cells))
    found = _write(index, rows[kept], of_cell, counts)
    state = blake2b(orjson.dumps(found), digest_size=16).digest()
    seq = str(call.office.feed.changes.last)
    if asked.format is Form.GEOJSON:
        features = [_feature(one) for one in found]
        return Found(json=collection(features, {"seq": seq}), state=state, media_type="application/geo+json")
    return Found(json={"clusters": found, "seq": seq}, state=state)


def _cells(latitudes: Floats, longitudes: Floats, zoom: int) -> tuple[Indices, Indices]:
    """The cells that there are, and for each site which of them it is in. Square on a web map (Mercator)."""
    size = 2**zoom * _CELLS_A_TILE
    phi = np.radians(np.clip(latitudes, -_FLATTEST, _FLATTEST))
    down = (1 - np.arcsinh(np.tan(phi)) / math.pi) / 2
    across = (longitudes + 180) / 360
    numbers = np.floor(down * size).astype(np.int64) * (size + 1) + np.floor(across * size).astype(np.int64)
    cells, of_cell = np.unique(numbers, return_inverse=True)
    return cells, of_cell.astype(np.int64)


def _counts(cells: Indices, groups: Indices, count: int) -> npt.NDArray[np.int64]:
    """EVSEs by cell and group."""
    width = len(codes.GROUP_NAMES)
    inside = cells >= 0
    flat = np.bincount(cells[inside] * width + groups[inside], minlength=count * width)
    result: npt.NDArray[np.int64] = flat.reshape(count, width)
    return result


def _write(index: Index, rows: Indices, of_cell: Indices, counts: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    sizes = np.bincount(of_cell, minlength=len(counts))
    latitude = np.bincount(of_cell, index.sites["latitude"][rows], len(counts)) / np.maximum(sizes, 1)
    longitude = np.bincount(of_cell, index.sites["longitude"][rows], len(counts)) / np.maximum(sizes, 1)
    first = np.full(len(counts), -1, np.int64)
    first[of_cell] = rows
    return [
        {
            "latitude": round(float(latitude[cell]), 6),
            "longitude": round(float(longitude[cell]), 6),
            "locations": int(sizes[cell]),
            "counts": dict(zip(codes.GROUP_NAMES, counts[cell].tolist(), strict=True)),
            "location": index.site(int(first[cell])).key.removeprefix("locations/") if sizes[cell] == 1 else None,
        }
        for cell in range(len(counts))
    ]


def _feature(cluster: Json) -> Json:
    place = [cluster["longitude"], cluster["latitude"]]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": place}, "properties": cluster}


ROUTES = (
    AppRoute(
        method="GET",
        path="/clusters",
        act=_clusters,
        asks=Area,
        summary="Counts for a map.",
        description="Locations in cells of a quarter of a map tile. A cluster of one location names it (its id in lower case).",
        example=CLUSTERS,
        examples={"bbox": "2.25,48.81,2.42,48.91", "zoom": 12},
        geojson=True,
    ),
)
