"""A feed at work on a real store, for tests: it is awaited until it has seen what was written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from hub.apps.changes import Event
from hub.apps.feed import Feed
from hub.clock import Tasks, now_utc
from hub.store.driver import Database
from hub.store.object_changes import MongoObjectFeed
from hub.store.protocols import ObjectKey, Store, StoredObject
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from tests import words

LOCATIONS = ModuleId("locations")
CPA = Party.of("NL", "CPA")
WAIT_S = 20.0


@dataclass(slots=True)
class Following:
    """A feed, and what its listener heard."""

    feed: Feed
    events: list[Event] = field(default_factory=list)
    known_at_event: list[bool] = field(default_factory=list)
    """Did the index have its site, when an event was told?"""
    heard: list[tuple[str, int]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, event: Event) -> None:
        """The listener's part."""
        self.events.append(event)
        self.known_at_event.append(self.feed.index.row(event.key) is not None)
        self.news.set()

    def note(self, owner: str, at_ms: int) -> None:
        """What it is told of pushes."""
        self.heard.append((owner, at_ms))
        self.news.set()

    async def until(self, holds: Any) -> None:
        """Wait for the feed to be so."""
        async with asyncio.timeout(WAIT_S):
            while not holds():
                self.news.clear()
                await self.news.wait()

    def status(self, key: str, uid: str = "3256") -> Any:
        """Status and instants of an EVSE in the index; None when it is not there."""
        row = self.feed.index.row(key)
        return None if row is None else self.feed.index.kept(row).get(uid)


@asynccontextmanager
async def following(database: Database, objects: Any = None) -> AsyncIterator[Following]:
    """A feed that is built and follows, until the block ends."""
    here: Following
    feed = Feed(
        objects or MongoObjectFeed(database, LOCATIONS),
        _Late(lambda event: here.tell(event)),  # noqa: PLW0108 - it comes later
        lambda owner, at_ms: here.note(owner, at_ms),  # noqa: PLW0108 - as above
    )
    here = Following(feed)
    tasks = Tasks()
    tasks.spawn(feed.run(), "feed")
    try:
        async with asyncio.timeout(WAIT_S):
            await feed.ready.wait()
        yield here
    finally:
        await tasks.close()


class _Late:
    def __init__(self, tell: Any) -> None:
        self.tell = tell


async def push(
    store: Store, name: str = "loc1", status: str = "AVAILABLE", *, part: str = "", **changes: Any
) -> StoredObject:
    """Store a Location of NL*CPA as a push does; `changes` replace members of it."""
    key = ObjectKey(module=LOCATIONS, owner=CPA, object_id=name)
    current = await store.objects.get(key)
    location = words.location(id=name, evses=[words.evse(status=status)]) | changes
    now = now_utc()
    before = current or StoredObject(key=key, body=b"", last_updated=now, received_at=now, changed_at=now)
    return await store.objects.save(
        replace(before, body=words.body(location), part=part, received_at=now, last_updated=now, withdrawn=False)
    )


async def withdraw(store: Store, name: str = "loc1") -> None:
    """Delete a Location that nobody lacks."""
    key = ObjectKey(module=LOCATIONS, owner=CPA, object_id=name)
    current = await store.objects.get(key)
    assert current is not None
    await store.objects.save(replace(current, withdrawn=True, behind=frozenset()))
