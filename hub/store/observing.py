"""What the hub observes beside the objects themselves: what is searched, what traffic shows of an EVSE, when it was heard of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Searches:
    """How often drivers looked in one place, in one hour, for one kind of charging; nothing tells who they were."""

    hour: datetime
    row: int
    """Of the cell: its southern edge in cells from the south pole (hub.apps.demand)."""
    column: int
    asked: str
    """What was wanted, in few words: `kw>=50 IEC_62196_T2_COMBO free`."""
    found: int
    """Searches that found something free."""
    nothing: int
    """Searches that did not."""


class DemandStore(Protocol):
    """Searches, summed by cell, hour and filter; kept for 400 days."""

    async def add(self, searches: Sequence[Searches]) -> None:
        """Count these in. Raises StoreUnavailable."""
        ...

    async def since(self, hour: datetime) -> list[Searches]:
        """Everything from this hour on, by hour and cell."""
        ...
