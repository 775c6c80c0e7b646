"""Each status with what the hub knows of it: its three instants, how sure it is, and why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hub.apps import codes
from hub.apps.heard import Heard
from hub.apps.index import Index
from hub.apps.truth import Judgement, Sign, Stamps, judge

SignOf = Callable[[str, str], Sign | None]
"""The latest sign of an EVSE, by the key of its site and its folded uid."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One EVSE now."""

    row: int
    uid: str
    status: int
    stamps: Stamps
    judged: Judgement

    def words(self, now_ms: int) -> dict[str, Any]:
        """What is served of it."""
        return {
            "status": codes.STATUSES[self.status],
            "received_at": instant(self.stamps.received_ms),
            "changed_at": instant(self.stamps.changed_ms),
            "confirmed_at": instant(self.judged.confirmed_ms),
            "age_s": max(0, (now_ms - self.judged.confirmed_ms) // 1000),
            "confidence": self.judged.confidence,
            "evidence": list(self.judged.evidence),
        }


class Truths:
    """Judges the EVSEs of a site."""

    def __init__(self, heard: Heard, sign_of: SignOf) -> None:
        self._heard = heard
        self._sign_of = sign_of

    def of_site(self, index: Index, row: int, now_ms: int) -> Iterator[Truth]:
        """Every EVSE of the site, in its own order."""
        site = index.site(row)
        first = int(index.sites["first_point"][row])
        part = slice(first, first + len(site.points))
        columns = (
            index.points[name][part].tolist() for name in ("status", "received_ms", "changed_ms", "confirmed_ms")
        )
        heard_ms, silence_ms = self._heard.last_ms(site.owner), self._heard.silence_ms(site.owner)
        for place, (one, status, received, changed, confirmed) in enumerate(zip(site.points, *columns, strict=True)):
            stamps = Stamps(received_ms=received, changed_ms=changed, confirmed_ms=confirmed)
            judged = judge(
                codes.STATUSES[status],
                stamps,
                self._sign_of(site.key, one.uid),
                now_ms=now_ms,
                owner_heard_ms=heard_ms,
                silence_ms=silence_ms,
            )
            yield Truth(first + place, one.uid, status, stamps, judged)


@lru_cache(maxsize=10_000)
def instant(ms: int) -> datetime:
    """Milliseconds as an instant."""
    return datetime.fromtimestamp(ms / 1000, UTC)
