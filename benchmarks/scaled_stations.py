"""The stations of the benchmark of availability as stored objects: in a database before the hub starts, and to change later."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from benchmarks.availability_sites import bodies
from hub.store.driver import close_client, open_client
from hub.store.indexes import OBJECTS
from hub.store.protocols import ObjectKey, StoredObject
from hub.store.records import write
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party

_AT_ONCE = 2_000
_LOCATIONS = ModuleId("locations")


class Spot(NamedTuple):
    """One stored location: its key, where it is, and what it says."""

    key: ObjectKey
    latitude: float
    longitude: float
    location: Mapping[str, Any]


def scaled(evses: int) -> list[Spot]:
    """Locations with so many EVSEs in all, each with at least one."""
    found = []
    for _, owner, body in bodies(evses):
        location = orjson.loads(body)
        key = ObjectKey(module=_LOCATIONS, owner=Party.parse(owner), object_id=fold(location["id"]))
        place = location["coordinates"]
        if location["evses"]:
            found.append(Spot(key, float(place["latitude"]), float(place["longitude"]), location))
    return found


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
    body = orjson.dumps(spot.location)
    return StoredObject(key=spot.key, body=body, last_updated=now, seq=seq, revision=1, received_at=now, changed_at=now)
