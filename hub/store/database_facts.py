"""What an operator is told of the database that a hub uses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """One look at the database, for the operator; `database_time` is its own clock, aware UTC."""

    version: str
    replica_set: str
    """Empty when it is none: then nothing is durable on a majority."""
    is_primary: bool
    latency_ms: float
    database_time: datetime
    indexes: int
    """How many of the hub's indexes are there."""
    missing_indexes: tuple[str, ...]
    """`collection.index` of each that is not."""


class FactStore(Protocol):
    """The database itself."""

    async def look(self) -> DatabaseFacts: ...
