"""A stored Location as the index needs it: where it is, what each EVSE has, what an app may filter by. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from hub.apps import codes
from hub.wire.interface import fold
from hub.wire.party import Party

PUBLISHED, GREEN = 1, 2
_PHASES = {"AC_1_PHASE": 1.0, "AC_2_PHASE": 2.0, "AC_2_PHASE_SPLIT": 2.0, "AC_3_PHASE": 3.0, "DC": 1.0}
_LINE_TO_LINE_FROM_V = 300
"""A three-phase connector that says 400 V means the voltage between lines: its power is V x A x 1.73, not x 3."""
_ROOT_3 = 1.7320508
_PLUG_FIELDS = ("standard", "format", "power_type", "max_electric_power", "max_voltage", "max_amperage")


class Plug(NamedTuple):
    """A connector in numbers."""

    watts: int
    standard: int
    form: int
    power_type: int


class Point(NamedTuple):
    """An EVSE in numbers."""

    uid: str
    """Folded: ids are CiStrings."""
    status: int
    capabilities: int
    restrictions: int
    plugs: tuple[Plug, ...]
    last_updated: str
    """The owner's: another one says that a push was about this EVSE; it says nothing of when that was."""


@dataclass(frozen=True, slots=True)
class Site:
    """One Location."""

    key: str
    """`locations/NL/CPA/loc1`."""
    owner: str
    """`NL*CPA`."""
    latitude: float
    longitude: float
    flags: int
    facilities: int
    points: tuple[Point, ...]
    """Without those that are REMOVED."""
    body: bytes
    location_id: str = ""
    """As its owner writes it."""

    def same_shape(self, other: "Site") -> bool:
        """Everything but statuses and texts is the same: then only statuses change in the index."""
        return (
            self.latitude == other.latitude
            and self.longitude == other.longitude
            and self.flags == other.flags
            and self.facilities == other.facilities
            and len(self.points) == len(other.points)
            and all(map(_same_point, self.points, other.points))
        )


def _same_point(one: Point, other: Point) -> bool:
    return one is other or (
        one.uid == other.uid
        and one.plugs == other.plugs
        and one.capabilities == other.capabilities
        and one.restrictions == other.restrictions
    )


def read_site(key: str, owner: str, body: bytes) -> Site | None:
    """None for a Location without a usable place."""
    location: dict[str, Any] = orjson.loads(body)
    coordinates = location.get("coordinates")
    try:
        latitude, longitude = float(coordinates["latitude"]), float(coordinates["longitude"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    green = (location.get("energy_mix") or {}).get("is_green_energy") is True
    return Site(
        key=key,
        owner=owner,
        latitude=latitude,
        longitude=longitude,
        flags=(PUBLISHED if location.get("publish") is not False else 0) | (GREEN if green else 0),
        facilities=codes.facility_bits(location.get("facilities") or ()),
        points=tuple(_points(location.get("evses") or ())),
        body=body,
        location_id=str(location.get("id", "")),
    )


def watts_of(connector: dict[str, Any]) -> int:
    """max_electric_power, else what volts, amperes and phases make. Source: OCPI 2.2.1, mod_locations, Connector."""
    power = _number(connector.get("max_electric_power"))
    if power > 0:
        return round(min(power, 2**31 - 1))
    volts, amperes = _number(connector.get("max_voltage")), _number(connector.get("max_amperage"))
    phases = _PHASES.get(str(connector.get("power_type")), 1.0)
    if phases == 3.0 and volts >= _LINE_TO_LINE_FROM_V:
        phases = _ROOT_3
    return round(max(0.0, min(volts * amperes * phases, 2**31 - 1)))


def _plug(connector: dict[str, Any]) -> Plug:
    """One of few: most connectors are like many others, and share their numbers."""
    try:
        return _known_plug(*map(connector.get, _PLUG_FIELDS))
    except TypeError:  # something in it is no plain value
        return Plug(0, codes.NONE, codes.NONE, codes.NONE)


@lru_cache(maxsize=10_000)
def _known_plug(*values: object) -> Plug:
    connector = dict(zip(_PLUG_FIELDS, values, strict=True))
    return Plug(
        watts_of(connector),
        codes.standard_code(connector["standard"]),
        codes.format_code(connector["format"]),
        codes.power_type_code(connector["power_type"]),
    )


def _number(written: object) -> float:
    """0 for what is none; some write whole numbers with a fraction of nought."""
    return float(written) if isinstance(written, int | float) else 0.0


def _points(evses: Iterable[dict[str, Any]]) -> Iterable[Point]:
    for evse in evses:
        status = codes.status_code(evse.get("status"))
        if status == codes.REMOVED:
            continue
        yield Point(
            uid=fold(str(evse.get("uid", ""))),
            status=status,
            capabilities=codes.capability_bits(evse.get("capabilities") or ()),
            restrictions=codes.restriction_bits(evse.get("parking_restrictions") or ()),
            plugs=tuple(map(_plug, evse.get("connectors") or ())),
            last_updated=str(evse.get("last_updated", "")),
        )


def owner_of(key: str) -> str:
    """`NL*CPA` of `locations/NL/CPA/loc1`."""
    _, country_code, party_id, _ = key.split("/", 3)
    return f"{country_code}*{party_id}"


def site_key(written: str) -> str:
    """`locations/NL/CPA/loc1` of `NL/CPA/LOC1`, as apps write it; raises ValueError for what names no location."""
    country_code, party_id, location_id = written.split("/", 2)
    party = Party.of(country_code, party_id)
    return f"locations/{party.country_code}/{party.party_id}/{fold(location_id)}"
