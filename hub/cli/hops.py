"""Legs put together: what came in, and what the hub sent because of it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Leg = Mapping[str, Any]
"""As the admin API gives it."""
_BROADCAST = "broadcast"


@dataclass(slots=True)
class Hop:
    """One incoming leg and the legs out that belong to it; without an incoming one the hub sent by itself."""

    incoming: Leg | None
    out: list[Leg] = field(default_factory=list)

    @property
    def is_forward(self) -> bool:
        """One in, one out: both fit on a line."""
        return self.incoming is not None and len(self.out) == 1 and not _is_broadcast(self.incoming)


def pair(legs: Iterable[Leg]) -> list[Hop]:
    """Group legs that come in the order in which they were told.

    A forward tells its leg out before the leg in that waits for it; a broadcast tells its legs out after the leg in.
    """
    hops: list[Hop] = []
    waiting: list[Hop] = []
    for leg in legs:
        if leg["kind"] == "in":
            hop = Hop(leg)
            if not _is_broadcast(leg):
                claimed = [one for one in waiting if _belong(one.out[0], leg) and one.out[0]["method"] == leg["method"]]
                hop.out = [one.out[0] for one in claimed]
                hops = [one for one in hops if one not in claimed]
                waiting = [one for one in waiting if one not in claimed]
            hops.append(hop)
        elif (cause := _broadcast_before(hops, leg)) is not None:
            cause.out.append(leg)
        else:
            hop = Hop(None, [leg])
            hops.append(hop)
            waiting.append(hop)
    return hops


def _broadcast_before(hops: list[Hop], leg: Leg) -> Hop | None:
    for hop in reversed(hops):
        if hop.incoming is not None and _is_broadcast(hop.incoming) and _belong(leg, hop.incoming):
            return hop
    return None


def _belong(out: Leg, incoming: Leg) -> bool:
    return bool(out["correlation_id"] == incoming["correlation_id"] and out["module"] == incoming["module"])


def _is_broadcast(leg: Leg) -> bool:
    return str(leg["plan"]).startswith(_BROADCAST)
