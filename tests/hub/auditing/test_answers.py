"""Answers behind the reply: bounded, no operator is blamed for a copy, and the books learn what arrived after all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

import modules
from hub.auditing import answers as room
from hub.auditing.answers import Answered, Asked
from hub.auditing.auditing import Auditing
from hub.catalog import Errand
from hub.clock import Tasks
from hub.money.checking.agreed import Mode
from hub.money.clearing.entry import CdrState
from hub.registry import Directory
from hub.store.cdr_records import Came
from hub.store.protocols import Store, StoreUnavailable
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Call, Interface, ModuleId, Version
from hub.wire.message import Address, Message, Reply
from tests import words
from tests.hub.auditing.books import hidden
from tests.hub.auditing.test_auditing import CATALOG, WRONG, before, directory
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import Json


def errand() -> Errand:
    """The provider's GET of a list."""
    address = Address(version=Version.V2_2_1, module=ModuleId("cdrs"), interface=Interface.SENDER, suffix="")
    message = Message(
        method="GET",
        address=address,
        query="",
        ids=MessageIds(request_id="r", correlation_id="c"),
        routing=RoutingHeaders(to=words.CPO, sender=words.EMSP),
        platform_id="emsp",
    )
    module = CATALOG.module(ModuleId("cdrs"))
    assert module is not None
    match = CATALOG.match(module, Interface.SENDER, "GET", "")
    return Errand(message, match, Call(method="GET", path={}, query={}, body=None, sender=words.EMSP))


def reply(*cdrs: Json) -> Reply:
    """The operator's answer."""
    return Reply(body=b'{"status_code":1000,"data":[' + b",".join(map(words.body, cdrs)) + b"]}")


def passed(answered: Answered, answer: Reply, known: Directory) -> None:
    """It is on its way."""
    answered.passed(errand(), answer, words.EMSP, Asked("cpo", words.CPO), known)


@asynccontextmanager
async def running(store: Store) -> AsyncIterator[tuple[Auditing, Answered]]:
    """With their workers."""
    auditing, tasks = Auditing(store, hidden), Tasks()
    answered = Answered(store, auditing)
    tasks.spawn(auditing.check_forever(), "check")
    tasks.spawn(answered.look_forever(), "look")
    try:
        yield auditing, answered
    finally:
        await tasks.close()


def test_the_rows_whose_replies_are_cdrs() -> None:
    """The pipeline asks the table, and no module by name."""
    rows = [
        (module.identifier, row.interface) for module in modules.ALL for row in module.endpoints if row.billed_reply
    ]

    assert rows == [("cdrs", Interface.SENDER), ("cdrs", Interface.RECEIVER)]


async def test_a_list(store: Store) -> None:
    """Verdicts, counted as pulled, faults for the operator's platform; the same list again is no news."""
    async with running(store) as (auditing, answered):
        for _ in range(2):
            passed(answered, reply(WRONG, cdr(id="RIGHT", session_id="S2")), directory(Mode.OBSERVE))
            await answered.settled()

    kept = await store.cdr_verdicts.get("NL*CPA/wrong")
    assert kept is not None
    assert (kept.came, kept.receiver, kept.correlation_id) == (Came.PULLED, words.EMSP, "c")
    assert auditing.counted == {("MISMATCH", "pulled"): 1, ("EXACT", "pulled"): 1}
    assert {(one.rule, one.count) for one in await store.faults.of("cpo")} == {("cdrs C-COST", 1), ("cdrs C-PARTS", 1)}


async def test_two_processes_see_the_same_list(store: Store) -> None:
    """Whichever writes it down counts it; the other one does not."""
    async with running(store) as (first, one), running(store) as (second, other):
        for answered in (one, other):
            passed(
                answered, reply(*(cdr(id=f"C{at}", session_id=f"S{at}") for at in range(10))), directory(Mode.OBSERVE)
            )
        await one.settled()
        await other.settled()

    assert first.counted.total() + second.counted.total() == 10


async def test_pushed_twice_is_counted_once(store: Store) -> None:
    """The second time is told as a duplicate that says the same."""
    async with running(store) as (auditing, _):
        for _ in range(2):
            passing = await before(auditing, WRONG, directory(Mode.OBSERVE))
            assert passing is not None
            auditing.delivered(passing)
            await auditing.settled()

    kept = await store.cdr_verdicts.get("NL*CPA/wrong")
    assert kept is not None
    assert "L-DUP I" in kept.rules
    assert auditing.counted == {("MISMATCH", "carried"): 1}
    assert {one.count for one in await store.faults.of("cpo")} == {1}


async def test_too_many_are_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is bounded in number and in bytes: what does not fit is carried and not looked at."""
    answer = reply(WRONG)
    monkeypatch.setattr(room, "_WAITING_MAX_BYTES", 2 * len(answer.body))
    answered = Answered(store, Auditing(store, hidden))

    for _ in range(5):
        passed(answered, answer, directory(Mode.OBSERVE))

    assert answered.skipped == 3


async def test_a_database_that_stays_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is given up and counted; the next one is looked at."""
    monkeypatch.setattr(room, "_AGAIN_S", 0.001)

    class Away:
        away = True

        async def carried(self, keys: Any) -> Any:
            if self.away:
                raise StoreUnavailable("away")
            return await store.cdr_verdicts.carried(keys)

        put, related = store.cdr_verdicts.put, store.cdr_verdicts.related

    limping = Away()
    async with running(replace(store, cdr_verdicts=cast(Any, limping))) as (_, answered):
        passed(answered, reply(WRONG), directory(Mode.OBSERVE))
        await answered.settled()
        limping.away = False
        passed(answered, reply(cdr(id="NEXT")), directory(Mode.OBSERVE))
        await answered.settled()

    assert answered.skipped == 1
    assert await store.cdr_verdicts.get("NL*CPA/wrong") is None
    assert await store.cdr_verdicts.get("NL*CPA/next") is not None


async def test_the_books_learn_what_arrived_after_all(store: Store) -> None:
    """A CDR whose POST nobody saw answered is delivered when it is listed; one that was never pushed is on no statement."""
    async with running(store) as (auditing, answered):
        await before(auditing, cdr(id="LOST"), directory(clearing=True))
        passed(answered, reply(cdr(id="LOST"), cdr(id="OLD", session_id="S2")), directory(clearing=True))
        await answered.settled()

    lost = await store.clearing.get("NL*CPA/lost")
    assert lost is not None
    assert (lost.state, lost.delivered_at is not None) == (CdrState.ACCEPTED, True)
    assert await store.clearing.get("NL*CPA/old") is None
    assert await store.cdr_verdicts.get("NL*CPA/old") is not None
