"""The time zone of the place where a CDR's car charged: told, or in the CDR, or concluded from country and coordinates."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub.money.checking.known import Known
from hub.money.findings import Finding, error, info
from hub.money.zones import UnknownZone, guess_zone, zone_named


class Place(NamedTuple):
    """A zone, and what there is to say about it."""

    zone: ZoneInfo | None
    findings: Sequence[Finding] = ()


def zone_of(cdr: Mapping[str, Any], known: Known, *, needed: bool) -> Place:
    """The zone that is known, or the one in a 2.1.1 Location; or, where the tariffs need one, a guess, which is told."""
    name, location = "cdr_location", cdr.get("cdr_location")
    if not isinstance(location, dict):
        name, location = "location", cdr.get("location")
    location = location if isinstance(location, dict) else {}
    written = known.time_zone or location.get("time_zone")
    if isinstance(written, str) and written:
        try:
            return Place(zone_named(written))
        except UnknownZone as wrong:
            return Place(None, (error("C-TZ", f"/{name}/time_zone", str(wrong)),))
    return _guessed(name, location) if needed else Place(None)


def _guessed(name: str, location: Mapping[str, Any]) -> Place:
    coordinates = location.get("coordinates")
    coordinates = coordinates if isinstance(coordinates, dict) else {}
    country = location.get("country")
    guess = guess_zone(
        country if isinstance(country, str) else None, coordinates.get("latitude"), coordinates.get("longitude")
    )
    if guess is None:
        return Place(None)
    return Place(guess.zone, (info("C-TZ", f"/{name}", f"has no time zone; {guess.why}"),))
