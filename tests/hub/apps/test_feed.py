"""The feed: everything once, then every change by any process, in order, and nothing twice."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from hub.apps import codes, index
from hub.apps.index import Change
from hub.clock import now_utc
from hub.store.driver import Database
from hub.store.feeding import ObjectChange, ObjectNow, SignChange
from hub.store.object_changes import MongoObjectFeed
from hub.store.observing import EvseSign, EvseTimes
from hub.store.protocols import Store, StoreUnavailable
from hub.wire.interface import SignKind
from tests import words
from tests.hub.apps.feeding import LOCATIONS, following, push, withdraw
from tests.hub.apps.samples import AVAILABLE, CHARGING

KEY = "locations/NL/CPA/loc1"


def now_ms() -> int:
    """By the hub's clock."""
    return int(now_utc().timestamp() * 1000)


async def test_what_is_stored_is_indexed_and_then_followed(store: Store, database: Database) -> None:
    """At the start as it is; then each change as one event, with what was before."""
    await push(store)
    async with following(database) as here:
        assert here.feed.trouble == ""
        saved = await push(store, status="CHARGING", part="3256")
        await here.until(lambda: len(here.events) >= 2)
        at_ms = int(saved.received_at.timestamp() * 1000)

        assert here.events[-1].changes == (Change(KEY, "3256", CHARGING, AVAILABLE, at_ms),)
        assert here.status(KEY) == (CHARGING, at_ms, at_ms, at_ms)
        assert here.heard == [("NL*CPA", at_ms)]


async def test_every_process_numbers_alike(store: Store, database: Database) -> None:
    """One that was there, and one that starts later: whoever goes from one to the other misses nothing and sees nothing twice."""
    await push(store)
    async with following(database) as first:
        for status in ("CHARGING", "AVAILABLE", "OUTOFORDER"):
            await push(store, status=status, part="3256")
        await first.until(lambda: len(first.events) >= 4)
        async with following(database) as second:
            await second.until(lambda: len(second.events) >= 4)

            assert [one.seq for one in second.events] == [one.seq for one in first.events]
            assert [one.changes[-1].status for one in second.events] == [one.changes[-1].status for one in first.events]
            assert [one.seq for one in first.events] == sorted({one.seq for one in first.events})
            since = first.events[1].seq
            assert second.feed.changes.after(since, 10) is not None


async def test_a_site_that_is_withdrawn_goes(store: Store, database: Database) -> None:
    """Its event comes while the index still knows where it was; one of the same name that comes again is a new one."""
    await push(store)
    async with following(database) as here:
        await withdraw(store)
        await here.until(lambda: here.events and here.events[-1].gone)
        assert here.known_at_event[-1]
        assert here.feed.index.row(KEY) is None
        await push(store, status="CHARGING")
        await here.until(lambda: here.status(KEY) is not None)

        assert here.status(KEY)[0] == CHARGING


async def test_what_came_and_went_before_the_start_is_as_it_is_now(store: Store, database: Database) -> None:
    """Replaying the window must not bring back what an object of the same name was before it was withdrawn."""
    for status in ("AVAILABLE", "CHARGING", "AVAILABLE"):
        await push(store, status=status)
    await withdraw(store)
    await push(store, status="OUTOFORDER")
    async with following(database) as here:
        await push(store, "loc2")
        await here.until(lambda: here.feed.index.row("locations/NL/CPA/loc2") is not None)

        assert here.status(KEY)[0] == codes.status_code("OUTOFORDER")
        assert [one.gone for one in here.events if one.key == KEY] == [False, False, False, True, False]


async def test_instants_survive_a_restart(store: Store, database: Database) -> None:
    """A status that did not change is as old as it was; what was lost in the last seconds falls back to the push itself."""
    evses = [words.evse(), words.evse(uid="b"), words.evse(uid="c")]
    saved = await push(store, evses=evses, part="b")
    kept = [EvseTimes("3256", AVAILABLE, 200, 100, 300), EvseTimes("b", CHARGING, 200, 100, 300)]
    await store.evse_times.put({KEY: kept})
    at_ms = int(saved.received_at.timestamp() * 1000)
    async with following(database) as here:
        assert here.status(KEY, "3256") == (AVAILABLE, 200, 100, 300)
        assert here.status(KEY, "b") == (AVAILABLE, at_ms, at_ms, at_ms)
        assert here.status(KEY, "c") == (AVAILABLE, at_ms, at_ms, at_ms)


async def test_a_part_is_remembered_over_a_restart(store: Store, database: Database) -> None:
    """The database says which part a push was about only when that is another than the one before."""
    evses = [words.evse(), words.evse(uid="b")]
    await push(store, evses=evses, part="b")
    async with following(database) as here:
        before = here.status(KEY, "3256")
        await push(store, evses=[words.evse(), words.evse(uid="b", status="CHARGING")], part="b")
        await here.until(lambda: len(here.events) >= 2)

        assert here.status(KEY, "3256") == before
        assert here.status(KEY, "b") != before


async def test_a_contradiction_is_an_event(store: Store, database: Database) -> None:
    """As soon as the sign is in the database, in every process; and when it is over."""
    await push(store)
    sign = EvseSign(key=KEY, uid="3256", kind=SignKind.SESSION_ACTIVE, at_ms=now_ms() + 1, session="NL*CPA/s1")
    async with following(database) as here, following(database) as there:
        await store.signs.put([sign])
        for process in (here, there):
            await process.until(lambda: bool(process.events) and process.events[-1].changes[-1].contradicted)  # noqa: B023 - awaited here
            (change,) = process.events[-1].changes
            assert (change.status, change.before, change.at_ms) == (AVAILABLE, AVAILABLE, sign.at_ms)
        ended = EvseSign(key=KEY, uid="3256", kind=SignKind.SESSION_ENDED, at_ms=now_ms() + 2, session="NL*CPA/s1")
        await store.signs.put([ended])
        await here.until(lambda: not here.events[-1].changes[-1].contradicted)
    async with following(database) as again:
        found = again.feed.signs.of(KEY, "3256")
        assert found is not None
        assert (found.kind, found.at_ms, found.session_id) == (ended.kind, ended.at_ms, ended.session)


async def test_waste_is_compacted_and_nobody_notices(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events name sites by key; the rows that are there now are asked for."""
    monkeypatch.setattr(index, "BURIED_MIN", 2)
    await push(store)
    await push(store, "loc2")
    async with following(database) as here:
        first = here.feed.index
        for number in range(1, 6):
            evses = [words.evse(uid=str(uid)) for uid in range(number + 1)]
            await push(store, evses=evses)
        await here.until(lambda: here.status(KEY, "5") is not None)

        assert here.feed.index is not first
        assert len(here.feed.index) == 2
        assert len(here.feed.index.sites) < 7


class Interrupted:
    """A feed of objects whose stream ends after each change; no history is remembered from before it was read."""

    def __init__(self, real: MongoObjectFeed) -> None:
        self.real, self.builds, self.remembers_since = real, 0, 0
        self.asked = asyncio.Event()
        """It is read anew: whoever waits for that looks again."""

    async def now(self) -> int:
        """As it is."""
        self.builds += 1
        self.asked.set()
        self.remembers_since = await self.real.now()
        return self.remembers_since

    def all(self) -> AsyncIterator[ObjectNow]:
        """As it is."""
        return self.real.all()

    def signs(self) -> AsyncIterator[EvseSign]:
        """As it is."""
        return self.real.signs()

    def times(self) -> AsyncIterator[tuple[str, bytes]]:
        """As it is."""
        return self.real.times()

    async def changes(self, since: int) -> AsyncGenerator[ObjectChange | SignChange, None]:
        """One change, and the end."""
        if since < self.remembers_since:
            raise StoreUnavailable("the stream of changes ended: ChangeStreamHistoryLost")
        fresh = 0
        async for change in self.real.changes(since):
            yield change
            fresh += change.seq > since
            if fresh:
                raise StoreUnavailable("the stream of changes ended: CursorNotFound")


async def test_a_lost_stream_loses_nothing_and_repeats_nothing(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on where it ended, and without the window when the database does not remember that."""
    monkeypatch.setattr("hub.apps.feed._AGAIN_AFTER_S", 0.0)
    await push(store)
    objects = Interrupted(MongoObjectFeed(database, LOCATIONS))
    async with following(database, objects) as here:
        for status in ("CHARGING", "AVAILABLE", "CHARGING", "AVAILABLE"):
            await push(store, status=status, part="3256")
        await here.until(lambda: len(here.events) >= 4)
        await asyncio.sleep(0)

        assert objects.builds == 1
        assert here.feed.trouble in {"", "changes are not followed: the stream of changes ended: CursorNotFound"}
        told = [(one.changes[0].before, one.changes[0].status) for one in here.events if one.changes]
        assert told[-4:] == [(AVAILABLE, CHARGING), (CHARGING, AVAILABLE)] * 2
        assert len({one.seq for one in here.events}) == len(here.events)


async def test_what_fell_out_of_history_is_read_anew(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stood still for too long reads everything once, and follows from there."""
    monkeypatch.setattr("hub.apps.feed._AGAIN_AFTER_S", 0.0)
    await push(store)
    objects = Interrupted(MongoObjectFeed(database, LOCATIONS))
    async with following(database, objects) as here:
        await push(store, status="CHARGING", part="3256")
        await here.until(lambda: len(here.events) >= 1)
        objects.asked.clear()
        a_minute = 60 << 32
        objects.remembers_since = (await objects.real.now()) + a_minute  # whatever it has seen is gone
        await push(store, status="AVAILABLE", part="3256")
        await asyncio.wait_for(objects.asked.wait(), 10)
        await push(store, status="OUTOFORDER", part="3256")
        await here.until(lambda: here.status(KEY)[0] == codes.status_code("OUTOFORDER"))

        assert objects.builds == 2
