"""Keeps the index as the store has it: everything once, then every change by any process, in the database's own order.

The stream of changes begins some minutes before the start, so that the window of kept changes is full at once, and who was
connected before a restart misses nothing. A stream that is lost is opened again where it ended. When the database does not
remember so far, everything is read anew, and followed from there: a busy database may not even remember the window.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Protocol

import structlog

from hub.apps import codes
from hub.apps.changes import Changes, Event
from hub.apps.index import Arrival, Change, Index, Kept
from hub.apps.signs import Signs, stamps_of
from hub.apps.sites import PUBLISHED, Site, owner_of, read_site
from hub.apps.truth import Sign, contradicts
from hub.clock import epoch_ms, monotonic_s, now_utc
from hub.cycles import set_aside
from hub.store.feeding import ObjectChange, ObjectFeed, ObjectNow, SignChange
from hub.store.observing import EvseSign, read_times
from hub.store.protocols import StoreUnavailable

WINDOW_S = 600
_AGAIN_AFTER_S = 0.5
_BREATHE_EVERY_S = 0.003
_READ_AT_ONCE = 500


class Listener(Protocol):
    """Who wants to hear of events as they come (hub.apps.subscribers)."""

    def tell(self, event: Event) -> None:
        """Returns at once."""
        ...


class Feed:
    """Owns the index, the signs and the window; `run` keeps them fresh until cancelled."""

    def __init__(self, objects: ObjectFeed, listener: Listener, heard: Callable[[str, int], None]) -> None:
        """`heard(owner, at_ms)` is told of every push about an owner's sites."""
        self.index = Index()
        """Another one after it was built anew or made compact: rows of one mean nothing in another."""
        self.signs = Signs()
        self.changes = Changes()
        self.ready = asyncio.Event()
        self.trouble = "the index is being built"
        """Why what is served may be old; empty when all is well."""
        self.built_in_s = 0.0
        self.touched: set[str] = set()
        """Keys of sites with an instant that is another since somebody (hub.apps.times) emptied this."""
        self._objects = objects
        self._listener = listener
        self._heard = heard
        self._built_at = 0
        self._revisions: dict[str, int] = {}
        self._parts: dict[str, str] = {}
        self._before: dict[str, Site] = {}
        """During the replay of the window: each site as its last replayed event left it."""

    async def run(self) -> None:
        """Build, follow, and build again when a gap cannot be closed."""
        since = 0
        while True:
            try:
                known = since
                since = since or await self._build()
                async with aclosing(self._objects.changes(since)) as changes:
                    self.trouble = ""
                    breathed_s = monotonic_s()
                    async for change in changes:
                        if change.seq > known:  # a stream that is opened again begins with the last change before
                            self._take(change)
                        since = change.seq
                        if monotonic_s() - breathed_s > _BREATHE_EVERY_S:
                            await asyncio.sleep(0)  # a flood of changes must not keep questions waiting
                            breathed_s = monotonic_s()
            except StoreUnavailable as error:
                self.trouble = f"changes are not followed: {error}"
                structlog.get_logger().warning("index_not_fresh", reason=str(error))
                since = self._nearer(since) if "history" in str(error).lower() else since
            await asyncio.sleep(_AGAIN_AFTER_S)

    def _nearer(self, since: int) -> int:
        """From where to follow, when the database does not remember `since` any more; 0 when all must be read anew."""
        if since >= self._built_at:
            return 0
        self.changes, self._before = Changes(self._built_at), {}
        return self._built_at

    def revision(self, key: str) -> int:
        """The revision of an object that was taken last; 0 for one that never was."""
        return self._revisions.get(key, 0)

    async def _build(self) -> int:
        """Read everything; returns the number from which to follow."""
        began_s = monotonic_s()
        now = await self._objects.now()
        window = max(now - (WINDOW_S << 32), 0)
        signs = Signs()
        async for seen in self._objects.signs():
            signs.keep(seen.key, seen.uid, _sign(seen))
        times = {key: packed async for key, packed in self._objects.times()}
        index, revisions, parts = Index(), {}, {}
        waiting: list[Arrival] = []
        async for one in self._objects.all():
            revisions[one.key] = one.revision
            if one.part:
                parts[one.key] = one.part
            site = read_site(one.key, one.owner, one.body)
            if site is not None:
                waiting.append(_arrival(site, one, times.pop(one.key, b"")))
            if len(waiting) >= _READ_AT_ONCE:
                index.load(waiting, sort=False)
                waiting = []
                await asyncio.sleep(0)
        index.load(waiting)
        self.index, self.signs, self.changes, self._built_at = index, signs, Changes(window), now
        self._revisions, self._parts, self._before = revisions, parts, {}
        set_aside()
        self.built_in_s = monotonic_s() - began_s
        self.ready.set()
        structlog.get_logger().info("index_built", sites=len(index), seconds=round(self.built_in_s, 2))
        return window

    def _take(self, change: ObjectChange | SignChange) -> None:
        if isinstance(change, SignChange):
            self._take_sign(change)
            return
        if change.part:
            self._parts[change.key] = change.part
        elif change.part is not None:
            self._parts.pop(change.key, None)
        if change.gone:
            self._remove(change)
        elif not change.revision:
            self._confirm(change)
        elif change.seq <= self._built_at or change.revision <= self._revisions.get(change.key, 0):
            self._replay(change)
        else:
            self._revisions[change.key] = change.revision
            self._apply(change)

    def _apply(self, change: ObjectChange) -> None:
        """A change that the index does not have yet."""
        row = self.index.row(change.key)
        site = read_site(change.key, owner_of(change.key), change.body) if change.body is not None else None
        if site is None and change.body is None and row is not None:
            site = self.index.site(row)  # the same once more: that is a confirmation
        if site is None:
            return
        before = None if row is None else self.index.site(row)
        at_ms = epoch_ms(change.received_at) if change.received_at else 0
        part = self._parts.get(change.key, "").partition("/")[0]
        changes = self.index.put(site, at_ms, part=part)
        self.touched.add(change.key)
        if self.index.is_wasteful:
            self.index = self.index.compacted()
        self._before.pop(change.key, None)
        self._heard(site.owner, at_ms)
        self._announce(change.seq, change.key, changes, before, anew=before is not None and not before.same_shape(site))

    def _confirm(self, change: ObjectChange) -> None:
        """Its owner was asked, and has it as it is here."""
        if change.received_at is not None and change.key in self._revisions:
            at_ms = epoch_ms(change.received_at)
            self.index.confirm(change.key, at_ms)
            self.touched.add(change.key)
            self._heard(owner_of(change.key), at_ms)

    def _replay(self, change: ObjectChange) -> None:
        """A change from before the index was read: the index has it, only the window does not."""
        site = None if change.body is None else self._as_it_was(change.key, change.body)
        if site is None:
            return
        before = self._before.get(change.key)
        known = {one.uid: one.status for one in before.points} if before is not None else {}
        self._before[change.key] = site
        at_ms = epoch_ms(change.received_at) if change.received_at else 0
        left = {one.uid: one.status for one in site.points}
        changes = [
            Change(site.key, uid, left.get(uid, codes.REMOVED), known.get(uid), at_ms)
            for uid in known | left
            if known.get(uid) != left.get(uid, codes.REMOVED)
        ]
        self._announce(change.seq, change.key, changes, before, anew=before is not None and not before.same_shape(site))

    def _as_it_was(self, key: str, body: bytes) -> Site | None:
        """The index's own site where that is the same: most are, and nothing is read or kept twice."""
        row = self.index.row(key)
        known = None if row is None else self.index.site(row)
        return known if known is not None and known.body == body else read_site(key, owner_of(key), body)

    def _take_sign(self, change: SignChange) -> None:
        """Signs from before the index was read are in it already, only the window does not have them."""
        sign, now_ms = _sign(change.sign) if change.sign else None, epoch_ms(now_utc())
        if change.seq <= self._built_at:
            point = self.index.point_row(change.key, change.uid)
            if point is not None and sign is not None:
                code = int(self.index.points["status"][point])
                is_so = contradicts(sign, codes.STATUSES[code], stamps_of(self.index, point), now_ms)
                self._announce(change.seq, change.key, [Change(change.key, change.uid, code, code, sign.at_ms, is_so)])
            return
        changed = self.signs.take(self.index, change.key, change.uid, sign, now_ms)
        self.touched.add(change.key)
        self._announce(change.seq, change.key, [changed] if changed else [])

    def _remove(self, change: ObjectChange) -> None:
        """Listeners hear of it while the index still has it: where it was says whom it concerns."""
        row = self.index.row(change.key)
        site = self._before.get(change.key) if row is None else self.index.site(row)
        published = site is not None and bool(site.flags & PUBLISHED)
        latitude, longitude = (0.0, 0.0) if site is None else (site.latitude, site.longitude)
        event = Event(
            seq=change.seq,
            key=change.key,
            changes=(),
            gone=True,
            was_published=published,
            latitude=latitude,
            longitude=longitude,
        )
        self.changes.add(event)
        self._listener.tell(event)
        if change.seq > self._built_at:
            self._revisions.pop(change.key, None)
            self._parts.pop(change.key, None)
            self._before.pop(change.key, None)
            self.index.remove(change.key)
            self.touched.add(change.key)

    def _announce(
        self, seq: int, key: str, changes: list[Change], before: Site | None = None, *, anew: bool = False
    ) -> None:
        """`before`: the site until then; `anew`: more than statuses is another now."""
        if (changes or anew) and self.index.row(key) is not None:
            published = before is not None and bool(before.flags & PUBLISHED)
            event = Event(seq=seq, key=key, changes=tuple(changes), was_published=published)
            self.changes.add(event)
            self._listener.tell(event)


def _arrival(site: Site, one: ObjectNow, packed: bytes) -> Arrival:
    kept = {
        each.uid: Kept(each.status, each.received_ms, each.changed_ms, each.confirmed_ms)
        for each in (read_times(packed) if packed else ())
    }
    return Arrival(site, epoch_ms(one.received_at), one.part.partition("/")[0], kept)


def _sign(seen: EvseSign) -> Sign:
    assert seen.kind is not None  # what is kept has one
    return Sign(kind=seen.kind, at_ms=seen.at_ms, session_id=seen.session)
