"""Which apps may ask: records and their store, in MongoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pymongo.errors import DuplicateKeyError

from hub.store.driver import Collection, Database
from hub.store.errors import answering
from hub.store.indexes import APPS
from hub.store.records import read, write
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


class MongoApps:
    """The AppStore."""

    def __init__(self, database: Database) -> None:
        self._apps: Collection = database[APPS]

    @answering()
    async def all(self) -> list[App]:
        """By creation."""
        return [read(App, document) for document in await self._apps.find().sort("created_at", 1).to_list(None)]

    @answering()
    async def add(self, app: App) -> None:
        """Insert; the name of a live app is its own."""
        document: Mapping[str, object] = {"_id": app.app_id, "live_name": app.name.casefold(), **write(app)}
        try:
            await self._apps.insert_one(dict(document))
        except DuplicateKeyError:
            raise NameTaken(f"the name {app.name} is taken by another app") from None

    @answering()
    async def revoke(self, app_id: str, at: datetime) -> bool:
        """For good."""
        here = {"_id": app_id, "revoked_at": None}
        changed = await self._apps.update_one(here, {"$set": {"revoked_at": at}, "$unset": {"live_name": ""}})
        return bool(changed.modified_count)
