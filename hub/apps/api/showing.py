"""A location as apps get it: OCPI's own words, and beside each status what the hub knows of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import repeat
from typing import Any

import orjson

from hub.apps import codes
from hub.apps.api.sheets import PriceOf, Sheet, Sheets, Words, write_sheet
from hub.apps.api.truths import Truth, Truths
from hub.apps.geometry import Indices
from hub.apps.index import Index
from hub.apps.sites import Site
from hub.apps.truth import Judgement, Stamps
from hub.apps.wanted import Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One location."""

    site: Site
    json: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a search says of the sites that it found."""

    counted: Mask | None = None
    """For each EVSE of the sites whether it fits in everything but being free; None: all do."""
    free: bool = False
    distances_m: Sequence[float] | None = None
    price: PriceOf | None = None


@dataclass(frozen=True, slots=True)
class Shower:
    """Writes the locations of one answer."""

    index: Index
    truths: Truths
    sheets: Sheets
    now_ms: int

    def show(self, rows: Indices, match: Match, **more: object) -> tuple[list[Shown], bytes]:
        """The locations, and a digest of everything in them that is no mere passing of time; `more` are members beside each."""
        digest = blake2b(orjson.dumps([match.free, match.distances_m, more]), digest_size=16)
        counted = iter(repeat(True) if match.counted is None else match.counted.tolist())
        written = _Evses(self.now_ms, match.free)
        shown = []
        for place, truths in enumerate(self.truths.of_sites(self.index, rows, self.now_ms)):
            site = self.index.site(int(rows[place]))
            sheet = self.sheets.of(site) if match.price is None else write_sheet(site, match.price)
            evses, counts = written.of(sheet, truths, counted)
            distance_m = b"" if match.distances_m is None else b',"distance_m":%.1f' % match.distances_m[place]
            beside = b"," + orjson.dumps(more)[1:] if more else b"}"
            parts = (sheet.head, evses, _grouped(counts), distance_m, beside)
            shown.append(Shown(site=site, json=b'%b,"evses":[%b],"counts":%b%b%b' % parts))
            digest.update(sheet.digest)
        digest.update(b"".join(written.states))
        return shown, digest.digest()


class _Evses:
    """Writes the EVSEs of one answer: what is the same of several is written once."""

    def __init__(self, now_ms: int, free: bool) -> None:
        self._now_ms = now_ms
        self._free = free
        self._alike: dict[tuple[Judgement, Stamps, int, bool], tuple[bytes, bytes]] = {}
        self.states: list[bytes] = []
        """Of each EVSE what an ETag is made of."""

    def of(self, sheet: Sheet, truths: Sequence[Truth], counted: Iterator[bool]) -> tuple[bytes, list[int]]:
        """Those of one site; takes from `counted` as many, and counts the statuses of those that do."""
        counts, written = [0] * len(codes.STATUSES), []
        for static, truth, fits in zip(sheet.evses, truths, counted, strict=False):
            if fits:
                counts[truth.status] += 1
            matches = fits and (not self._free or truth.status == codes.FREE)
            kind = (truth.judged, truth.stamps, truth.status, matches)
            told = self._alike.get(kind)
            if told is None:
                told = self._alike[kind] = self._tell(truth, matches)
            written.append(b"%b,%b" % (static, told[0]))
            self.states.append(told[1])
        return b",".join(written), counts

    def _tell(self, truth: Truth, matches: bool) -> tuple[bytes, bytes]:
        confidence, confirmed_ms, _ = truth.judged
        told = b'%b,"matches":%b}' % (truth.json(self._now_ms), b"true" if matches else b"false")
        return told, b"%d %d %d %d %b %d %d;" % (
            *(truth.status, *truth.stamps, confidence.encode(), confirmed_ms, matches),
        )


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


_GROUP_OF = [codes.GROUPS.get(status) for status in codes.STATUSES]


def _grouped(counts: list[int]) -> bytes:
    found = dict.fromkeys(codes.GROUP_NAMES, 0)
    for group, count in zip(_GROUP_OF, counts, strict=True):
        if count and group is not None:
            found[group] += count
    return orjson.dumps(found)
