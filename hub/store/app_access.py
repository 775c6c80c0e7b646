"""Which apps may ask: records and their store."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.wire.party import Party


class NameTaken(Exception):
    """Another app that is not revoked has this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One app of an eMSP; its token is not kept."""

    app_id: str
    name: str
    emsp: Party
    created_at: datetime
    expires_at: datetime
    created_by: str = ""
    revoked_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        """Its token opens something now."""
        return self.revoked_at is None and now < self.expires_at


class AppStore(Protocol):
    """Apps, revoked ones included."""

    async def all(self) -> list[App]:
        """By creation."""
        ...

    async def add(self, app: App) -> None:
        """Raises NameTaken."""
        ...

    async def revoke(self, app_id: str, at: datetime) -> bool:
        """Tell whether there was one that was not revoked yet."""
        ...

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield once at the start and then after every change by any process. Raises StoreUnavailable when that ends.

        Close it (`contextlib.aclosing`): it holds a connection.
        """
        yield
