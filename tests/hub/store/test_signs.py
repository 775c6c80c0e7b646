"""The latest sign of each EVSE: what is news, and what is not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from hub.store.driver import Database
from hub.store.object_changes import MongoObjectFeed
from hub.store.observing import SESSION_SILENCE_MS, EvseSign
from hub.store.protocols import Store
from hub.wire.interface import SignKind
from tests.hub.store.samples import LOCATIONS

AT = 1_800_000_000_000
ACTIVE = EvseSign(key="locations/NL/CPA/loc1", uid="3256", kind=SignKind.SESSION_ACTIVE, at_ms=AT, session="NL*CPA/s1")
ENDED = replace(ACTIVE, kind=SignKind.SESSION_ENDED, at_ms=AT + 1)
CDR = replace(ACTIVE, kind=SignKind.CDR, at_ms=AT - 5)
OTHER = replace(ACTIVE, session="NL*CPA/s2", at_ms=AT + 2)
FAILED = replace(ACTIVE, kind=SignKind.START_FAILED, session="", at_ms=AT + 3)
UNNAMED = replace(ACTIVE, key="", uid="")
LONG_AFTER = AT + SESSION_SILENCE_MS + 1


@pytest.mark.parametrize(
    ("signs", "last"),
    [
        ([ACTIVE], ACTIVE),
        ([ACTIVE, ENDED], ENDED),
        ([ACTIVE, CDR], CDR),
        ([ENDED, replace(ACTIVE, at_ms=AT + 9)], ENDED),
        ([ENDED, OTHER], OTHER),
        ([OTHER, replace(ENDED, at_ms=AT + 9)], OTHER),
        ([OTHER, replace(CDR, at_ms=AT + 9)], OTHER),
        ([OTHER, FAILED], OTHER),
        ([ENDED, FAILED], FAILED),
        ([FAILED, ENDED], FAILED),
        ([ACTIVE, replace(FAILED, at_ms=LONG_AFTER)], replace(FAILED, at_ms=LONG_AFTER)),
        ([FAILED, replace(FAILED, at_ms=AT)], FAILED),
        ([ACTIVE, OTHER], OTHER),
        ([ACTIVE, replace(UNNAMED, kind=SignKind.SESSION_ENDED, at_ms=AT + 9)], replace(ENDED, at_ms=AT + 9)),
        ([ACTIVE, replace(UNNAMED, kind=None, at_ms=AT + 9)], replace(ACTIVE, at_ms=AT + 9)),
        ([ACTIVE, replace(UNNAMED, kind=None, at_ms=AT - 9)], ACTIVE),
        ([ENDED, replace(UNNAMED, kind=None, at_ms=AT + 9)], ENDED),
    ],
)
async def test_the_last_news_stays(store: Store, database: Database, signs: Sequence[EvseSign], last: EvseSign) -> None:
    """A session that is heard of gives way to its own end and to another session alone; an end is final; older is no news."""
    for sign in signs:
        await store.signs.put([sign])

    assert [one async for one in MongoObjectFeed(database, LOCATIONS).signs()] == [last]


async def test_the_order_within_a_batch_counts(store: Store, database: Database) -> None:
    """As it does between batches; an empty one is none."""
    await store.signs.put([])
    await store.signs.put([ACTIVE, ENDED, OTHER, replace(OTHER, kind=SignKind.CDR, at_ms=AT)])

    assert [one async for one in MongoObjectFeed(database, LOCATIONS).signs()] == [
        replace(OTHER, kind=SignKind.CDR, at_ms=AT)
    ]


async def test_a_session_that_nobody_placed_is_dropped(store: Store, database: Database) -> None:
    """A part of a session of which the hub never saw the whole tells of no EVSE."""
    await store.signs.put([replace(UNNAMED, kind=None), UNNAMED, replace(UNNAMED, session="")])

    assert [one async for one in MongoObjectFeed(database, LOCATIONS).signs()] == []


async def test_no_text_of_a_partner_is_an_expression(store: Store, database: Database) -> None:
    """Ids with dollars, dots and slashes are ids."""
    hostile = EvseSign(
        key="locations/NL/CPA/$where.$x", uid="$$ROOT/.$", kind=SignKind.SESSION_ACTIVE, at_ms=AT, session="NL*CPA/$at"
    )
    await store.signs.put([hostile, replace(hostile, at_ms=AT + 1)])

    assert [one async for one in MongoObjectFeed(database, LOCATIONS).signs()] == [replace(hostile, at_ms=AT + 1)]


async def test_what_is_no_news_is_no_change(store: Store, database: Database) -> None:
    """Nobody is woken for it."""
    await store.signs.put([OTHER])
    before = await database["signs"].find_one({})
    await store.signs.put([replace(ENDED, at_ms=AT + 9), replace(ACTIVE, at_ms=AT - 9)])

    assert await database["signs"].find_one({}) == before
