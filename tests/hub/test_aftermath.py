"""After the reply: the index learns once, bodies are checked for reporting, and nothing of it can cost a message."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from hub import aftermath as aftermath_module
from hub.aftermath import Aftermath
from hub.catalog import Errand
from hub.clock import Tasks, now_utc
from hub.store.judgements import Fault
from hub.store.protocols import Store, StoreUnavailable
from hub.wire import json_text
from hub.wire.interface import Call, Interface, Learned, Version
from hub.wire.party import Party
from tests import words
from tests.hub.routed import request
from tests.words import CPO, EMSP

SESSION = "/NL/CPA/SESSION1"


class Index:
    """An index that remembers what it was taught, or is away."""

    def __init__(self) -> None:
        self.taught: list[Learned] = []
        self.away = False
        self.asked = asyncio.Event()

    async def learn(self, entries: Sequence[Learned]) -> None:
        """Keep the entries."""
        self.asked.set()
        if self.away:
            raise StoreUnavailable
        self.taught.extend(entries)

    async def find(self, *_: object) -> list[Party]:
        """Nothing: this index is only taught."""
        return []


class Faults:
    """Keeps what it is told, or is away."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.away = False
        self.asked = asyncio.Event()

    async def add(self, faults: Sequence[Fault]) -> None:
        """Keep them."""
        if faults:
            self.asked.set()
        if self.away:
            raise StoreUnavailable
        self.found.extend(faults)

    async def of(self, *_: object, **__: object) -> list[Fault]:
        """Nothing: this store is only told."""
        return []


def session_push(**changes: object) -> Errand:
    """A PUT of a Session as it was carried."""
    body = words.body(words.session(**changes))
    errand = request("PUT", "sessions", Interface.RECEIVER, SESSION, to=EMSP, body=json_text.check(body))
    return errand._replace(message=errand.message._replace(body=body))


@asynccontextmanager
async def at_work(aftermath: Aftermath) -> AsyncIterator[None]:
    """Let every worker run."""
    tasks = Tasks()
    tasks.spawn(aftermath.learn_forever(), "learn")
    tasks.spawn(aftermath.check_forever(), "check")
    tasks.spawn(aftermath.tell_forever(), "tell")
    try:
        yield
    finally:
        await tasks.close()


async def until(holds: Callable[[], object]) -> None:
    """Let others work until `holds()`."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)


async def test_a_carried_session_can_be_found_again(store: Store) -> None:
    """H6.38: a PUT of a Session teaches the index who its operator and its eMSP are."""
    aftermath = Aftermath(store.index, store.faults)
    async with at_work(aftermath):
        aftermath.carried(session_push(), EMSP)
        async with asyncio.timeout(5):
            while await store.index.find("session", "session1", None) != [CPO]:  # noqa: ASYNC110 - a database has no event
                await asyncio.sleep(0)


async def test_what_is_known_is_not_written_again() -> None:
    """A session that is pushed every minute costs one write."""
    index = Index()
    aftermath = Aftermath(index, Faults())
    async with at_work(aftermath):
        aftermath.carried(session_push(), EMSP)
        await until(index.asked.is_set)
        once = list(index.taught)
        aftermath.carried(session_push(), EMSP)
        await until(aftermath._lessons.empty)

    assert index.taught == once != []


async def test_a_lesson_that_could_not_be_written_is_offered_again() -> None:
    """An index that was away learns from the next message."""
    index = Index()
    index.away = True
    aftermath = Aftermath(index, Faults())
    async with at_work(aftermath):
        aftermath.carried(session_push(), EMSP)
        await until(index.asked.is_set)
        index.away = False
        index.asked.clear()
        aftermath.carried(session_push(), EMSP)
        await until(index.asked.is_set)

    assert index.taught


@pytest.fixture
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is told without a pause."""
    monkeypatch.setattr(aftermath_module, "_TELL_EVERY_S", 0)


@pytest.mark.usefixtures("told_at_once")
@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, set()),
        ({"kwh": "much"}, {"sessions /kwh: should be a number"}),
        (
            {"charging_periods": [{"start_date_time": "late", "dimensions": [{"type": "X", "volume": 1}]}]},
            {"sessions /charging_periods/*/start_date_time", "sessions /charging_periods/*/dimensions/*/type"},
        ),
    ],
)
async def test_a_carried_body_is_checked_for_reporting(changes: dict[str, object], rules: set[str]) -> None:
    """H3.05: a body that breaks its class was carried all the same; each rule is counted, without what was in the body."""
    faults = Faults()
    aftermath = Aftermath(Index(), faults)
    async with at_work(aftermath):
        errand = session_push(**changes)
        aftermath.carried(errand, EMSP)
        await until(lambda: len(faults.found) == len(rules) and aftermath._checks.empty())

    assert {one.platform_id for one in faults.found} <= {errand.message.platform_id}
    assert all(any(one.rule.startswith(rule) for rule in rules) for one in faults.found)
    assert not any("late" in one.rule or "much" in one.rule for one in faults.found)


@pytest.mark.usefixtures("told_at_once")
async def test_what_a_database_did_not_hear_is_told_again() -> None:
    """A count survives an outage of the database."""
    faults = Faults()
    faults.away = True
    aftermath = Aftermath(Index(), faults)
    async with at_work(aftermath):
        aftermath.carried(session_push(kwh="much"), EMSP)
        await until(faults.asked.is_set)
        faults.away = False
        await until(lambda: faults.found)

    assert [one.count for one in faults.found] == [1]


async def test_counts_of_all_processes_add_up(store: Store) -> None:
    """Each process tells its share; a rule is one entry, with its latest message."""
    fault = Fault(platform_id="p1", rule="sessions /kwh: …", count=2, last_at=now_utc(), correlation_id="c1")
    await store.faults.add([fault, replace(fault, platform_id="p2")])
    await store.faults.add(
        [replace(fault, count=3, correlation_id="c2"), replace(fault, rule="sessions /id: …", count=1)]
    )

    assert [(one.rule, one.count) for one in await store.faults.of("p1")] == [
        ("sessions /kwh: …", 5),
        ("sessions /id: …", 1),
    ]
    assert (await store.faults.of("p1", limit=1))[0].correlation_id == "c2"


@pytest.mark.usefixtures("told_at_once")
async def test_a_body_of_2_2_is_checked_as_2_2() -> None:
    """H8.05: a CdrToken without an owner is no fault of a platform that speaks 2.2."""
    token = {name: value for name, value in words.cdr_token().items() if name not in {"country_code", "party_id"}}
    errand = session_push(cdr_token=token)
    old = errand.message._replace(address=errand.message.address._replace(version=Version.V2_2))
    faults = Faults()
    aftermath = Aftermath(Index(), faults)
    async with at_work(aftermath):
        aftermath.carried(errand._replace(message=old), EMSP)
        aftermath.carried(session_push(kwh="much"), EMSP)
        await until(lambda: faults.found)

    assert [one.rule.partition(":")[0] for one in faults.found] == ["sessions /kwh"]


async def test_under_load_checks_are_skipped_and_counted() -> None:
    """A full queue costs a report, never a message."""
    aftermath = Aftermath(Index(), Faults())
    for _ in range(1_003):
        aftermath.carried(session_push(), EMSP)

    assert aftermath.skipped == 3


async def test_a_rule_that_stumbles_costs_nothing_but_its_lesson() -> None:
    """Learning never raises: the message was answered already."""

    def stumble(_: Call, __: Party) -> list[Learned]:
        raise ValueError("a rule that is wrong")

    errand = session_push()
    assert errand.match is not None
    broken = errand.match._replace(endpoint=replace(errand.match.endpoint, learn=stumble))
    aftermath = Aftermath(Index(), Faults())

    aftermath.kept(errand._replace(match=broken), EMSP)

    assert aftermath._lessons.empty()
