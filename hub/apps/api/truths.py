"""Each status with what the hub knows of it: its three instants, how sure it is, and why."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import orjson

from hub.apps import codes
from hub.apps.columns import spread
from hub.apps.geometry import Indices
from hub.apps.heard import SILENCE_MS, Heard
from hub.apps.index import Index
from hub.apps.truth import Judgement, Sign, Stamps, judge
from modules.locations.objects import Status

SignOf = Callable[[str, str], Sign | None]
"""The latest sign of an EVSE, by the key of its site and its folded uid."""


class Truth(NamedTuple):
    """One EVSE now."""

    row: int
    uid: str
    status: int
    stamps: Stamps
    judged: Judgement
    """The very same one for EVSEs of an answer of which the same is known."""

    def json(self, now_ms: int) -> bytes:
        """The members of it that are served, without braces."""
        received_ms, changed_ms, _ = self.stamps
        confidence, confirmed_ms, evidence = self.judged
        return _TRUTH % (
            *(_STATUSES[self.status], _instant(received_ms), _instant(changed_ms), _instant(confirmed_ms)),
            *(max(0, (now_ms - confirmed_ms) // 1000), confidence.encode(), _evidence(evidence)),
        )


_TRUTH = b'"status":%b,"received_at":%b,"changed_at":%b,"confirmed_at":%b,"age_s":%d,"confidence":"%b","evidence":%b'
_STATUSES = [orjson.dumps(status) for status in codes.STATUSES]


class Truths:
    """Judges the EVSEs of sites."""

    def __init__(self, heard: Heard, sign_of: SignOf) -> None:
        self._heard = heard
        self._sign_of = sign_of

    def of_site(self, index: Index, row: int, now_ms: int) -> list[Truth]:
        """Every EVSE of the site, in its own order."""
        (found,) = self.of_sites(index, np.array([row], np.int64), now_ms)
        return found

    def of_sites(self, index: Index, rows: Indices, now_ms: int) -> Iterator[list[Truth]]:
        """The same for each of these sites."""
        points, _ = spread(index.sites["first_point"][rows], index.sites["points"][rows])
        columns = (
            index.points[name][points].tolist() for name in ("status", "received_ms", "changed_ms", "confirmed_ms")
        )
        states = zip(points.tolist(), *columns, strict=True)
        alike: dict[tuple[str, int, int, int, int], tuple[Stamps, Judgement]] = {}
        for row in rows.tolist():
            site, truths = index.site(row), []
            owner = site.owner
            for one, (point, status, *instants) in zip(site.points, states, strict=False):
                sign = self._sign_of(site.key, one.uid)
                known = alike.get((owner, status, *instants)) if sign is None else None
                if known is None:
                    stamps = Stamps(*instants)
                    known = stamps, self._judge(owner, codes.STATUSES[status], stamps, sign, now_ms)
                    if sign is None:
                        alike[(owner, status, *stamps)] = known
                truths.append(Truth(point, one.uid, status, *known))
            yield truths

    def _judge(self, owner: str, status: Status, stamps: Stamps, sign: Sign | None, now_ms: int) -> Judgement:
        return judge(
            status,
            stamps,
            sign,
            now_ms=now_ms,
            owner_heard_ms=self._heard.last_ms(owner),
            silence_ms=SILENCE_MS,
        )


@lru_cache(maxsize=10_000)
def _instant(ms: int) -> bytes:
    return orjson.dumps(instant(ms), option=orjson.OPT_UTC_Z)


@lru_cache(maxsize=10_000)
def _evidence(evidence: tuple[str, ...]) -> bytes:
    return orjson.dumps(evidence)


def instant(ms: int) -> datetime:
    """Milliseconds as an instant."""
    return datetime.fromtimestamp(ms / 1000, UTC)
