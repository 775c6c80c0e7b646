"""Legs of messages: in the order in which they were told, by any filter, and not for ever."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from hub.store.driver import Database
from hub.store.protocols import Leg, LegFilter, LegKind, Store
from hub.store.traces import TOGETHER_MAX, MongoTraces, read_row
from tests.hub.store.samples import NOON, leg

NAMES = ("NL*CPA", "DE*EMA", "FR*CPB", "")
MINUTES = st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))
STATUSES = st.sampled_from([0, 200, 404, 1000, 2001, 4002])
LEGS = st.builds(
    Leg,
    at=MINUTES,
    kind=st.sampled_from(LegKind),
    correlation_id=st.sampled_from(["c-1", "c-2"]),
    request_id=st.just("r"),
    method=st.sampled_from(["PUT", "GET"]),
    module=st.sampled_from(["locations", "tokens"]),
    path=st.just("/"),
    platform_id=st.sampled_from(["p-1", "p-2", ""]),
    sender=st.sampled_from(NAMES),
    receiver=st.sampled_from(NAMES),
    http_status=STATUSES,
    ocpi_status=STATUSES,
    duration_ms=st.sampled_from([0.0, 3.5, 30_000.0]),
)
FILTERS = st.builds(
    LegFilter,
    correlation_id=st.sampled_from(["", "", "c-1"]),
    parties=st.frozensets(st.sampled_from(NAMES[:3]), max_size=2),
    platforms=st.frozensets(st.sampled_from(["p-1", "p-2"]), max_size=1),
    modules=st.frozensets(st.sampled_from(["locations", "tokens"]), max_size=2),
    methods=st.frozensets(st.sampled_from(["PUT", "GET"]), max_size=2),
    failed=st.sampled_from([None, None, True, False]),
    statuses=st.frozensets(STATUSES, max_size=2),
    slower_than_ms=st.sampled_from([0.0, 0.0, 10.0]),
    since=st.none() | MINUTES,
)


def _fits(one: Leg, wanted: LegFilter) -> bool:
    who = bool({one.sender, one.receiver} & wanted.parties) or one.platform_id in wanted.platforms
    return (
        (not wanted.correlation_id or one.correlation_id == wanted.correlation_id)
        and (who or not (wanted.parties or wanted.platforms))
        and (not wanted.modules or one.module in wanted.modules)
        and (not wanted.methods or one.method in wanted.methods)
        and (wanted.failed is None or one.failed is wanted.failed)
        and (not wanted.statuses or bool({one.http_status, one.ocpi_status} & wanted.statuses))
        and (not wanted.slower_than_ms or one.duration_ms > wanted.slower_than_ms)
        and (wanted.since is None or one.at >= wanted.since)
    )


@example_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(legs=st.lists(LEGS, max_size=20), filters=st.lists(FILTERS, min_size=1, max_size=5))
async def test_a_filter_finds_what_a_search_through_everything_finds(
    store: Store, legs: list[Leg], filters: list[LegFilter]
) -> None:
    """Values in one field mean OR, fields mean AND; in the order in which the legs were told."""
    _, start = await store.traces.find(LegFilter(), limit=10_000)
    await store.traces.append(legs)

    for wanted in filters:
        found, _ = await store.traces.find(wanted, after=start)
        assert found == [one for one in legs if _fits(one, wanted)]


@pytest.mark.parametrize(
    ("http_status", "ocpi_status", "failed"),
    [(200, 1000, False), (201, 0, False), (0, 0, True), (404, 0, True), (200, 2000, True), (200, 1001, False)],
)
def test_what_counts_as_failed(http_status: int, ocpi_status: int, failed: bool) -> None:
    """No answer, an HTTP error, or an OCPI status of 2000 and above."""
    assert leg(http_status=http_status, ocpi_status=ocpi_status).failed is failed


async def test_who_follows_sees_every_leg_once(store: Store) -> None:
    """With the cursor of one answer the next one goes on, however the legs come in and in whatever slices they are read."""
    told = [leg(f"c-{number}", at=NOON - timedelta(minutes=number)) for number in range(25)]
    await asyncio.gather(*(store.traces.append(told[start : start + 5]) for start in range(0, 25, 5)))
    seen: list[Leg] = []
    cursor = ""
    while True:
        some, cursor = await store.traces.find(LegFilter(), after=cursor, limit=7)
        if not some:
            break
        seen += some

    assert seen == told
    assert await store.traces.find(LegFilter(), after=cursor) == ([], cursor)


@pytest.mark.parametrize("limit", [1, 499, 500, 501, 1_001, 5_000])
async def test_the_newest_are_the_end_of_all(database: Database, limit: int) -> None:
    """However legs were put together, a limit cuts between any two of them, from either side."""
    traces = MongoTraces(database)
    told = [leg(f"c-{number}") for number in range(TOGETHER_MAX * 2 + 7)]
    await traces.append(told)
    first, cursor = await traces.find(LegFilter(), limit=limit)
    rest, end = await traces.find(LegFilter(), after=cursor, limit=5_000)
    newest, latest = await traces.find(LegFilter(), limit=limit, newest=True)

    assert first + rest == told
    assert newest == told[-limit:]
    assert latest == (end or cursor) == str(len(told))
    assert await database["traces"].count_documents({}) == 3


async def test_a_row_of_an_older_hub_is_a_leg() -> None:
    """Fields are only ever added at the end: those that a row lacks have their defaults."""
    assert read_row([*leg("c-1", note="")][:-1]) == leg("c-1", note="")


async def test_a_batch_of_no_legs_is_no_write(store: Store) -> None:
    """The recorder may flush when nothing came."""
    await store.traces.append([])

    assert await store.traces.find(LegFilter()) == ([], "")


async def test_legs_that_take_too_much_room_go_oldest_first(database: Database) -> None:
    """A flood of legs stays within the bound of bytes, and what is left is the latest."""
    traces = MongoTraces(database, bytes_max=40_000, look_every_legs=50)
    for start in range(0, 1_000, 50):
        await traces.append([leg(f"c-{number}") for number in range(start, start + 50)])
    kept, _ = await traces.find(LegFilter(), limit=2_000)

    stats = await database.command("collStats", "traces")
    assert stats["size"] <= 40_000
    assert 0 < len(kept) < 1_000
    assert [one.correlation_id for one in kept] == [f"c-{number}" for number in range(1_000 - len(kept), 1_000)]
