"""A location as apps get it: OCPI's own words, and beside each status what the hub knows of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from hub.apps import codes
from hub.apps.api.sheets import Sheets
from hub.apps.api.truths import Truth, Truths
from hub.apps.index import Index
from hub.apps.sites import Site

Words = dict[str, Any]
PriceOf = Callable[[Words, Words], Words | None]
"""What a session costs at a connector of a location."""
_STATE_COLUMNS = ("status", "received_ms", "changed_ms", "confirmed_ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One location: its JSON, and what its ETag is made of."""

    site: Site
    json: bytes
    state: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a search says of a site; None where there was none."""

    counted: Collection[int] | None = None
    """Rows of the EVSEs that fit in everything but being free; None: all."""
    free: bool = False
    distance_m: float | None = None
    price: PriceOf | None = None


@dataclass(frozen=True, slots=True)
class Shower:
    """Writes the locations of one answer."""

    index: Index
    truths: Truths
    sheets: Sheets
    now_ms: int

    def show(self, row: int, match: Match, **more: object) -> Shown:
        """One location; `more` are members beside it."""
        site = self.index.site(row)
        sheet = self.sheets.of(site)
        digest = blake2b(sheet.digest, digest_size=16)
        counts = [0] * len(codes.STATUSES)
        connectors, prices = self._connectors(site, match.price, sheet.connectors)
        evses: list[bytes] = []
        fitting = bytearray()
        truths = list(self.truths.of_site(self.index, row, self.now_ms))
        for static, plugs, truth in zip(sheet.evses, connectors, truths, strict=True):
            fits = match.counted is None or truth.row in match.counted
            if fits:
                counts[truth.status] += 1
            matches = fits and (not match.free or truth.status == codes.FREE)
            fitting.append(matches)
            evses.append(b"%b,%b,%b" % (static, plugs, _truth(truth, self.now_ms, matches=matches)))
        distance_m = None if match.distance_m is None else round(match.distance_m, 1)
        told: Words = {"counts": _grouped(counts)} | ({} if distance_m is None else {"distance_m": distance_m}) | more
        digest.update(self._state(row, len(truths)) + fitting)
        digest.update("".join(truth.judged.confidence for truth in truths).encode())
        digest.update(orjson.dumps([distance_m, [truth.judged.confirmed_ms for truth in truths], prices]))
        written = b'%b,"evses":[%b],%b' % (sheet.head, b",".join(evses), orjson.dumps(told)[1:])
        return Shown(site=site, json=written, state=digest.digest())

    def _state(self, row: int, count: int) -> bytes:
        first = int(self.index.sites["first_point"][row])
        return b"".join(self.index.points[name][first : first + count].tobytes() for name in _STATE_COLUMNS)

    def _connectors(
        self, site: Site, price_of: PriceOf | None, written: tuple[tuple[bytes, ...], ...]
    ) -> tuple[list[bytes], list[Words | None]]:
        """The member `connectors` of each EVSE, and every price in it."""
        if price_of is None:
            return [b'"connectors":[%b]' % b",".join(plugs) for plugs in written], []
        location: Words = orjson.loads(site.body)
        members, prices = [], []
        for plugs in written:
            priced = []
            for plug in plugs:
                price = price_of(location, orjson.loads(plug))
                prices.append(price)
                priced.append(b'%b,"price":%b}' % (plug[:-1], orjson.dumps(price)))
            members.append(b'"connectors":[%b]' % b",".join(priced))
        return members, prices


def feature(shown: Shown) -> Words:
    """A location as a GeoJSON Feature. Source: RFC 7946."""
    site = shown.site
    country_code, _, party_id = site.owner.partition("*")
    return {
        "type": "Feature",
        "id": f"{country_code}/{party_id}/{site.location_id}",
        "geometry": {"type": "Point", "coordinates": [site.longitude, site.latitude]},
        "properties": orjson.Fragment(shown.json),
    }


def collection(features: list[Words], more: Mapping[str, Any]) -> Words:
    """A FeatureCollection; `more` are its foreign members."""
    return {"type": "FeatureCollection", "features": features, **more}


def _truth(truth: Truth, now_ms: int, *, matches: bool) -> bytes:
    """With the closing brace, without the opening one."""
    return orjson.dumps({**truth.words(now_ms), "matches": matches}, option=orjson.OPT_UTC_Z)[1:]


def _grouped(counts: list[int]) -> dict[str, int]:
    found = dict.fromkeys(codes.GROUP_NAMES, 0)
    for status, group in codes.GROUPS.items():
        found[group] += counts[codes.STATUSES.index(status)]
    return found
