"""Instants that last: one process writes them, another goes on when it is gone."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from hub.apps import times as times_module
from hub.apps.times import Times
from hub.delivery.leases import Leases
from hub.store.driver import Database
from hub.store.observing import EvseTimes
from hub.store.protocols import Store, StoreUnavailable
from tests.hub.apps.feeding import following, push, withdraw
from tests.hub.apps.samples import AVAILABLE, CHARGING
from tests.hub.store.test_evse_times import kept

KEY = "locations/NL/CPA/loc1"


class Away:
    """A store of instants that does not answer, and then does."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, True

    async def put(self, times: Mapping[str, Sequence[EvseTimes]]) -> None:
        """Refuse, or keep."""
        if self.away:
            raise StoreUnavailable("away")
        await self.store.evse_times.put(times)


async def test_what_was_touched_is_written_once(store: Store, database: Database) -> None:
    """By the holder of the lease; a restart reads it, and statuses are as old as they were."""
    await push(store)
    async with following(database) as here:
        times = Times(here.feed, store.evse_times, Leases(store.leases, "one"))
        await push(store, status="CHARGING", part="3256")
        await here.until(lambda: here.events and here.feed.touched)
        await times.look()
        await times.look()
        before = here.status(KEY)

        assert before is not None
        assert await kept(database) == {KEY: [EvseTimes("3256", *before)]}
        assert times.written == 1
    async with following(database) as again:
        assert again.status(KEY) == before
        assert again.status(KEY)[0] == CHARGING


async def test_one_writes_and_the_other_takes_over(store: Store, database: Database) -> None:
    """Who does not hold the lease remembers for a while what the holder may have left undone."""
    async with following(database) as here, following(database) as there:
        leases = Leases(store.leases, "one")
        first = Times(here.feed, store.evse_times, leases)
        second = Times(there.feed, store.evse_times, Leases(store.leases, "two"))
        await first.look()
        await push(store)
        await there.until(lambda: there.feed.touched)
        await second.look()
        assert await kept(database) == {}
        await leases.release()
        await second.look()

        found = there.status(KEY)
        assert found is not None
        assert await kept(database) == {KEY: [EvseTimes("3256", *found)]}
        assert second.written == 1


async def test_who_does_not_write_forgets(store: Store, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while: its memory does not grow."""
    monkeypatch.setattr(times_module, "REMEMBERED_S", 0.0)
    async with following(database) as here:
        await Leases(store.leases, "one").renew([times_module.LEASE])
        times = Times(here.feed, store.evse_times, Leases(store.leases, "two"))
        await push(store)
        await here.until(lambda: here.feed.touched)
        await times.look()

        assert times._noted == {}
        assert here.feed.touched == set()


async def test_a_store_that_was_away_gets_it_later(store: Store, database: Database) -> None:
    """All of it, as it then is."""
    async with following(database) as here:
        shelf = Away(store)
        times = Times(here.feed, shelf, Leases(store.leases, "one"))
        await push(store)
        await here.until(lambda: here.feed.touched)
        with pytest.raises(StoreUnavailable):
            await times.look()
        shelf.away = False
        await times.look()

        assert [one.status for one in (await kept(database))[KEY]] == [AVAILABLE]


async def test_a_site_that_is_gone_leaves_no_instants(store: Store, database: Database) -> None:
    """Its document goes with it."""
    async with following(database) as here:
        times = Times(here.feed, store.evse_times, Leases(store.leases, "one"))
        await push(store)
        await here.until(lambda: here.feed.touched)
        await times.look()
        await withdraw(store)
        await here.until(lambda: here.feed.index.row(KEY) is None)
        await times.look()

        assert await kept(database) == {}


async def test_it_runs_by_itself(store: Store, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a database that is away for a moment does not end it."""
    monkeypatch.setattr(times_module, "EVERY_S", 0.01)
    async with following(database) as here:
        shelf = Away(store)
        times = Times(here.feed, shelf, Leases(store.leases, "one"))
        running = asyncio.create_task(times.run())  # noqa: TID251 - cancelled below
        await push(store)
        await here.until(lambda: here.feed.index.row(KEY) is not None)
        await asyncio.sleep(0.1)
        shelf.away = False
        async with asyncio.timeout(10):
            while not times.written:  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])
