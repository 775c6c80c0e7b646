"""The real French stations, copied until there are as many EVSEs as wanted; each copy near its original."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from hub.simulate.stations import stations
from hub.store.driver import close_client, open_client
from hub.store.indexes import OBJECTS
from hub.store.protocols import ObjectKey, StoredObject
from hub.store.records import write
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party

SPREAD_DEGREES = 0.03
FREE_SHARE = 0.6
_AT_ONCE = 2_000
_LOCATIONS = ModuleId("locations")


class Spot(NamedTuple):
    """One stored location: its key, where it is, and what it says."""

    key: ObjectKey
    latitude: float
    longitude: float
    location: Mapping[str, Any]


def scaled(evses: int, seed: int = 1) -> Iterator[Spot]:
    """Locations with at least so many EVSEs in all; the first round are the originals."""
    chance = random.Random(seed)
    originals = [one for one in stations() if one["evses"]]
    made, number = 0, 0
    while made < evses:
        for original in originals:
            spot = _copy(original, number, chance)
            yield spot
            made += len(spot.location["evses"])
            if made >= evses:
                return
        number += 1


def _copy(original: Mapping[str, Any], number: int, chance: random.Random) -> Spot:
    place = original["coordinates"]
    spread = SPREAD_DEGREES if number else 0.0
    latitude = float(place["latitude"]) + chance.gauss(0, spread)
    longitude = float(place["longitude"]) + chance.gauss(0, spread)
    name = f"{original['id']}-{number}" if number else str(original["id"])
    evses = [
        evse | {"status": "AVAILABLE" if chance.random() < FREE_SHARE else "CHARGING"} for evse in original["evses"]
    ]
    written = {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
    location = {**original, "id": name, "coordinates": written, "evses": evses}
    owner = Party.of(original["country_code"], original["party_id"])
    return Spot(ObjectKey(module=_LOCATIONS, owner=owner, object_id=fold(name)), latitude, longitude, location)


async def store_all(url: str, database: str, spots: list[Spot]) -> None:
    """Put them into an empty database as if they had been pushed just now."""
    client = open_client(url)
    now = datetime.now(UTC)
    try:
        objects = client[database][OBJECTS]
        for start in range(0, len(spots), _AT_ONCE):
            documents = [
                {"_id": str(spot.key), **write(_stored(spot, seq, now))}
                for seq, spot in enumerate(spots[start : start + _AT_ONCE], start + 1)
            ]
            await objects.insert_many(documents, ordered=False)
    finally:
        await close_client(client)


def _stored(spot: Spot, seq: int, now: datetime) -> StoredObject:
    body = orjson.dumps(spot.location, default=str)
    return StoredObject(key=spot.key, body=body, last_updated=now, seq=seq, revision=1, received_at=now, changed_at=now)
