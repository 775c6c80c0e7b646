"""The gate before a CDR and the queue behind it: bounded in time and number, and nothing that is known is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

import modules
from hub.auditing import auditing as room
from hub.auditing.auditing import Auditing
from hub.auditing.examining import Examiner, Passing
from hub.catalog import Catalog, Errand
from hub.clock import Tasks
from hub.money.checking.agreed import CdrPolicy, Direction, Mode
from hub.money.clearing.entry import CdrState
from hub.registry import Directory, build
from hub.store.protocols import Store, StoreUnavailable
from hub.wire.errors import InvalidParameters
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Call, Interface, ModuleId, Version
from hub.wire.message import Address, Message
from tests import words
from tests.directories import AT, platform
from tests.hub.auditing.books import hidden
from tests.hub.money.checking.cases import cdr
from tests.hub.money.sessions import Json, amount

WRONG = cdr(id="WRONG", total_cost=amount("6.00", "9.99"))
CATALOG = Catalog(modules.ALL)


def directory(mode: Mode | None = None, *, clearing: bool = False) -> Directory:
    """An operator and a provider; the provider wants this mode for what it receives."""
    wish = CdrPolicy(party=words.EMSP, direction=Direction.RECEIVED, mode=mode or Mode.OBSERVE, changed_at=AT)
    cpo, emsp = platform("cpo", "NL/CPA/CPO"), platform("emsp", "DE/EMA/EMSP")
    members = frozenset({words.CPO, words.EMSP}) if clearing else frozenset()
    wishes = (wish,) if mode else ()
    return build(
        words.HUB,
        [replace(cpo, clearing=members), replace(emsp, clearing=members, cdr_policies=wishes)],
        [],
        lambda _: "",
    )


def errand(written: Json) -> Errand:
    """The POST of a CDR."""
    address = Address(version=Version.V2_2_1, module=ModuleId("cdrs"), interface=Interface.RECEIVER, suffix="")
    message = Message(
        method="POST",
        address=address,
        query="",
        ids=MessageIds(request_id="r", correlation_id="c"),
        routing=RoutingHeaders(to=words.EMSP, sender=words.CPO),
        platform_id="cpo",
        body=words.body(written),
        notes=(),
    )
    module = CATALOG.module(ModuleId("cdrs"))
    assert module is not None
    match = CATALOG.match(module, Interface.RECEIVER, "POST", "")
    return Errand(message, match, Call(method="POST", path={}, query={}, body=written, sender=words.CPO))


@asynccontextmanager
async def running(store: Store, **options: Any) -> AsyncIterator[Auditing]:
    """With its worker."""
    auditing, tasks = Auditing(store, hidden, **options), Tasks()
    tasks.spawn(auditing.check_forever(), "check")
    try:
        yield auditing
    finally:
        await tasks.close()


async def before(auditing: Auditing, written: Json, known: Directory) -> Passing | None:
    """The gate."""
    return await auditing.before(errand(written), words.EMSP, known)


def test_the_row_of_cdrs_is_the_one_that_is_billed() -> None:
    """The pipeline asks the table, and no module by name."""
    billed = [(module.identifier, row.method) for module in modules.ALL for row in module.endpoints if row.billed]

    assert billed == [("cdrs", "POST")]


async def test_nobody_wants_anything(store: Store) -> None:
    """Nothing is read, kept or queued."""
    async with running(store) as auditing:
        assert await before(auditing, WRONG, directory()) is None


async def test_a_check_that_takes_too_long_lets_it_pass(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not refused for the hub's own slowness; behind the reply it is checked all the same."""
    slow = asyncio.Event()
    examine = Examiner.examine

    async def waits(self: Any, passing: Passing, now: Any) -> Any:
        await slow.wait()
        return await examine(self, passing, now)

    monkeypatch.setattr(Examiner, "examine", waits)
    async with running(store, hold_s=0.01) as auditing:
        passing = await before(auditing, WRONG, directory(Mode.HOLD))
        assert passing is not None
        slow.set()
        auditing.delivered(passing)
        await auditing.settled()

    kept = await store.cdr_verdicts.get("NL*CPA/wrong")
    assert kept is not None
    assert (kept.verdict, kept.held, kept.flagged) == ("MISMATCH", False, True)


async def test_one_that_is_too_large_is_not_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate has a bound in bytes."""
    monkeypatch.setattr(room, "HOLD_MAX_BYTES", 100)
    async with running(store) as auditing:
        assert await before(auditing, WRONG, directory(Mode.HOLD)) is not None


async def test_held(store: Store) -> None:
    """2001 with the reason; the verdict says that it was held."""
    async with running(store) as auditing:
        with pytest.raises(InvalidParameters, match=r"the tariff gives 7\.26"):
            await before(auditing, WRONG, directory(Mode.HOLD))
        await auditing.settled()

    kept = await store.cdr_verdicts.get("NL*CPA/wrong")
    assert kept is not None
    assert kept.held


async def test_faults_are_counted_for_the_sender(store: Store) -> None:
    """`hubctl partner verdict` shows them."""
    async with running(store) as auditing:
        passing = await before(auditing, WRONG, directory(Mode.OBSERVE))
        assert passing is not None
        auditing.delivered(passing)
        await auditing.settled()

    assert auditing.counted == {("MISMATCH", "carried"): 1}
    assert {one.rule for one in await store.faults.of("cpo")} == {"cdrs C-COST", "cdrs C-PARTS"}


async def test_too_many_are_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue is bounded: what does not fit is carried unchecked."""
    monkeypatch.setattr(room, "_WAITING_MAX", 2)
    auditing = Auditing(store, hidden)
    passing = await before(auditing, WRONG, directory(Mode.OBSERVE))
    assert passing is not None

    for _ in range(5):
        auditing.delivered(passing)

    assert auditing.skipped == 3


async def test_for_clearing_it_is_kept_before_it_is_carried(store: Store) -> None:
    """Delivered it is ACCEPTED when it is right, NEW when it needs a look; with the rates of its tariff."""
    async with running(store) as auditing:
        for written in (cdr(id="RIGHT"), WRONG | {"session_id": "S2"}):
            passing = await before(auditing, written, directory(clearing=True))
            kept = await store.clearing.get(f"NL*CPA/{written['id'].lower()}")
            assert kept is not None
            assert kept.delivered_at is None
            assert passing is not None
            auditing.delivered(passing)
            await auditing.settled()

    right, wrong = [await store.clearing.get(f"NL*CPA/{name}") for name in ("right", "wrong")]
    assert right is not None
    assert wrong is not None
    assert (right.state, right.verdict, [share.rate for share in right.vat]) == (CdrState.ACCEPTED, "EXACT", ["21"])
    assert (wrong.state, wrong.verdict, [share.rate for share in wrong.vat]) == (CdrState.NEW, "MISMATCH", [""])


async def test_a_held_one_is_not_in_the_books(store: Store) -> None:
    """It was never carried."""
    async with running(store) as auditing:
        with pytest.raises(InvalidParameters):
            await before(auditing, WRONG, directory(Mode.HOLD, clearing=True))
        await auditing.settled()

    assert await store.clearing.get("NL*CPA/wrong") is None


async def test_one_without_amounts_is_carried_uncleared(store: Store) -> None:
    """What cannot be put into books is no reason to refuse it."""
    async with running(store) as auditing:
        passing = await before(auditing, cdr(id="ODD", total_cost=None), directory(clearing=True))

    assert passing is not None
    assert not passing.cleared


async def test_without_its_books_nothing_is_carried_for_clearing(store: Store) -> None:
    """The operator is told to try again: a CDR that is not written down would be money lost."""

    class Away:
        async def expect(self, _: Any) -> Any:
            raise StoreUnavailable("away")

    auditing = Auditing(replace(store, clearing=cast(Any, Away())), hidden)

    with pytest.raises(StoreUnavailable):
        await before(auditing, cdr(), directory(clearing=True))


async def test_a_database_that_comes_back_learns_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict waits for it."""
    monkeypatch.setattr(room, "_AGAIN_S", 0.01)

    class Limping:
        tries = 0

        async def put(self, verdict: Any) -> None:
            self.tries += 1
            if self.tries < 3:
                raise StoreUnavailable("away")
            await store.cdr_verdicts.put(verdict)

        related = store.cdr_verdicts.related

    limping = Limping()
    async with running(replace(store, cdr_verdicts=cast(Any, limping))) as auditing:
        passing = await before(auditing, WRONG, directory(Mode.OBSERVE))
        assert passing is not None
        auditing.delivered(passing)
        await auditing.settled()

    assert limping.tries == 3
    assert await store.cdr_verdicts.get("NL*CPA/wrong") is not None
