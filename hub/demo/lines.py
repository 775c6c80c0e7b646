"""Traced legs as lines for a person: one a message, not one a leg. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Leg = Mapping[str, Any]
"""As the admin API gives it."""
_WHO_WIDTH, _WHERE_WIDTH, _MOST_WHERE = 17, 52, 36
_BROADCAST = "broadcast to "
_CALLBACK = "callback"
_CAUGHT_UP = "the current object"


@dataclass(slots=True)
class Line:
    """One message; `leg` is the first of it, `receivers` how many platforms the hub sent it to by itself."""

    leg: Leg
    receivers: int = 1

    @property
    def failed(self) -> bool:
        """Did it fail?"""
        return failed(self.leg)


def failed(leg: Leg) -> bool:
    """As the hub counts errors, and an answer to the hub that is not OCPI."""
    not_ocpi = leg["kind"] == "out" and not leg["ocpi_status"]
    return not leg["http_status"] or leg["http_status"] >= 400 or leg["ocpi_status"] >= 2000 or not_ocpi


def lines(legs: Iterable[Leg]) -> list[Line]:
    """What came in, and what the hub sent by itself: HubClientInfo (once for all its receivers), objects made good, and
    broadcasts that failed. The rest of the outgoing legs belong to a message that came in.
    """
    shown: list[Line] = []
    told: dict[tuple[str, str, bool], Line] = {}
    for leg in legs:
        if leg["kind"] == "in":
            shown.append(Line(leg))
        elif leg["module"] == "hubclientinfo":
            key = leg["correlation_id"], leg["path"], failed(leg)
            if key in told:
                told[key].receivers += 1
            else:
                told[key] = Line(leg)
                shown.append(told[key])
        elif leg["note"] == _CAUGHT_UP or (failed(leg) and _is_hubs_own(leg)):
            shown.append(Line(leg))
    return shown


def write(line: Line, detail: str = "") -> str:
    """`12:00:03 FR*PDR → hub  PATCH  locations/…/3256  CHARGING  → 2 receivers  4 ms`; `detail` is what it was about."""
    leg = line.leg
    at = datetime.fromisoformat(leg["at"]).strftime("%H:%M:%S")
    where = f"{leg['module']}{_short(leg)}" + (f"  {detail}" if detail else "")
    said = f"{at} {_who(line):<{_WHO_WIDTH}} {leg['method']:<5} {where:<{_WHERE_WIDTH}} {_outcome(line)}"
    return "".join(one if one.isprintable() else " " for one in said.rstrip())


def _who(line: Line) -> str:
    leg = line.leg
    if leg["kind"] == "in":
        return f"{leg['from'] or leg['partner']} → {leg['to'] or 'hub'}"
    return f"hub → {leg['to'] or leg['partner']}" if line.receivers == 1 else f"hub → {line.receivers} platforms"


def _outcome(line: Line) -> str:
    leg = line.leg
    took = f"{leg['duration_ms']:.0f} ms"
    if line.failed:
        status = f"{leg['http_status']}/{leg['ocpi_status'] or 'no OCPI'}" if leg["http_status"] else "no answer"
        return f"✗ {status}  {took}  {leg['note']}"
    if leg["plan"].startswith(_BROADCAST):
        return f"→ {leg['plan'].removeprefix(_BROADCAST)}  {took}"
    return f"{took}  {leg['note']}"


def _short(leg: Leg) -> str:
    """The path without its owner; of a location only the last id, of a result not its address."""
    parts = leg["path"].strip("/").split("/") if leg["path"].strip("/") else []
    if leg["plan"].startswith(_CALLBACK):
        parts[-1:] = ["result"]
    elif len(parts) > 3:
        parts = ["…", parts[-1]]
    elif len(parts) == 3:
        parts = parts[2:]
    text = "/".join(parts)
    return f"/{text if len(text) <= _MOST_WHERE else text[: _MOST_WHERE - 1] + '…'}" if parts else ""


def _is_hubs_own(leg: Leg) -> bool:
    return bool(leg["correlation_id"]) and not leg["plan"] and str(leg["from"]).endswith("*HUB")
