"""A location as apps get it: OCPI's own words, and beside each status what the hub knows of it.

Left out are `last_updated` (the owner's stamp says nothing of how fresh a status is; see docs/decisions) and
`publish_allowed_to` (which tells of other people's tokens).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from hub.apps import codes
from hub.apps.api.truths import Truth, Truths
from hub.apps.index import Index
from hub.apps.sites import watts_of

Words = dict[str, Any]
PriceOf = Callable[[Words, Words], Words | None]
"""What a session costs at a connector of a location."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One location: what is served, and what its ETag is made of."""

    words: Words
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a search says of a site; None where there was none."""

    counted: Collection[int] | None = None
    """Rows of the EVSEs that fit in everything but being free; None: all."""
    free: bool = False
    distance_m: float | None = None
    price: PriceOf | None = None


@dataclass(slots=True)
class Shower:
    """Writes the locations of one answer."""

    index: Index
    truths: Truths
    now_ms: int

    def show(self, row: int, match: Match) -> Shown:
        """One location."""
        site = self.index.site(row)
        location: Words = orjson.loads(site.body)
        digest = blake2b(site.body, digest_size=16)
        location.pop("publish_allowed_to", None)
        location.pop("last_updated", None)
        counts = dict.fromkeys(codes.GROUP_NAMES, 0)
        evses, prices = [], []
        truths = self.truths.of_site(self.index, row, self.now_ms)
        for evse, truth in zip(_present(location), truths, strict=True):
            fits = match.counted is None or truth.row in match.counted
            if fits:
                counts[codes.GROUPS[codes.STATUSES[truth.status]]] += 1
            matches = fits and (not match.free or truth.status == codes.FREE)
            evses.append(_evse(evse, truth, self.now_ms, matches=matches))
            for connector in evse.get("connectors") or ():
                _connector(connector)
                if match.price is not None:
                    connector["price"] = match.price(location, connector)
                    prices.append(connector["price"])
            digest.update(repr((truth.state(), matches)).encode())
        location["evses"] = evses
        location["counts"] = counts
        if match.distance_m is not None:
            location["distance_m"] = round(match.distance_m, 1)
        digest.update(orjson.dumps([location.get("distance_m"), prices]))
        return Shown(words=location, state=digest.digest())


def feature(location: Words) -> Words:
    """A location as a GeoJSON Feature. Source: RFC 7946."""
    coordinates = location["coordinates"]
    place = [float(coordinates["longitude"]), float(coordinates["latitude"])]
    name = f"{location['country_code']}/{location['party_id']}/{location['id']}"
    return {"type": "Feature", "id": name, "geometry": {"type": "Point", "coordinates": place}, "properties": location}


def collection(features: list[Words], more: Mapping[str, Any]) -> Words:
    """A FeatureCollection; `more` are its foreign members."""
    return {"type": "FeatureCollection", "features": features, **more}


def _present(location: Words) -> list[Words]:
    """EVSEs in the order of the index, which leaves out those that are REMOVED."""
    return [one for one in location.get("evses") or () if codes.status_code(one.get("status")) != codes.REMOVED]


def _evse(evse: Words, truth: Truth, now_ms: int, *, matches: bool) -> Words:
    evse.pop("last_updated", None)
    return evse | truth.words(now_ms) | {"matches": matches}


def _connector(connector: Words) -> None:
    """`max_kw` is what the hub's filters go by: the stated power, or what volts and amperes make."""
    connector.pop("last_updated", None)
    connector["max_kw"] = watts_of(connector) / 1000
