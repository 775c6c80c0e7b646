"""A process that follows all changes of EVSEs as a hub does for apps, and writes each on a line of its own: seq, uid, status.

`python -m tests.whole.follower URL DATABASE SINCE`: first what came after the number SINCE (0: only what comes), then live.
"""

import asyncio
import sys

from hub.apps.changes import Event
from hub.apps.feed import Feed
from hub.clock import Tasks
from hub.store.driver import close_client, open_client
from hub.store.object_changes import MongoObjectFeed
from hub.wire.interface import ModuleId

GONE = "GONE"
READY = "READY"


class _Writer:
    """Writes what is beyond a number, each once."""

    def __init__(self, since: int) -> None:
        self.since = since

    def tell(self, event: Event) -> None:
        """One line for each EVSE."""
        if event.seq <= self.since:
            return
        for change in event.changes:
            sys.stdout.write(f"{event.seq} {change.uid} {change.status}\n")
        sys.stdout.flush()


async def _follow(url: str, database: str, since: int) -> None:
    client = open_client(url, tz_aware=True)
    feed = Feed(MongoObjectFeed(client[database], ModuleId("locations")), _Writer(since), lambda *_: None)
    tasks = Tasks()
    running = tasks.spawn(feed.run(), "feed")
    await feed.ready.wait()
    if since and feed.changes.after(since, 1) is None:
        sys.stdout.write(f"{GONE}\n")
    sys.stdout.write(f"{READY}\n")
    sys.stdout.flush()
    await running
    await close_client(client)


if __name__ == "__main__":
    asyncio.run(_follow(sys.argv[1], sys.argv[2], int(sys.argv[3])))
