"""Locations: found near a place, in a box or along a route, a page at a time; and one by its id."""

from dataclasses import replace
from hashlib import blake2b
from typing import Any

import numpy as np
import orjson

from hub.apps import codes
from hub.apps.api import cursor
from hub.apps.api.asked import Form, One, Search
from hub.apps.api.errors import BadParameter, NotFound
from hub.apps.api.examples import LOCATION, PAGE
from hub.apps.api.filters import wanted
from hub.apps.api.places import middle, where
from hub.apps.api.prices import quoter
from hub.apps.api.ranking import Ranking
from hub.apps.api.showing import Match, Shower, Shown, collection, feature
from hub.apps.api.table import AppCall, AppRoute, Found, Json
from hub.apps.columns import spread
from hub.apps.geometry import Indices
from hub.apps.index import Index
from hub.apps.search import nearest_first
from hub.apps.sites import site_key
from hub.apps.wanted import Mask, Wanted, points_that_fit
from hub.clock import epoch_ms

GEOJSON = "application/geo+json"


async def _list(call: AppCall[Search]) -> Found:
    asked, index = call.asked, call.office.feed.index
    ranking = Ranking(call, quoter(call, asked))
    after = cursor.read(call.office.cursor_keys(), call.app.app_id, asked)
    fitting = wanted(asked, call.now)
    place = where(asked)
    page = ranking.page(nearest_first(index, place, fitting, call.eyes.sight(index)), after)
    more, page = len(page) > asked.limit, page[: asked.limit]
    if after is None:
        statuses = index.points["status"]
        free = any(statuses[point] == codes.FREE for one in page for point in one.hit.points)
        call.office.demand.searched(middle(place), call.now, fitting, found_free=free)
    rows = np.array([one.hit.row for one in page], np.int64)
    match = Match(
        counted=_counted(index, rows, fitting),
        free=asked.free,
        distances_m=[one.hit.distance_m for one in page],
        price=ranking.price_of,
    )
    shown, state = _shower(call).show(rows, match)
    following = cursor.write(call.office.cursor_keys()[0], call.app.app_id, asked, page[-1].place) if more else ""
    return _page(shown, state, asked.format, following, str(call.office.feed.changes.last))


async def _one(call: AppCall[One]) -> Found:
    row = find(call, "/".join((call.path["country_code"], call.path["party_id"], call.path["location_id"])))
    prices = quoter(call, call.asked)
    seq = str(call.office.feed.changes.last)
    match = Match(price=prices.of if prices else None)
    (shown,), state = _shower(call).show(np.array([row], np.int64), match, seq=seq)
    if call.asked.format is Form.GEOJSON:
        return Found(json=feature(shown), state=state, media_type=GEOJSON)
    return Found(json=orjson.Fragment(shown.json), state=state)


def _shower(call: AppCall[Any]) -> Shower:
    office = call.office
    return Shower(office.feed.index, office.truths, office.sheets, epoch_ms(call.now))


def find(call: AppCall[Json], written: str, parameter: str = "") -> int:
    """The row of the location `NL/CPA/LOC1`; raises NotFound, for one that the app may not see too, BadParameter."""
    try:
        key = site_key(written)
    except ValueError:
        if not parameter:
            raise NotFound("a location is country_code/party_id/id, such as NL/CPA/LOC1") from None
        raise BadParameter(f"{parameter} is country_code/party_id/id, such as NL/CPA/LOC1", parameter) from None
    index = call.office.feed.index
    row = index.row(key)
    if row is None or not call.eyes.sees(index.site(row)):
        raise NotFound("there is no such location for this app", parameter)
    return row


def _counted(index: Index, rows: Indices, fitting: Wanted) -> Mask:
    """For each EVSE of these sites, in their order: does it fit in everything but being free?"""
    every, _ = spread(index.sites["first_point"][rows], index.sites["points"][rows])
    fit, _ = points_that_fit(index, rows, replace(fitting, free=False))
    counted: Mask = np.isin(every, fit, assume_unique=True)
    return counted


def _page(shown: list[Shown], state: bytes, form: Form, following: str, seq: str) -> Found:
    more = {"next": following or None, "seq": seq}
    state = blake2b(state + following.encode(), digest_size=16).digest()
    if form is Form.GEOJSON:
        said = collection([feature(one) for one in shown], more)
        return Found(json=said, state=state, media_type=GEOJSON, next=following)
    return Found(json={"locations": [orjson.Fragment(one.json) for one in shown], **more}, state=state, next=following)


_SEARCH = "By distance from the place, the middle of the box or the route. `counts` are of EVSEs that fit, free or not."
ROUTES = (
    AppRoute(
        method="GET",
        path="/locations",
        act=_list,
        asks=Search,
        summary="Locations near a place, in a box or along a route.",
        description=_SEARCH,
        example=PAGE,
        examples={"near": "48.85,2.35", "radius_m": 2000, "min_kw": 50, "free": True},
        geojson=True,
    ),
    AppRoute(
        method="POST",
        path="/locations",
        act=_list,
        asks=Search,
        summary="The same, for a route that is too long for an address.",
        description=_SEARCH,
        example=PAGE,
        examples={"along": "_p~iF~ps|U_ulLnnqC_mqNvxq`@", "buffer_m": 2000, "standard": ["IEC_62196_T2_COMBO"]},
        geojson=True,
    ),
    AppRoute(
        method="GET",
        path="/locations/{country_code}/{party_id}/{location_id}",
        act=_one,
        asks=One,
        summary="One location.",
        example=LOCATION,
        geojson=True,
    ),
)
