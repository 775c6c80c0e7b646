"""One CDR checked with everything that the hub knows, and what is kept of that. Large ones go to a thread of their own."""

import asyncio
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from hub.auditing.knowing import known_of
from hub.money.checking.agreed import Duty
from hub.money.checking.check import Checked, check_cdr
from hub.money.checking.known import Known
from hub.money.checking.ledger import ID, INVOICE, Entry, credit_without_reference, entries_of, judge_entries
from hub.money.clearing.reading import key_of
from hub.money.exact import plain_text
from hub.money.explaining import explain
from hub.money.findings import Finding, Severity, info
from hub.store.cdr_records import Came, CdrVerdict
from hub.store.protocols import Store, StoreUnavailable
from hub.wire import json_text
from hub.wire.party import Party

HERE_MAX_BYTES = 16 * 1024
"""A CDR up to this size is checked at once: that takes a fraction of a millisecond."""


@dataclass(slots=True, kw_only=True)
class Passing:
    """A CDR on its way."""

    body: bytes
    sender: Party
    receiver: Party
    platform_id: str
    """Of the sender."""
    correlation_id: str
    duty: Duty | None
    """None: it is checked for the clearing alone."""
    cleared: bool
    came: Came = Came.PUSHED
    examined: "Examined | None" = None
    held: bool = False
    """It was not carried."""
    tries: int = 0
    """How often what became of it could not be written down."""

    def cdr(self) -> Any:
        """The CDR with numbers as text; one in a list of its own comes out of it."""
        value = json_text.loads(self.body)
        return value[0] if isinstance(value, list) and len(value) == 1 else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What came of it."""

    cdr: Any
    checked: Checked
    entries: Sequence[Entry]


class Examiner:
    """Checks CDRs, one at a time where they are large."""

    def __init__(self, store: Store, hide: Callable[[str], str]) -> None:
        """`hide` turns what names a driver into what only this hub can make of it again."""
        self._store = store
        self._hide = hide
        self._thread = ThreadPoolExecutor(1, "check-cdr")

    def close(self) -> None:
        """Nothing is checked any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def examine(self, passing: Passing, now: datetime) -> Examined:
        """Check it; a database that is away costs what only it knows, never the check."""
        cdr = passing.cdr()
        known = await self._known(cdr, passing, now)
        if len(passing.body) <= HERE_MAX_BYTES:
            checked = check_cdr(cdr, known)
        else:
            checked = await asyncio.get_running_loop().run_in_executor(self._thread, check_cdr, cdr, known)
        entries = [self._hidden(one) for one in entries_of(cdr)] if isinstance(cdr, dict) else []
        more = await self._among_others(passing, cdr, entries) if entries else []
        return Examined(cdr=cdr, checked=checked.with_findings(more) if more else checked, entries=entries)

    def _hidden(self, entry: Entry) -> Entry:
        """Ids of CDRs and of invoices stay; sessions, EVSEs and tokens of drivers are hidden."""
        return entry if entry.rule in {ID, INVOICE} else entry._replace(key=self._hide(entry.key))

    async def _known(self, cdr: Any, passing: Passing, now: datetime) -> Known:
        limits = passing.duty.limits if passing.duty else Known().limits
        try:
            known = await known_of(cdr, passing.sender, passing.receiver, self._store, now=now, limits=limits)
        except StoreUnavailable:
            known = Known(now=now, limits=limits)
        pushed_at = now if passing.came is Came.PUSHED else None  # a list may be asked for at any time
        return replace(known, received_at=pushed_at)

    async def _among_others(self, passing: Passing, cdr: Any, entries: Sequence[Entry]) -> list[Finding]:
        late = await self._late_credit(passing, entries[0]) if passing.cleared else []
        return [*credit_without_reference(cdr), *await self._ledger(passing, entries, cdr), *late]

    async def _late_credit(self, passing: Passing, entry: Entry) -> list[Finding]:
        """L-CREDIT-AGE: the statement of the original is closed, so the credit goes on the next one."""
        if not entry.credits:
            return []
        try:
            original = await self._store.clearing.get(key_of(passing.sender, entry.credits))
        except StoreUnavailable:
            return []
        if original is None or not original.statement_id:
            return []
        text = f"credits a CDR of the statement {original.statement_id}, which is closed: it goes on the next one"
        return [info("L-CREDIT-AGE", "/credit_reference_id", text)]

    async def _ledger(self, passing: Passing, entries: Sequence[Entry], cdr: Any) -> list[Finding]:
        """What is wrong between this CDR and those that passed before."""
        try:
            before = await self._store.cdr_verdicts.related(
                [_key(one) for one in entries], entries[0].start, entries[0].end
            )
        except StoreUnavailable:
            return []
        others = [one for one in before if not _is_the_same(one, passing, entries[0])]
        known = [Entry(*one) for other in others for one in orjson.loads(other.entries or b"[]")]
        groups: dict[str, list[Entry]] = {}
        for entry in (*(one._replace(costs=tuple(one.costs)) for one in known), *entries):
            groups.setdefault(_key(entry), []).append(entry)
        mine = [group for entry in entries if (group := groups.pop(_key(entry), None))]
        found = [finding for group in mine for finding in judge_entries(group)]
        return [one for one in found if cdr.get("id") in (one.detail.get("cdr"), one.detail.get("other"))]


def verdict_of(passing: Passing, examined: Examined, now: datetime) -> CdrVerdict:
    """What is kept of a check."""
    checked, duty = examined.checked, passing.duty
    figure = next(iter(checked.judgement.figures), None)
    priced = checked.priced
    report: dict[str, Any] = checked.as_dict()
    if priced is not None:
        report["explanation"] = explain(priced)
    first = examined.entries[0] if examined.entries else None
    return CdrVerdict(
        cdr_key=key_of(passing.sender, checked.id),
        cdr_id=checked.id,
        sender=passing.sender,
        receiver=passing.receiver,
        at=now,
        correlation_id=passing.correlation_id,
        mode=str(duty.mode) if duty else "clearing",
        verdict=str(checked.verdict),
        cause=checked.judgement.cause,
        rules=tuple(dict.fromkeys(f"{one.rule} {one.severity}" for one in checked.findings)),
        currency=(priced.currency if priced is not None else None) or "",
        stated=plain_text(figure.stated) if figure is not None else "",
        computed=plain_text(figure.computed) if figure is not None else "",
        flagged=passing.held or (duty is not None and duty.flags(checked)),
        held=passing.held,
        start=first.start if first else "",
        end=first.end if first else "",
        keys=tuple(dict.fromkeys(map(_key, examined.entries))),
        entries=orjson.dumps([[*one] for one in examined.entries]),
        came=passing.came,
        content=first.content if first else "",
        report=zlib.compress(orjson.dumps(report)),
    )


def _is_the_same(before: CdrVerdict, passing: Passing, entry: Entry) -> bool:
    """To push a CDR and to list it is to say it once."""
    again = before.cdr_key == key_of(passing.sender, entry.cdr) and before.content == entry.content
    return again and Came.PULLED in {before.came, passing.came}


def complaint_of(checked: Checked) -> str:
    """Why a CDR is held, in words for whoever sent it."""
    errors = [one for one in checked.findings if one.severity is Severity.ERROR or one.rule == "C-COST"]
    shown = "; ".join(f"{one.rule} {one.pointer} {one.message}".replace("  ", " ") for one in errors[:3])
    more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
    return f"this CDR is held: {shown}{more}"


def _key(entry: Entry) -> str:
    return f"{entry.rule}/{entry.key}"
