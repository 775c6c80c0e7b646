"""CDRs that are pushed: held before they go on where that was agreed, else checked once the reply has left."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from hub.auditing.duty import cleared, duty_between
from hub.auditing.examining import Examined, Examiner, Passing, complaint_of, verdict_of
from hub.auditing.waiting import Waiting
from hub.catalog import Errand
from hub.clock import monotonic_s, now_utc
from hub.money.checking.agreed import Mode
from hub.money.checking.verdict import Verdict
from hub.money.clearing.entry import CdrState
from hub.money.clearing.reading import NotClearable, rates_of, read_cleared
from hub.money.findings import Severity
from hub.registry import Directory
from hub.store.cdr_records import Came, CdrVerdict, PublishedTariff
from hub.store.judgements import Fault
from hub.store.protocols import Store, StoreUnavailable
from hub.wire.errors import InvalidParameters
from hub.wire.party import Party
from hub.wire.types import parse_datetime

HOLD_S = 2.0
"""A check that takes longer lets the CDR pass, and goes on after it."""
HOLD_MAX_BYTES = 512 * 1024
_WAITING_MAX = 1_000
_WAITING_MAX_BYTES = 64 * 1024 * 1024
_SHARE = 0.2
"""Of the processor that checks after the reply may take."""
_TRIES = 20
_AGAIN_S = 1.0
_RIGHT = frozenset({Verdict.EXACT, Verdict.ROUNDING, Verdict.EXPLAINED})


class Auditing:
    """A gate before a CDR is carried, and a bounded queue behind it; what there is no room for is counted, not checked."""

    def __init__(
        self, store: Store, hide: Callable[[str], str], now: Callable[[], datetime] = now_utc, *, hold_s: float = HOLD_S
    ) -> None:
        """`hide` turns what names a driver into what only this hub can make of it again."""
        self._store = store
        self._now = now
        self._hold_s = hold_s
        self._examiner = Examiner(store, hide)
        self._waiting: Waiting[Passing] = Waiting(_WAITING_MAX, _WAITING_MAX_BYTES)
        self._tariffs: asyncio.Queue[PublishedTariff] = asyncio.Queue(10 * _WAITING_MAX)
        self.skipped = 0
        """CDRs that were carried and not checked since the start, because there were too many."""
        self.counted: Counter[tuple[str, str]] = Counter()
        """CDRs since the start, each content once, by verdict and by what became of them: `carried` or `held` when they were
        pushed, `pulled` when they were carried in an answer alone."""

    async def before(self, errand: Errand, receiver: Party, directory: Directory) -> Passing | None:
        """What to do with a CDR once it is carried; None when its parties want nothing.

        Raises InvalidParameters (2001) for one that is held, StoreUnavailable for one that cannot be kept for clearing.
        """
        sender = errand.call.sender
        duty, is_cleared = duty_between(sender, receiver, directory), cleared(sender, receiver, directory)
        if duty is None and not is_cleared:
            return None
        passing = Passing(
            body=errand.message.body,
            sender=sender,
            receiver=receiver,
            platform_id=errand.message.platform_id,
            correlation_id=errand.message.ids.correlation_id,
            duty=duty,
            cleared=is_cleared,
        )
        if duty is not None and duty.mode is Mode.HOLD and len(passing.body) <= HOLD_MAX_BYTES:
            await self._hold(passing)
        if is_cleared:
            await self._expect(passing)
        return passing

    def delivered(self, passing: Passing) -> None:
        """Its receiver took it; returns at once."""
        self._later(passing)

    def _later(self, passing: Passing) -> None:
        if not self._waiting.put(passing, len(passing.body)):
            self.skipped += 1

    def published(self, errand: Errand) -> None:
        """Remember a tariff that was pushed to everybody; returns at once."""
        stored = errand.match.module.stored if errand.match is not None else None
        if stored is None or not stored.priced_by or errand.message.method != "PUT":
            return
        try:
            tariff = PublishedTariff(
                owner=errand.call.sender,
                tariff_id=stored.key(errand.call),
                body=errand.message.body,
                last_updated=parse_datetime(errand.call.body["last_updated"]),
                received_at=self._now(),
            )
            self._tariffs.put_nowait(tariff)
        except asyncio.QueueFull:
            structlog.get_logger().warning("tariff_not_remembered", sender=str(errand.call.sender))

    async def remember_forever(self) -> None:
        """Write down tariffs one by one; a database that is away hears of them later."""
        while True:
            tariff = await self._tariffs.get()
            for _ in range(_TRIES):
                try:
                    await self._store.tariff_history.keep(tariff)
                    break
                except StoreUnavailable:
                    await asyncio.sleep(_AGAIN_S)
            else:
                structlog.get_logger().error("tariff_not_remembered", sender=str(tariff.owner))
            self._tariffs.task_done()

    async def settled(self) -> None:
        """Wait until everything that was delivered and published so far is checked and written down."""
        await self._waiting.join()
        await self._tariffs.join()

    async def check_forever(self) -> None:
        """Check what was carried, one at a time, with pauses that leave most of the processor to messages."""
        try:
            while True:
                passing = await self._waiting.get()
                began_s = monotonic_s()
                try:
                    await self.check(passing)
                finally:
                    self._waiting.done()
                await asyncio.sleep(min(_AGAIN_S, (monotonic_s() - began_s) / _SHARE))
        finally:
            self._examiner.close()

    async def _hold(self, passing: Passing) -> None:
        try:
            passing.examined = await asyncio.wait_for(self._examiner.examine(passing, self._now()), self._hold_s)
        except TimeoutError:
            structlog.get_logger().warning("cdr_not_held", why="the check took too long", **_who(passing))
            return
        if passing.duty is not None and passing.duty.holds(passing.examined.checked):
            passing.held = True
            self._later(passing)
            raise InvalidParameters(complaint_of(passing.examined.checked))

    async def _expect(self, passing: Passing) -> None:
        try:
            cdr = read_cleared(passing.cdr(), passing.sender, passing.receiver)
        except NotClearable as reason:
            structlog.get_logger().warning("cdr_not_cleared", why=str(reason), **_who(passing))
            passing.cleared = False
            return
        kept = await self._store.clearing.expect(cdr)
        if kept.content != cdr.content:
            structlog.get_logger().warning(
                "cdr_not_cleared", why="its id came before", cdr=cdr.cdr_key, **_who(passing)
            )

    async def check(self, passing: Passing) -> None:
        """Check one that was carried and write down what came of it; later, where the database is away."""
        try:
            if passing.examined is None:
                passing.examined = await self._examiner.examine(passing, self._now())
            if passing.cleared and not passing.held:
                await self._confirm(passing, passing.examined)
            await self._keep(passing, passing.examined)
        except StoreUnavailable:
            passing.tries += 1
            if passing.tries < _TRIES:
                await asyncio.sleep(_AGAIN_S)
                self._later(passing)
            else:
                structlog.get_logger().error("cdr_verdict_lost", **_who(passing))
        except Exception:  # noqa: BLE001 - a CDR that a rule stumbles over must not end the checking of all others
            structlog.get_logger().exception("cdr_check_failed", **_who(passing))

    async def _confirm(self, passing: Passing, examined: Examined) -> None:
        """The clearing learns that it was delivered, by which rates, and whether it is right."""
        checked = examined.checked
        try:
            cdr = read_cleared(examined.cdr, passing.sender, passing.receiver)
        except NotClearable:
            return  # told before it was carried
        right = checked.ok and checked.verdict in _RIGHT
        done = replace(
            cdr,
            vat=rates_of(cdr, checked.priced) if checked.priced is not None else cdr.vat,
            state=CdrState.ACCEPTED if right else CdrState.NEW,
            verdict=str(checked.verdict),
            delivered_at=self._now(),
        )
        await self._store.clearing.delivered(done)

    async def _keep(self, passing: Passing, examined: Examined) -> None:
        """Log, verdict, counters."""
        verdict = verdict_of(passing, examined, self._now())
        said = {"cdr": verdict.cdr_id, "verdict": verdict.verdict, "cause": verdict.cause, "rules": [*verdict.rules]}
        log = structlog.get_logger()
        if passing.held:
            log.warning("cdr_held", **said, **_who(passing))
        elif verdict.flagged:
            log.warning("cdr_flagged", **said, **_who(passing))
        else:
            log.info("cdr_checked", **said, **_who(passing))
        if await self._store.cdr_verdicts.put(verdict):
            self.counted[verdict.verdict, _outcome(passing)] += 1
        elif not passing.tries:
            return
        await self._store.faults.add(_faults(passing, examined, verdict))


def _outcome(passing: Passing) -> str:
    if passing.held:
        return "held"
    return "pulled" if passing.came is Came.PULLED else "carried"


def _faults(passing: Passing, examined: Examined, verdict: CdrVerdict) -> list[Fault]:
    """Each rule that it broke badly, counted for the platform that sent it."""
    broken = {one.rule for one in examined.checked.findings if one.severity is Severity.ERROR}
    return [
        Fault(
            platform_id=passing.platform_id,
            rule=f"cdrs {rule}",
            count=1,
            last_at=verdict.at,
            correlation_id=passing.correlation_id,
        )
        for rule in sorted(broken)
    ]


def _who(passing: Passing) -> dict[str, str]:
    return {
        "sender": str(passing.sender),
        "receiver": str(passing.receiver),
        "came": str(passing.came),
        "correlation_id": passing.correlation_id,
    }
