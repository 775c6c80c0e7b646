"""What happens to stored objects, as every reader sees it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from bson.timestamp import Timestamp

from hub.store.driver import Database
from hub.store.feeding import ObjectChange, SignChange
from hub.store.object_changes import MongoObjectFeed, instant, number
from hub.store.observing import EvseSign, EvseTimes, read_times
from hub.store.protocols import ObjectKey, Settled, Store
from hub.wire.interface import ModuleId, SignKind
from tests.hub.store.samples import CPA, LOCATIONS, NOON, stored

KEY = "locations/NL/CPA/loc1"
WAIT_S = 15.0
SIGN = EvseSign(key=KEY, uid="3256", kind=SignKind.SESSION_ACTIVE, at_ms=1_800_000_000_000, session="NL*CPA/s1")


@pytest.fixture
def feed(store: Store, database: Database) -> MongoObjectFeed:
    """Of locations; the store made the collections."""
    return MongoObjectFeed(database, LOCATIONS)


async def first(changes: AsyncIterator[ObjectChange | SignChange], count: int) -> list[ObjectChange | SignChange]:
    """So many changes."""
    async with asyncio.timeout(WAIT_S):
        return [await anext(changes) for _ in range(count)]


async def test_each_change_comes_once_and_in_order(store: Store, feed: MongoObjectFeed) -> None:
    """With what it changed: body, part, revision; deliveries that were settled are no change."""
    since = await feed.now()
    one = await store.objects.save(stored(behind=frozenset({"p-ema"})))
    two = await store.objects.save(
        replace(one, body=b'{"id":"2"}', part="3256", received_at=NOON + timedelta(seconds=1))
    )
    await store.objects.settle([Settled(key=two.key, seq=two.seq, revision=two.revision, receivers=two.behind)])
    three = await store.objects.save(replace(two, received_at=NOON + timedelta(seconds=2), behind=frozenset()))
    await store.objects.save(replace(three, withdrawn=True))
    async with aclosing(feed.changes(since)) as changes:
        found = await first(changes, 4)

    assert all(isinstance(change, ObjectChange) and change.key == KEY for change in found)
    assert all(before.seq < after.seq for before, after in pairwise(found))
    assert [
        (change.revision, change.body, change.part, change.gone) for change in found if isinstance(change, ObjectChange)
    ] == [
        (1, b'{"id":"LOC1"}', "", False),
        (2, b'{"id":"2"}', "3256", False),
        (3, None, None, False),
        (0, None, None, True),
    ]


async def test_a_withdrawal_that_somebody_lacks_is_gone_at_once(store: Store, feed: MongoObjectFeed) -> None:
    """The object stays for those who must be told; for a reader it is gone, also from the list."""
    since = await feed.now()
    one = await store.objects.save(stored(behind=frozenset({"p-ema"})))
    await store.objects.save(replace(one, withdrawn=True))
    async with aclosing(feed.changes(since)) as changes:
        found = await first(changes, 2)

    assert [change.gone for change in found if isinstance(change, ObjectChange)] == [False, True]
    assert [one.key async for one in feed.all()] == []


async def test_two_readers_number_alike(store: Store, database: Database, feed: MongoObjectFeed) -> None:
    """The number is the database's: who goes on elsewhere from a number gets exactly what comes after."""
    since = await feed.now()
    for name in ("loc1", "loc2", "loc3"):
        await store.objects.save(stored(name))
    async with (
        aclosing(feed.changes(since)) as changes,
        aclosing(MongoObjectFeed(database, LOCATIONS).changes(since)) as others,
    ):
        here, there = await first(changes, 3), await first(others, 3)
    async with aclosing(feed.changes(here[1].seq)) as rest:
        assert await first(rest, 2) == here[1:]

    assert here == there
    assert all(change.seq > since for change in here)


async def test_what_is_read_has_all_that_came_before_its_number(store: Store, feed: MongoObjectFeed) -> None:
    """Whole, with the part that its last push was about; other modules and owners' withdrawn objects are not there."""
    one = await store.objects.save(stored(part="3256"))
    await store.objects.save(replace(stored(), key=ObjectKey(module=ModuleId("tariffs"), owner=CPA, object_id="t1")))
    before = await feed.now()
    (found,) = [each async for each in feed.all()]
    await store.objects.save(stored("loc2"))
    async with aclosing(feed.changes(before)) as changes:
        (later,) = [change for change in await first(changes, 1) if change.seq > before] or await first(changes, 1)

    assert (found.key, found.owner, found.body, found.revision, found.received_at, found.part) == (
        KEY,
        "NL*CPA",
        one.body,
        1,
        NOON,
        "3256",
    )
    assert later.key == "locations/NL/CPA/loc2"


async def test_signs_come_whole_in_the_same_order(store: Store, feed: MongoObjectFeed) -> None:
    """A sign that replaces another comes as it is then, not as a difference."""
    since = await feed.now()
    await store.signs.put([SIGN])
    await store.objects.save(stored())
    ended = replace(SIGN, kind=SignKind.SESSION_ENDED, at_ms=SIGN.at_ms + 1)
    await store.signs.put([ended])
    async with aclosing(feed.changes(since)) as changes:
        found = await first(changes, 3)

    assert [getattr(change, "sign", None) for change in found] == [SIGN, None, ended]
    assert {(change.key, change.uid) for change in found if isinstance(change, SignChange)} == {(KEY, "3256")}
    assert [one async for one in feed.signs()] == [ended]


async def test_a_forgotten_sign_is_told(store: Store, database: Database, feed: MongoObjectFeed) -> None:
    """The database forgets signs after a time: readers forget with it."""
    await store.signs.put([SIGN])
    since = await feed.now()
    await database["signs"].delete_many({})
    async with aclosing(feed.changes(since)) as changes:
        found = (await first(changes, 2))[-1]

    assert found == SignChange(seq=found.seq, key=KEY, uid="3256", sign=None)


async def test_instants_are_read_as_they_are_kept(store: Store, feed: MongoObjectFeed) -> None:
    """Packed, by Location."""
    await store.evse_times.put({KEY: [EvseTimes("3256", 0, 1, 2, 3)]})

    assert [(key, read_times(packed)) async for key, packed in feed.times()] == [(KEY, [EvseTimes("3256", 0, 1, 2, 3)])]


def test_a_number_is_an_instant() -> None:
    """Of the database, and back; later ones are greater."""
    assert instant(number(Timestamp(1_800_000_000, 7))) == Timestamp(1_800_000_000, 7)
    assert number(Timestamp(5, 2)) < number(Timestamp(5, 3)) < number(Timestamp(6, 0))
