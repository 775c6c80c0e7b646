"""Apps in MongoDB: one document each; a name is free again when its app is revoked."""

from collections.abc import AsyncGenerator
from datetime import datetime

from pymongo.errors import DuplicateKeyError, PyMongoError

from hub.store.app_access import App, NameTaken
from hub.store.driver import Collection, Database, watch
from hub.store.errors import answering, reason
from hub.store.indexes import APPS
from hub.store.protocols import StoreUnavailable
from hub.store.records import read, write


class MongoApps:
    """The AppStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._apps: Collection = database[APPS]

    @answering()
    async def all(self) -> list[App]:
        """By creation."""
        return [read(App, document) for document in await self._apps.find().sort("created_at", 1).to_list(None)]

    @answering()
    async def add(self, app: App) -> None:
        """Insert; the name of a live app is its own."""
        document = {"_id": app.app_id, "live_name": app.name.casefold(), **write(app)}
        try:
            await self._apps.insert_one(document)
        except DuplicateKeyError:
            raise NameTaken(f"the name {app.name} is taken by another app") from None

    @answering()
    async def revoke(self, app_id: str, at: datetime) -> bool:
        """For good."""
        here = {"_id": app_id, "revoked_at": None}
        changed = await self._apps.update_one(here, {"$set": {"revoked_at": at}, "$unset": {"live_name": ""}})
        return bool(changed.modified_count)

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield once the stream of changes is open, and then after every change."""
        try:
            async with watch(self._database, [{"$match": {"ns.coll": APPS}}]) as stream:
                yield
                async for _ in stream:
                    yield
        except PyMongoError as error:
            raise StoreUnavailable(f"the stream of changes ended: {reason(error)}") from None
