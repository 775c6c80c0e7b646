"""Keeps the index as the store has it: everything once, then every change by any process, in the database's own order.

The stream of changes begins some minutes before the start, so that the window of kept changes is full at once, and who was
connected before a restart misses nothing. A stream that is lost is opened again where it ended; when the database does not
remember so far, everything is read anew.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

import structlog

from hub.apps.changes import Changes, Event
from hub.apps.index import Change, Index
from hub.apps.sites import PUBLISHED, Site, read_site
from hub.clock import monotonic_s
from hub.store.feeding import ObjectChange, ObjectFeed
from hub.store.protocols import StoreUnavailable

WINDOW_S = 600
_AGAIN_AFTER_S = 0.5
_BREATHE_EVERY = 500


class Listener(Protocol):
    """Who wants to hear of events as they come (hub.apps.subscribers)."""

    def tell(self, event: Event) -> None:
        """Returns at once."""
        ...


class Feed:
    """Owns the index and the window; `run` keeps both fresh until cancelled."""

    def __init__(self, objects: ObjectFeed, listener: Listener, heard: Callable[[str, int, bool], None]) -> None:
        """`heard(owner, at_ms, changed)` is told of every push about an owner's sites."""
        self.index = Index()
        self.changes = Changes()
        self.ready = asyncio.Event()
        self.trouble = "the index is being built"
        """Why what is served may be old; empty when all is well."""
        self.built_in_s = 0.0
        self._objects = objects
        self._listener = listener
        self._heard = heard
        self._revisions: dict[str, int] = {}
        self._parts: dict[str, str] = {}
        self._before: dict[str, Site] = {}
        """During the replay of the window: each site as its last replayed event left it."""

    async def run(self) -> None:
        """Build, follow, and build again when a gap cannot be closed."""
        since = 0
        while True:
            try:
                if not since:
                    since = await self._build()
                async with aclosing(self._objects.changes(since)) as changes:
                    self.trouble = ""
                    handled = 0
                    async for change in changes:
                        self._take(change)
                        since = change.seq
                        handled += 1
                        if handled % _BREATHE_EVERY == 0:
                            await asyncio.sleep(0)  # a flood of changes must not keep questions waiting
            except StoreUnavailable as error:
                self.trouble = f"changes are not followed: {error}"
                structlog.get_logger().warning("index_not_fresh", reason=str(error))
                since = 0 if "history" in str(error).lower() else since
            await asyncio.sleep(_AGAIN_AFTER_S)

    def revision(self, key: str) -> int:
        """The revision of an object that was taken last; 0 for one that never was."""
        return self._revisions.get(key, 0)

    async def _build(self) -> int:
        """Read everything; returns the number from which to follow."""
        began_s = monotonic_s()
        now = await self._objects.now()
        window = max(now - (WINDOW_S << 32), 0)
        index, revisions, loaded = Index(), {}, 0
        waiting: list[tuple[Site, int]] = []
        async for one in self._objects.all():
            site = read_site(one.key, one.owner, one.body)
            revisions[one.key] = one.revision
            if site is not None:
                waiting.append((site, _ms(one.received_at)))
            loaded += 1
            if len(waiting) >= _BREATHE_EVERY:
                index.load(waiting, sort=False)
                waiting = []
                await asyncio.sleep(0)
        index.load(waiting)
        self.index, self._revisions, self._before = index, revisions, {}
        self.changes = Changes(window)
        self.built_in_s = monotonic_s() - began_s
        self.ready.set()
        structlog.get_logger().info("index_built", sites=len(index), seconds=round(self.built_in_s, 2), read=loaded)
        return window

    def _take(self, change: ObjectChange) -> None:
        if change.part is not None:
            self._parts[change.key] = change.part
        if change.gone:
            self._remove(change)
        elif change.revision <= self._revisions.get(change.key, 0):
            self._replay(change)
        else:
            self._revisions[change.key] = change.revision
            self._apply(change)

    def _apply(self, change: ObjectChange) -> None:
        """A change that the index does not have yet."""
        row = self.index.row(change.key)
        site = read_site(change.key, _owner(change.key), change.body) if change.body is not None else None
        if site is None and change.body is None and row is not None:
            site = self.index.site(row)  # the same once more: that is a confirmation
        if site is None:
            return
        before = None if row is None else self.index.site(row)
        at_ms = _ms(change.received_at) if change.received_at else 0
        part = self._parts.get(change.key, "").partition("/")[0]
        changes = self.index.put(site, at_ms, part=part)
        self._before.pop(change.key, None)
        self._heard(site.owner, at_ms, bool(changes))
        self._announce(change.seq, change.key, changes, before, anew=before is not None and before.shape != site.shape)

    def _replay(self, change: ObjectChange) -> None:
        """A change from before the index was read: the index has it, only the window does not."""
        if change.body is None:
            return
        site = read_site(change.key, _owner(change.key), change.body)
        if site is None:
            return
        before = self._before.get(change.key)
        known = {one.uid: one.status for one in before.points} if before is not None else {}
        self._before[change.key] = site
        at_ms = _ms(change.received_at) if change.received_at else 0
        changes = [
            Change(site.key, one.uid, one.status, known.get(one.uid), at_ms)
            for one in site.points
            if known.get(one.uid) != one.status
        ]
        self._announce(change.seq, change.key, changes, before, anew=before is not None and before.shape != site.shape)

    def _remove(self, change: ObjectChange) -> None:
        self._revisions.pop(change.key, None)
        self._parts.pop(change.key, None)
        row = self.index.row(change.key)
        if row is None:
            return
        site = self.index.site(row)
        self.index.remove(change.key)
        self._say(
            Event(
                seq=change.seq,
                key=change.key,
                row=-1,
                changes=(),
                gone=True,
                was_published=bool(site.flags & PUBLISHED),
                latitude=site.latitude,
                longitude=site.longitude,
            )
        )

    def _announce(self, seq: int, key: str, changes: list[Change], before: Site | None, *, anew: bool) -> None:
        """`anew`: more than statuses differs from what was there before."""
        row = self.index.row(key)
        if (changes or anew) and row is not None:
            was_published = before is not None and bool(before.flags & PUBLISHED)
            self._say(Event(seq=seq, key=key, row=row, changes=tuple(changes), was_published=was_published))

    def _say(self, event: Event) -> None:
        self.changes.add(event)
        self._listener.tell(event)


def _owner(key: str) -> str:
    """`NL*CPA` of `locations/NL/CPA/loc1`."""
    _, country_code, party_id, _ = key.split("/", 3)
    return f"{country_code}*{party_id}"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
