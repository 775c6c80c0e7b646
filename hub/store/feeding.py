"""What a reader of all stored objects sees: each object as it is, and every change after that, numbered alike for everyone."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """An object as it was right after one change of it."""

    seq: int
    key: str
    """`locations/NL/CPA/loc1`."""
    body: bytes | None
    """None when the change left the body as it was."""
    revision: int
    received_at: datetime | None
    part: str | None
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectNow:
    """An object as it is."""

    key: str
    owner: str
    body: bytes
    revision: int
    received_at: datetime


class ObjectFeed(Protocol):
    """All objects of one module, and what happens to them."""

    async def now(self) -> int:
        """The number of this moment: later changes have higher ones."""
        ...

    def all(self) -> AsyncIterator[ObjectNow]:
        """Every object that is not withdrawn. Raises StoreUnavailable."""
        ...

    def changes(self, since: int) -> AsyncGenerator[ObjectChange, None]:
        """Every change from this number on, without end. Raises StoreUnavailable when it ends all the same."""
        ...
