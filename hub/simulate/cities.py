"""The city of a station, which the station file has only inside its address or name."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

UNKNOWN = "#NA"
"""A required text that cannot be known. Source: OCPI 2.2.1, transport_and_format, No data available."""
MAX_CHARS = 45
_AFTER_POSTAL_CODE = re.compile(r"\b(\d{5})[ ,]+([^,\d(][^,\d(]*)")
_NAMED_AFTER_CITY = re.compile(r"([^,]+), France")
_LAST_PART = re.compile(r".*, , .*?([^,\d]+)")
_COUNTRY = re.compile(r"(?<!\s)\s+FRANCE$")

Point = Mapping[str, str | None]


def postal_code(point: Point) -> str | None:
    """The postal code inside the address, None when there is none."""
    matched = _AFTER_POSTAL_CODE.search(point["adresse_station"] or "")
    return matched[1] if matched else None


def cities_by_commune(points: Iterable[Point]) -> dict[str, str]:
    """The name most often written for each commune (INSEE code): it serves stations whose own address has none."""
    written: dict[str, Counter[str]] = {}
    for point in points:
        city = _written_city(point)
        if city:
            written.setdefault(point["code_insee_commune"] or "", Counter())[city] += 1
    return {commune: min(names, key=lambda name: (-names[name], name)) for commune, names in written.items()}


def city(point: Point, by_commune: Mapping[str, str]) -> str:
    """The city of a station, at most 45 characters; `#NA` when nothing tells it."""
    found = _written_city(point) or by_commune.get(point["code_insee_commune"] or "") or UNKNOWN
    return found[:MAX_CHARS].strip()


def _written_city(point: Point) -> str | None:
    address, name = point["adresse_station"] or "", point["nom_station"] or ""
    if matched := _AFTER_POSTAL_CODE.search(address):
        return _COUNTRY.sub("", matched[2].strip())
    if matched := _NAMED_AFTER_CITY.fullmatch(name):
        return matched[1].strip()
    if matched := _LAST_PART.fullmatch(address):
        return matched[1].strip()
    return None
