"""The books: a month is closed once, whatever breaks on the way; disputes carry both breakdowns."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.auditing.clearing import Clearing, breakdowns_of
from hub.auditing.examining import Examiner, verdict_of
from hub.clock import now_utc
from hub.money.clearing.entry import CdrState, WrongMove
from hub.store.protocols import Conflict, Store
from tests.hub.auditing.books import hidden, keep
from tests.hub.auditing.test_examining import passing
from tests.hub.money.checking.cases import cdr
from tests.hub.money.clearing.cleared import NOON, PARTIES, A, B, entry
from tests.hub.money.sessions import amount
from tests.words import CPO, EMSP

MAY = datetime(2024, 5, 2, tzinfo=UTC)


@pytest.fixture
def books(store: Store) -> Clearing:
    """In May."""
    return Clearing(store, lambda: MAY)


async def test_closing_twice_is_closing_once(store: Store, books: Clearing) -> None:
    """The second time nothing changes, whatever came meanwhile: that goes to the next month, as late."""
    await keep(store, entry("C1"), entry("C2", net=100, gross=121))
    preview = await books.show("2024-03")
    first = await books.close("2024-03")
    await keep(store, entry("C3"))

    second = await books.close("2024-03")
    shown = await books.show("2024-03")
    april = await books.close("2024-04")

    assert preview.closed_at is None
    assert first.closed_at == MAY
    assert first == second == shown
    assert [(one.cdrs, one.gross) for one in first.statements] == [(2, 847)]
    assert [(one.cdrs, one.late, one.gross) for one in april.statements] == [(1, 1, 726)]
    assert [(one.payer, one.payee, one.amount) for one in first.settlements[0].payments] == [(B, A, 847)]
    assert {one.state for one in await books.cdrs("2024-03")} == {CdrState.APPROVED}


@pytest.mark.parametrize("broken", ["assign", "keep", "end"])
async def test_a_close_that_broke_off_is_finished(store: Store, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """Whoever closes it next ends with the same statements; a CDR that came in between is not on them."""
    cdrs = [entry(f"C{at}", provider=PARTIES[1 + at % 4], net=at, gross=2 * at) for at in range(20)]
    await keep(store, *cdrs)
    whole = await Clearing(store, lambda: MAY).show("2024-03")
    times = 0
    real = getattr(type(store.clearing), broken)

    async def breaks(self: Any, *given: Any) -> Any:
        nonlocal times
        times += 1
        if times == 2 or broken == "end":
            raise ConnectionError("the process ended")
        return await real(self, *given)

    books = Clearing(store, lambda: MAY)
    with monkeypatch.context() as patch:
        patch.setattr(type(store.clearing), broken, breaks)
        with pytest.raises(ConnectionError):
            await books.close("2024-03")
    later = Clearing(store, lambda: datetime(2024, 5, 3, tzinfo=UTC))
    await keep(store, entry("BETWEEN", delivered_at=datetime(2024, 5, 2, 12, tzinfo=UTC)))
    closed = await later.close("2024-03")

    assert [replace(one, closed_at=None) for one in closed.statements] == whole.statements
    assert {one.cdr_id for one in await later.cdrs("2024-03")} == {one.cdr_id for one in cdrs}
    assert closed.closed_at == MAY


async def test_months_are_closed_in_order_and_when_they_are_over(store: Store, books: Clearing) -> None:
    """An open month before it, one that is not over, and what is no month."""
    await keep(store, entry("C1", month="2024-02"), entry("C2"))

    with pytest.raises(WrongMove, match="2024-02 is open"):
        await books.close("2024-03")
    with pytest.raises(WrongMove, match="not over"):
        await books.close("2024-05")
    for wrong in ("2024-13", "2024", "../../x", "2024-1"):
        with pytest.raises(WrongMove, match="no month"):
            await books.show(wrong)


async def test_what_nobody_saw_arrive(store: Store, books: Clearing) -> None:
    """It is on no statement, and it is told."""
    await store.clearing.expect(entry("C1", delivered_at=None))

    month = await books.close("2024-03")

    assert (month.statements, month.undelivered) == ([], 1)


async def test_another_process_closes_it(store: Store, books: Clearing) -> None:
    """It is refused until that one has ended, or is given up."""
    await keep(store, entry("C1"))
    await store.clearing.begin("2024-03", MAY, "other")

    with pytest.raises(Conflict):
        await books.close("2024-03")


async def test_a_dispute(store: Store) -> None:
    """Off the statement until it is settled, with what the CDR states and what the tariff gives side by side."""
    wrong = cdr(id="C1", total_cost=amount("6.00", "9.99"))
    one = passing(wrong)
    examiner = Examiner(store, hidden)
    checked = await examiner.examine(one, now_utc())
    examiner.close()
    await store.cdr_verdicts.put(verdict_of(one, checked, now_utc()))
    await keep(store, entry("C1", operator=CPO, provider=EMSP, gross=999, state=CdrState.NEW))
    books = Clearing(store, lambda: MAY)
    kept = await books.get("NL*CPA/c1")
    assert kept is not None

    disputed = await books.move(kept, CdrState.DISPUTED, "the tax is wrong", "jan")
    month = await books.close("2024-03")

    said = breakdowns_of(disputed)
    assert said is not None
    assert (said["reason"], said["by"]) == ("the tax is wrong", "jan")
    assert (said["stated"]["incl"], said["computed"]["total_cost"]["incl"]) == ("9.99", "7.26")
    assert said["explanation"]["lines"]
    assert {"figure": "/total_cost/incl_vat", "stated": "9.99", "computed": "7.26", "difference": "2.73"} in said[
        "figures"
    ]
    assert [(one.cdrs, one.disputed, one.disputed_gross) for one in month.statements] == [(0, 1, 999)]

    settled = await books.move(disputed, CdrState.APPROVED, "they were right", "jan")
    april = await books.close("2024-04")

    assert [one.state for one in settled.changes] == [CdrState.DISPUTED, CdrState.APPROVED]
    assert [(one.late, one.gross) for one in april.statements] == [(1, 999)]


async def test_a_dispute_without_a_verdict(store: Store, books: Clearing) -> None:
    """It was checked too long ago: the dispute says what the CDR states, and no more."""
    await keep(store, entry("C1"))
    kept = await books.get("NL*P00/c1")
    assert kept is not None

    disputed = await books.move(kept, CdrState.DISPUTED, "unknown session", "jan")

    said = breakdowns_of(disputed)
    assert said is not None
    assert said["stated"] == {"currency": "EUR", "excl": "6.00", "incl": "7.26"}
    assert "figures" not in said
    assert breakdowns_of(kept) is None
    assert kept.delivered_at == NOON
