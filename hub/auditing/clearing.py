"""The books: months are closed once, disputes carry both breakdowns, and everything adds up."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from hub.clock import new_id, now_utc
from hub.money.clearing.entry import CdrState, Change, ClearedCdr, WrongMove, moved
from hub.money.clearing.netting import Settlement, settle
from hub.money.clearing.statement import Statement, statement_id, statements_of
from hub.store.protocols import Store

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_OF_DISPUTE = ("verdict", "cause", "figures", "computed", "between", "findings", "explanation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What is owed for a month."""

    month: str
    closed_at: datetime | None
    """None: it is open, and the statements are a preview."""
    statements: Sequence[Statement]
    settlements: Sequence[Settlement]
    undelivered: int
    """CDRs of this month that were sent on, and whose arrival nobody saw: they are on no statement."""


class Clearing:
    """What an operator does with the books."""

    def __init__(self, store: Store, now: Callable[[], datetime] = now_utc) -> None:
        self._store = store
        self._now = now

    async def show(self, month: str) -> Month:
        """A closed month as it was closed, an open one as it is now. Raises WrongMove for what is no month."""
        _check_month(month)
        books = self._store.clearing
        closed_at = await books.closed_at(month)
        if closed_at is not None:
            return await self._month(month, closed_at, await books.statements(month))
        cdrs = await books.unstated(month, self._now())
        return await self._month(month, None, statements_of(month, cdrs))

    async def close(self, month: str) -> Month:
        """Put every CDR of the month, and late ones of months that are closed, on a statement; once.

        What a process left unfinished the next one finishes. Raises WrongMove, or Conflict while another process closes it.
        """
        _check_month(month)
        books, now = self._store.clearing, self._now()
        if month >= f"{now:%Y-%m}":
            raise WrongMove(f"{month} is not over: sessions of it may still end")
        closed_at = await books.closed_at(month)
        if closed_at is not None:
            return await self._month(month, closed_at, await books.statements(month))
        await self._check_earlier(month, now)
        until = await books.begin(month, now, new_id())
        candidates = await books.unstated(month, until)
        started = {statement_id(month, one) for one in candidates}
        for identifier in sorted(started):
            keys = [one.cdr_key for one in candidates if statement_id(month, one) == identifier]
            await books.assign(keys, identifier)
        disputed = [one for one in await books.unstated(month, until) if one.state is CdrState.DISPUTED]
        assigned = await books.of_month(month)
        statements = [await books.keep(one) for one in statements_of(month, [*assigned, *disputed], until)]
        await books.end(month, until)
        return await self._month(month, until, statements)

    async def cdrs(self, month: str) -> list[ClearedCdr]:
        """Those on its statements; of an open month those that would be."""
        _check_month(month)
        if await self._store.clearing.closed_at(month) is None:
            return await self._store.clearing.unstated(month, self._now())
        return await self._store.clearing.of_month(month)

    async def get(self, cdr_key: str) -> ClearedCdr | None:
        """One CDR, with what happened to it."""
        return await self._store.clearing.get(cdr_key)

    async def move(self, cdr: ClearedCdr, state: CdrState, reason: str, by: str) -> ClearedCdr:
        """Approve, accept or dispute a CDR. Raises WrongMove, or Conflict."""
        changed = moved(cdr, Change(at=self._now(), by=by, state=state, reason=reason))
        if state is CdrState.DISPUTED:
            changed = await self._with_breakdowns(changed, reason, by)
        return await self._store.clearing.save(changed)

    async def _with_breakdowns(self, cdr: ClearedCdr, reason: str, by: str) -> ClearedCdr:
        """What the CDR states and what the tariff gives, side by side, as it was found when it passed."""
        verdict = await self._store.cdr_verdicts.get(cdr.cdr_key)
        found: dict[str, Any] = orjson.loads(zlib.decompress(verdict.report)) if verdict is not None else {}
        said = {
            "cdr": cdr.cdr_id,
            "operator": str(cdr.operator),
            "provider": str(cdr.provider),
            "reason": reason,
            "by": by,
            "at": self._now().isoformat(),
            "stated": {"currency": cdr.currency, "excl": cdr.amount(cdr.net), "incl": cdr.amount(cdr.gross)},
            **{name: found[name] for name in _OF_DISPUTE if name in found},
        }
        return replace(cdr, breakdowns=zlib.compress(orjson.dumps(said)))

    async def _check_earlier(self, month: str, now: datetime) -> None:
        """Months are closed in their order: else CDRs of an open month would be late ones of this."""
        earlier = sorted({one.month for one in await self._store.clearing.unstated(month, now) if one.month < month})
        for one in earlier:
            if await self._store.clearing.closed_at(one) is None:
                raise WrongMove(f"{one} is open: close it before {month}")

    async def _month(self, month: str, closed_at: datetime | None, statements: Sequence[Statement]) -> Month:
        return Month(
            month=month,
            closed_at=closed_at,
            statements=statements,
            settlements=settle(statements),
            undelivered=await self._store.clearing.undelivered(month),
        )


def breakdowns_of(cdr: ClearedCdr) -> dict[str, Any] | None:
    """The dispute as one document; None for a CDR that was never disputed."""
    found: dict[str, Any] | None = orjson.loads(zlib.decompress(cdr.breakdowns)) if cdr.breakdowns else None
    return found


def _check_month(month: str) -> None:
    if _MONTH.fullmatch(month) is None:
        raise WrongMove(f"{month[:20]!r} is no month such as 2026-11")
