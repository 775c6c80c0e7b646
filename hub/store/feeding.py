"""What a reader of all stored objects sees: each object as it is, and every change after that, numbered alike for everyone."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.store.observing import EvseSign


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """An object as it was right after one change of it."""

    seq: int
    key: str
    """`locations/NL/CPA/loc1`."""
    body: bytes | None
    """None when the change left the body as it was."""
    revision: int
    """0 when nothing was pushed, and the object was found to be the same at its owner."""
    received_at: datetime | None
    part: str | None
    """None when it is the same as before."""
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignChange:
    """What live traffic shows of an EVSE now; no sign when it is forgotten."""

    seq: int
    key: str
    uid: str
    sign: EvseSign | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectNow:
    """An object as it is."""

    key: str
    owner: str
    body: bytes
    revision: int
    received_at: datetime
    part: str = ""


class ObjectFeed(Protocol):
    """All objects of one module, what is observed beside them, and what happens to both."""

    async def now(self) -> int:
        """The number of this moment: later changes have higher ones, and what is read from now on has all earlier ones."""
        ...

    def all(self) -> AsyncIterator[ObjectNow]:
        """Every object that is not withdrawn. Raises StoreUnavailable."""
        ...

    def signs(self) -> AsyncIterator[EvseSign]:
        """The latest sign of every EVSE that has one. Raises StoreUnavailable."""
        ...

    def times(self) -> AsyncIterator[tuple[str, bytes]]:
        """Key and packed instants (hub.store.observing.read_times) of every object. Raises StoreUnavailable."""
        ...

    def changes(self, since: int) -> AsyncGenerator[ObjectChange | SignChange, None]:
        """Every change from this number on, without end. Raises StoreUnavailable when it ends all the same."""
        ...
