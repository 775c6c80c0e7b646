"""Half a million EVSEs for the benchmark of availability: the real stations many times over, each a little beside itself."""

import random
from collections.abc import Iterator
from typing import Any

import orjson

from hub.apps.geometry import Point
from hub.simulate.stations import stations

SEED = 20_261_125
_STATUSES = ("AVAILABLE", "CHARGING", "BLOCKED", "OUTOFORDER", "UNKNOWN")
_WEIGHTS = (55, 30, 5, 6, 4)
_BESIDE_DEGREES = 0.03


def bodies(evses: int) -> Iterator[tuple[str, str, bytes]]:
    """Key, owner and body of Locations with `evses` EVSEs in all, clustered as the real ones are."""
    chance, made, copy = random.Random(SEED), 0, 0
    real = stations()
    while True:
        for location in real:
            if made >= evses:
                return
            made += len(location["evses"])
            party = f"{location['country_code']}/{location['party_id']}"
            key = f"locations/{party}/{location['id'].lower()}-{copy}"
            yield key, party.replace("/", "*"), orjson.dumps(_beside(location, copy, chance))
        copy += 1


def places(count: int) -> list[Point]:
    """Where drivers search: beside real stations, so mostly in cities."""
    chance, real = random.Random(SEED + 1), stations()
    some = (chance.choice(real)["coordinates"] for _ in range(count))
    return [
        Point(float(one["latitude"]) + chance.gauss(0, 0.05), float(one["longitude"]) + chance.gauss(0, 0.05))
        for one in some
    ]


def routes(count: int, points: int = 200) -> list[tuple[Point, ...]]:
    """Routes of about 500 km through France, as winding as roads are."""
    chance, made = random.Random(SEED + 2), []
    for _ in range(count):
        latitude, longitude = chance.uniform(43.5, 45.5), chance.uniform(0.0, 5.0)
        path = []
        for at in range(points):
            path.append(Point(latitude + at * 4.3 / points, longitude + 0.05 * chance.gauss(0, 1) * (at % 2)))
        made.append(tuple(path))
    return made


def _beside(location: dict[str, Any], copy: int, chance: random.Random) -> dict[str, Any]:
    latitude, longitude = (float(location["coordinates"][name]) for name in ("latitude", "longitude"))
    if copy:
        latitude, longitude = latitude + chance.gauss(0, _BESIDE_DEGREES), longitude + chance.gauss(0, _BESIDE_DEGREES)
    evses = [one | {"status": chance.choices(_STATUSES, _WEIGHTS)[0]} for one in location["evses"]]
    return location | {
        "id": f"{location['id']}-{copy}",
        "coordinates": {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"},
        "evses": evses,
    }
