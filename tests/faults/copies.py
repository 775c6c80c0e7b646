"""A store full of objects that nobody had to push."""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.store.driver import Database
from tests.faults.owner import location

_BATCH = 5_000
_FIRST_SEQ = 1_000


async def add_copies(database: Database, count: int, owed: Sequence[str] = ()) -> None:
    """Copies of a Location that is stored, under ids of their own; each is owed to one of `owed` in turn, if to any."""
    objects = database["objects"]
    sample = await objects.find_one({"key.module": "locations"})
    assert sample is not None
    for batch in _batches(sample, count, owed):
        await objects.insert_many(batch, ordered=False)


def _batches(sample: dict[str, Any], count: int, owed: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    for first in range(0, count, _BATCH):
        yield [_copy(sample, number, owed) for number in range(first, min(first + _BATCH, count))]


def _copy(sample: dict[str, Any], number: int, owed: Sequence[str]) -> dict[str, Any]:
    object_id = f"row{number}"
    return sample | {
        "_id": f"locations/NL/CPO/{object_id}",
        "key": sample["key"] | {"object_id": object_id},
        "body": location(object_id, 1),
        "seq": _FIRST_SEQ + number,
        "behind": [owed[number % len(owed)]] if owed else [],
    }
