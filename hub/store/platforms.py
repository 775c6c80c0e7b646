"""Platforms in MongoDB: one document each, compare-and-set on its revision, and a stream of changes."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import structlog
from pymongo.errors import DuplicateKeyError, PyMongoError

from hub.clock import Tasks
from hub.platform import Platform, PlatformState
from hub.store.driver import Collection, Database, Document, watch
from hub.store.errors import answering, reason, taken
from hub.store.indexes import AGREEMENTS, APPS, PLATFORMS
from hub.store.protocols import Conflict
from hub.store.records import read, write

_WATCHED = ({"$match": {"ns.coll": {"$in": [PLATFORMS, AGREEMENTS, APPS]}}}, {"$project": {"_id": 1}})
_REOPEN_FIRST_S = 0.1
_REOPEN_MAX_S = 5.0


class MongoPlatforms:
    """The PlatformStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._platforms: Collection = database[PLATFORMS]

    @answering()
    async def all(self) -> list[Platform]:
        """Every platform, REMOVED ones included, by creation."""
        found = await self._platforms.find().sort([("created_at", 1), ("_id", 1)]).to_list(None)
        return [read(Platform, document) for document in found]

    @answering()
    async def save(self, platform: Platform) -> Platform:
        """Insert (revision 0) or replace the revision it carries; raises Conflict that says which thing is taken."""
        saved = replace(platform, revision=platform.revision + 1)
        document = _write(saved)
        try:
            if platform.revision == 0:
                await self._platforms.insert_one(document)
                return saved
            here = {"_id": platform.platform_id, "revision": platform.revision}
            result = await self._platforms.replace_one(here, document)
        except DuplicateKeyError as error:
            raise Conflict(_conflict(*taken(error))) from None
        if not result.matched_count:
            raise Conflict(f"platform {platform.platform_id} was changed by someone else")
        return saved

    @answering()
    async def by_token(self, token_hash: str) -> Platform | None:
        """The platform that holds this issued token."""
        document = await self._platforms.find_one({"token_hashes": token_hash})
        return read(Platform, document) if document else None

    async def changes(self) -> AsyncGenerator[None, None]:
        """Yield once the stream of changes is open and then after every change, merged; again after a lost connection."""
        changed = asyncio.Event()
        tasks = Tasks()
        tasks.spawn(self._follow(changed), "platform changes")
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield
        finally:
            await tasks.close()

    async def _follow(self, changed: asyncio.Event) -> None:
        """Set `changed` at every opening of the stream and at every change; what a gap hid is read after it."""
        wait_s = _REOPEN_FIRST_S
        while True:
            try:
                async with watch(self._database, _WATCHED) as stream:
                    changed.set()
                    async for _ in stream:
                        wait_s = _REOPEN_FIRST_S
                        changed.set()
            except PyMongoError as error:
                structlog.get_logger().warning("changes_lost", reason=reason(error), again_in_s=wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, _REOPEN_MAX_S)


def _conflict(field: str, value: str) -> str:
    return {
        "live_name": f"the name {value} is taken by another platform",
        "live_claims": f"{value} is claimed by another platform",
        "token_hashes": "the same credentials token was issued before",
    }.get(field, f"platform {value} exists")


def _write(platform: Platform) -> Document:
    """The document; `live_name`, `live_claims` and `token_hashes` are there only where they must be unique."""
    unique: Document = {}
    if platform.state is not PlatformState.REMOVED:
        unique["live_name"] = platform.name.casefold()
        if platform.claims:
            unique["live_claims"] = sorted(str(claim) for claim in platform.claims)
    if platform.issued:
        unique["token_hashes"] = [token.token_hash for token in platform.issued]
    return {"_id": platform.platform_id, **unique, **write(platform)}
