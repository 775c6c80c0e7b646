"""Durable saves a second: each in a journaled write of its own, and those that come together in one (hub.store.saving)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from uuid import uuid4

from hub.clock import Tasks
from hub.store.driver import DURABLE, Collection, Database, close_client, open_client
from hub.store.embedded import private_mongod
from hub.store.numbering import Numbering
from hub.store.protocols import ObjectKey, StoredObject
from hub.store.records import write
from hub.store.saving import Saving
from hub.wire.interface import ModuleId
from hub.wire.party import Party

SENDERS = 64
OBJECTS_EACH = 8
SECONDS = 3.0
ROUNDS = 3
WANTED_RATIO = 3.0
RECEIVERS = 20
_BODY = b'{"id":"LOC1","name":"%s"}' % (b"x" * 1_000)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
Save = Callable[[StoredObject], Awaitable[StoredObject]]


@dataclass(frozen=True, slots=True)
class Commits:
    """Medians of the rounds, which alternate."""

    alone_per_s: float
    together_per_s: float

    @property
    def ratio(self) -> float:
        """How many times as many together."""
        return self.together_per_s / self.alone_per_s


async def measure(folder: Path) -> Commits:
    """New states of objects, sent by `SENDERS` at once, in turn in both ways."""
    async with private_mongod(folder) as url:
        client, tasks = open_client(url, **DURABLE), Tasks()
        try:
            alone, together = [], []
            for _ in range(ROUNDS):
                database = client[f"commits_{uuid4().hex[:8]}"]
                alone.append(await _rate(_alone(database["objects"])))
                together.append(await _rate(_together(database, tasks)))
                await client.drop_database(database.name)
            return Commits(median(alone), median(together))
        finally:
            await tasks.close()
            await close_client(client)


def _alone(objects: Collection) -> Save:
    """One command for each save, acknowledged when it is in the journal."""

    async def save(stored: StoredObject) -> StoredObject:
        document = write(stored)
        await objects.find_one_and_update({"_id": f"alone/{stored.key}"}, {"$set": document}, upsert=True)
        return stored

    return save


def _together(database: Database, tasks: Tasks) -> Save:
    return Saving(database["objects"], Numbering(database, "objects"), tasks).save


async def _rate(save: Save) -> float:
    until_s = time.perf_counter() + SECONDS
    async with asyncio.TaskGroup() as senders:
        sending = [senders.create_task(_send(save, number, until_s)) for number in range(SENDERS)]
    return sum(task.result() for task in sending) / SECONDS


async def _send(save: Save, sender: int, until_s: float) -> int:
    """Save one object after the other, each as it comes round in its next state; returns how many were kept in time."""
    states = [_first(f"{sender}-{number}") for number in range(OBJECTS_EACH)]
    kept = 0
    while time.perf_counter() < until_s:
        place = kept % OBJECTS_EACH
        states[place] = await save(replace(states[place], revision=states[place].revision + 1))
        kept += 1
    return kept


def _first(name: str) -> StoredObject:
    key = ObjectKey(module=ModuleId("locations"), owner=Party.parse("NL-CPA"), object_id=name)
    behind = frozenset(f"receiver-{number}" for number in range(RECEIVERS))
    return StoredObject(key=key, body=_BODY, last_updated=_NOW, received_at=_NOW, changed_at=_NOW, behind=behind)
