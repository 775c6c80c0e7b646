"""Time zones by name, and a guess for a place whose zone nobody told. Source: the IANA time zone database, zone.tab."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from hub.money.countries import ALPHA_2_OF

_MAX_NAME = 255
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*", re.ASCII)
_ISO_6709 = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?", re.ASCII)
_DEGREE = 3600
_RIGHT_ANGLE_S = 90 * _DEGREE
_FAR = 3
_SAMPLES = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))


class UnknownZone(ValueError):
    """No time zone of the IANA database has this name."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A zone that was concluded, and how."""

    zone: ZoneInfo
    why: str


def zone_named(name: str) -> ZoneInfo:
    """The zone `Europe/Amsterdam`; raises UnknownZone."""
    if len(name) <= _MAX_NAME and _NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # a folder of the database is an OSError
            pass
    raise UnknownZone(f"{name[:_MAX_NAME]!r} is no time zone such as Europe/Amsterdam")


def guess_zone(country: str | None, latitude: str | None, longitude: str | None) -> Guess | None:
    """The zone of a country (alpha-3, or alpha-2 as OCPI 2.1.1's example has it): its only one, or that of the nearest cities.

    None where a city three times as far away has another time: no guess is better than a wrong one.
    """
    code = (country or "").upper()
    cities = _cities().get(ALPHA_2_OF.get(code, code), {})
    if len(cities) == 1:
        name = next(iter(cities))
        return Guess(ZoneInfo(name), f"the only time zone of {code} is {name}")
    here = _seconds_of_arc(latitude, longitude)
    if not cities or here is None:
        return None
    squares = {name: _square_of_distance(here, place) for name, place in cities.items()}
    near = [name for name, square in squares.items() if square <= _FAR * _FAR * min(squares.values())]
    if not all(_same_clock(name, near[0]) for name in near):
        return None
    return Guess(ZoneInfo(near[0]), f"the cities near by are in {near[0]}: a guess by coordinates")


def _same_clock(one: str, other: str) -> bool:
    return all(
        at.astimezone(ZoneInfo(one)).utcoffset() == at.astimezone(ZoneInfo(other)).utcoffset() for at in _SAMPLES
    )


@cache
def _cities() -> Mapping[str, Mapping[str, tuple[int, int]]]:
    """Alpha-2 country code -> zone -> place of its largest city, in seconds of arc."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, place, name = line.split("\t")[:3]
            found.setdefault(country, {})[name] = _read_place(place)
    return found


def _read_place(written: str) -> tuple[int, int]:
    matched = _ISO_6709.fullmatch(written)
    assert matched is not None
    south, *latitude = matched.groups()[:4]
    west, *longitude = matched.groups()[4:]
    return _signed(south, latitude), _signed(west, longitude)


def _signed(sign: str, parts: list[str | None]) -> int:
    degrees, minutes, seconds = (int(part or 0) for part in parts)
    value = degrees * _DEGREE + minutes * 60 + seconds
    return -value if sign == "-" else value


def _seconds_of_arc(latitude: str | None, longitude: str | None) -> tuple[int, int] | None:
    try:
        north, east = Decimal(str(latitude)), Decimal(str(longitude))
        if abs(north) <= 90 and abs(east) <= 180:
            return int(north * _DEGREE), int(east * _DEGREE)
    except ArithmeticError:
        pass
    return None


def _square_of_distance(here: tuple[int, int], there: tuple[int, int]) -> int:
    """On a plane whose degrees of longitude narrow to the poles (cosine by Bhaskara's fraction)."""
    north, east = here[0] - there[0], here[1] - there[1]
    latitude = (here[0] + there[0]) // 2
    square = latitude * latitude
    whole = 4 * _RIGHT_ANGLE_S * _RIGHT_ANGLE_S
    narrowed = east * (whole - 4 * square) // (whole + square)
    return north * north + narrowed * narrowed
