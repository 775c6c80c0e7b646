"""What an operator asks of the database: is it there, which one, how far away, are its clock and indexes right."""

from dataclasses import dataclass
from datetime import datetime

from hub.clock import monotonic_s
from hub.store.driver import Database
from hub.store.errors import answering


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """One look at the database; `database_time` is its own clock, aware UTC."""

    version: str
    replica_set: str
    """Empty when it is none: then majority writes and change streams do not work."""
    is_primary: bool
    latency_ms: float
    database_time: datetime
    indexes: frozenset[str]
    """`collection.index` of every index that is there, the `_id` ones left out."""


async def read_facts(database: Database) -> DatabaseFacts:
    """Ask the database; raises StoreUnavailable when it does not answer."""
    async with answering():
        build = await database.command("buildInfo")
        started_s = monotonic_s()
        hello = await database.command("hello")
        latency_ms = (monotonic_s() - started_s) * 1000
        return DatabaseFacts(
            version=str(build["version"]),
            replica_set=str(hello.get("setName", "")),
            is_primary=bool(hello.get("isWritablePrimary")),
            latency_ms=latency_ms,
            database_time=hello["localTime"],
            indexes=frozenset(await _indexes(database)),
        )


async def _indexes(database: Database) -> list[str]:
    found = []
    for collection in await database.list_collection_names():
        named = await database[collection].index_information()
        found += [f"{collection}.{name}" for name in named if name != "_id_"]
    return found
