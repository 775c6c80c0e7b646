"""CDRs in answers: whoever asks for a list, or for the copy that a provider keeps, has it at once; the hub looks behind it.

An answer cannot be refused to its author: for what is pulled, `hold` is as `flag`. What was pushed or listed before with the
same content is no news; what a provider keeps of a CDR is held against nobody but the provider.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import structlog

from hub.auditing.auditing import Auditing
from hub.auditing.duty import cleared, duty_between
from hub.auditing.examining import Passing
from hub.auditing.reading import Said, cdrs_in
from hub.auditing.waiting import Waiting
from hub.catalog import Errand
from hub.clock import monotonic_s, now_utc
from hub.money.checking.agreed import Duty
from hub.money.clearing.reading import key_of
from hub.registry import Directory
from hub.store.cdr_records import Came, CdrVerdict
from hub.store.judgements import Fault
from hub.store.protocols import Store, StoreUnavailable
from hub.wire.interface import Interface
from hub.wire.message import Reply
from hub.wire.party import Party

_WAITING_MAX = 500
_WAITING_MAX_BYTES = 32 * 1024 * 1024
_SHARE = 0.1
"""Of the processor that this may take."""
_TRIES = 20
_AGAIN_S = 1.0


class Asked(NamedTuple):
    """Who wrote an answer, and its platform."""

    platform_id: str
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer with CDRs, and between whom it passed."""

    body: bytes
    operator: Party
    provider: Party
    platform_id: str
    """Of who wrote the answer."""
    correlation_id: str
    duty: Duty | None
    cleared: bool
    is_copy: bool
    """The provider wrote it: what it keeps of CDRs that the operator pushed."""


class Answered:
    """A bounded queue behind the replies; an answer that there is no room for is counted, not looked at."""

    def __init__(self, store: Store, auditing: Auditing) -> None:
        self._store = store
        self._auditing = auditing
        self._waiting: Waiting[Answer] = Waiting(_WAITING_MAX, _WAITING_MAX_BYTES)
        self._thread = ThreadPoolExecutor(1, "read-cdrs")
        self.skipped = 0
        """Answers since the start that were not looked at, because there were too many, or the database was away."""

    def passed(self, errand: Errand, reply: Reply, asking: Party, asked: Asked, directory: Directory) -> None:
        """An answer of `asked` is on its way to `asking`; returns at once."""
        if errand.match is None or not errand.match.endpoint.billed_reply or reply.ocpi_status >= 2000:
            return
        is_copy = errand.message.address.interface is Interface.RECEIVER
        operator, provider = (asking, asked.party) if is_copy else (asked.party, asking)
        duty, is_cleared = duty_between(operator, provider, directory), cleared(operator, provider, directory)
        if duty is None and not is_cleared:
            return
        answer = Answer(
            body=reply.body if is_copy else reply.original or reply.body,  # as the operator writes its CDRs
            operator=operator,
            provider=provider,
            platform_id=asked.platform_id,
            correlation_id=errand.message.ids.correlation_id,
            duty=duty,
            cleared=is_cleared,
            is_copy=is_copy,
        )
        if not self._waiting.put(answer, len(answer.body)):
            self.skipped += 1

    async def settled(self) -> None:
        """Wait until every answer so far was looked at."""
        await self._waiting.join()

    async def look_forever(self) -> None:
        """Look through one answer at a time, and check what is new in it with pauses; runs until cancelled."""
        try:
            while True:
                answer = await self._waiting.get()
                try:
                    await self._look(answer)
                except Exception:  # noqa: BLE001 - an answer that this stumbles over must not end the looking at all others
                    structlog.get_logger().exception("cdr_answer_failed", correlation_id=answer.correlation_id)
                finally:
                    self._waiting.done()
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def _look(self, answer: Answer) -> None:
        began_s = monotonic_s()
        said = await asyncio.get_running_loop().run_in_executor(self._thread, lambda: [*cdrs_in(answer.body)])
        own = [one for one in said if one.owner in {"", str(answer.operator)}]
        if foreign := len(said) - len(own):
            await self._blame(answer, "cdrs /party_id: is another owner's", "cdrs_of_another_owner", cdrs=foreign)
        keys = [key_of(answer.operator, one.entry.cdr) for one in own]
        known = await self._known([*dict.fromkeys(keys)])
        await asyncio.sleep(min(_AGAIN_S, (monotonic_s() - began_s) / _SHARE))
        for key, one in zip(keys, own, strict=True):
            if key in known and known[key].content == one.entry.content:
                continue
            began_s = monotonic_s()
            await self._news(answer, one, known.get(key))
            await asyncio.sleep(min(_AGAIN_S, (monotonic_s() - began_s) / _SHARE))

    async def _known(self, keys: list[str]) -> Mapping[str, CdrVerdict]:
        for _ in range(_TRIES):
            try:
                return await self._store.cdr_verdicts.carried(keys)
            except StoreUnavailable:
                await asyncio.sleep(_AGAIN_S)
        self.skipped += 1
        raise StoreUnavailable("the database was away for too long to look at an answer")

    async def _news(self, answer: Answer, said: Said, known: CdrVerdict | None) -> None:
        if answer.is_copy and known is not None:
            if _differs(said, known):
                await self._blame(answer, "cdrs L-DUP", "cdr_copy_differs", cdr=known.cdr_id)
            return
        passing = Passing(
            body=said.body,
            sender=answer.operator,
            receiver=answer.provider,
            platform_id=answer.platform_id,
            correlation_id=answer.correlation_id,
            duty=answer.duty,
            cleared=answer.cleared,
            came=Came.PULLED,
        )
        await self._auditing.check(passing)

    async def _blame(self, answer: Answer, rule: str, event: str, **more: object) -> None:
        """Log it, and count it for the platform that wrote the answer."""
        structlog.get_logger().warning(
            event,
            operator=str(answer.operator),
            provider=str(answer.provider),
            correlation_id=answer.correlation_id,
            **more,
        )
        fault = Fault(
            platform_id=answer.platform_id,
            rule=rule,
            count=1,
            last_at=now_utc(),
            correlation_id=answer.correlation_id,
        )
        try:
            await self._store.faults.add([fault])
        except StoreUnavailable:
            structlog.get_logger().warning("fault_not_counted", rule=rule)


def _differs(said: Said, known: CdrVerdict) -> bool:
    """In the session or in what it costs: a copy may be spelled in another way, and lack what its keeper does not know."""
    net = Decimal(said.entry.costs[0]) if said.entry.costs else None
    stated = Decimal(known.stated) if known.stated else None
    return (said.entry.start, said.entry.end, net) != (known.start, known.end, stated)
