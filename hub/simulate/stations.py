"""The French station file as OCPI Locations: one Location a station, one EVSE a charge point.

Source: OCPI 2.2.1, mod_locations; IRVE static schema 2.3 (origin and licence: data/ATTRIBUTION.md).
"""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources
from typing import Any

from hub.simulate.cities import Point, cities_by_commune, city, postal_code
from hub.simulate.connectors import connectors_of
from hub.simulate.hours import read_hours
from hub.simulate.operators import PARTIES
from hub.wire.party import Party

TIME_ZONE = "Europe/Paris"
_FILE = "fr_qualicharge_irve_static.jsonl.gz"
_LEAST, _MOST = Decimal("0.00001"), Decimal("0.0000001")
_NOT_PRINTABLE_OR_DOUBLE_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\xa0]+")
_PARKING_TYPES = {
    "Voirie": "ON_STREET",
    "Parking public": "PARKING_LOT",
    "Parking privé à usage public": "PARKING_LOT",
    "Parking privé réservé à la clientèle": "PARKING_LOT",
}


def read_points() -> Iterator[Point]:
    """Every charge point of the file, in its order: field name to text or None."""
    with resources.files("hub.simulate").joinpath("data", _FILE).open("rb") as packed, gzip.open(packed) as lines:
        for line in lines:
            yield json.loads(line)


def stations(*parties: Party, limit: int | None = None) -> list[dict[str, Any]]:
    """The Locations of `parties`, or of all operators when none is named, in the order of the file, at most `limit`."""
    by_station: dict[str, list[Point]] = {}

    def grouped() -> Iterator[Point]:
        for point in read_points():
            if not parties or party_of(point) in parties:
                by_station.setdefault(point["id_station_itinerance"] or "", []).append(point)
            yield point

    cities = cities_by_commune(grouped())
    return [location(group, cities) for group in list(by_station.values())[:limit]]


def party_of(point: Point) -> Party:
    """The operator of a charge point."""
    return PARTIES[point["nom_operateur"] or ""]


def location(points: Sequence[Point], cities: dict[str, str]) -> dict[str, Any]:
    """The Location of one station from all its charge points; `cities` has the name of each commune."""
    first = points[0]
    party, last_updated = party_of(first), f"{first['date_maj']}T00:00:00Z"
    made = {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "id": first["id_station_itinerance"],
        "publish": True,
        "name": _text(first["nom_station"]),
        "address": _text(first["adresse_station"]),
        "city": city(first, cities),
        "postal_code": postal_code(first),
        "country": "FRA",
        "coordinates": coordinates(first["coordonneesXY"] or ""),
        "parking_type": _PARKING_TYPES.get(first["implantation_station"] or ""),
        "evses": [_evse(point, last_updated) for point in points],
        "operator": {"name": _text(first["nom_operateur"])},
        "suboperator": {"name": _text(first["nom_enseigne"])},
        "owner": {"name": _text(first["nom_amenageur"])},
        "time_zone": TIME_ZONE,
        "opening_times": read_hours(first["horaires"] or ""),
        "last_updated": last_updated,
    }
    return {name: value for name, value in made.items() if value is not None}


def coordinates(written: str) -> dict[str, str]:
    """Read `[longitude, latitude]` as a GeoLocation: the digits of the file, filled up to 5 and cut to 7 decimals."""
    longitude, latitude = json.loads(written, parse_float=Decimal, parse_int=Decimal)
    return {"latitude": _degrees(latitude), "longitude": _degrees(longitude)}


def _evse(point: Point, last_updated: str) -> dict[str, Any]:
    return {
        "uid": point["id_pdc_itinerance"],
        "evse_id": point["id_pdc_itinerance"],
        "status": "AVAILABLE",
        "capabilities": _capabilities(point),
        "connectors": connectors_of(point, last_updated),
        "parking_restrictions": _restrictions(point),
        "last_updated": last_updated,
    }


def _capabilities(point: Point) -> list[str]:
    """Every point can be started remotely, being open to roaming; `paiement_autre` stands for badges of subscribers."""
    capabilities = ["REMOTE_START_STOP_CAPABLE"]
    if point["paiement_autre"] == "True":
        capabilities.append("RFID_READER")
    if point["paiement_cb"] == "True":
        capabilities += ["CREDIT_CARD_PAYABLE", "DEBIT_CARD_PAYABLE"]
    if point["reservation"] == "True":
        capabilities.append("RESERVABLE")
    return capabilities


def _restrictions(point: Point) -> list[str]:
    told = {
        "CUSTOMERS": point["condition_acces"] == "Accès réservé",
        "DISABLED": point["accessibilite_pmr"] == "Réservé PMR",
        "MOTORCYCLES": point["station_deux_roues"] == "True",
    }
    return [restriction for restriction, holds in told.items() if holds]


def _degrees(angle: Decimal) -> str:
    exponent = angle.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if decimals > 7:
        angle = angle.quantize(_MOST, rounding=ROUND_HALF_UP)
    elif decimals < 5:
        angle = angle.quantize(_LEAST)
    return format(angle, "f")


def _text(written: str | None) -> str | None:
    """The text with single spaces: no-break spaces and control characters are not printable."""
    return _NOT_PRINTABLE_OR_DOUBLE_SPACE.sub(" ", written).strip() if written else None
