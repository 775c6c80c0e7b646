"""What carried messages show of EVSEs goes into the store, after the reply: sessions, CDRs, commands that failed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from hub.catalog import Errand
from hub.clock import epoch_ms, now_utc
from hub.store.observing import EvseSign, SignStore
from hub.store.protocols import ObjectKey, StoreUnavailable
from hub.wire import envelope
from hub.wire.interface import Exchange, ModuleId, Observed, SignKind
from hub.wire.party import Party

_LOCATIONS = ModuleId("locations")
_WAITING_MAX = 10_000
_AT_ONCE = 500
_SESSIONS_MAX = 50_000
SAID_AGAIN_MS = 60_000
"""That a session goes on is written this often, however often it is said."""
_AGAIN_AFTER_S = 1.0


class _Carried(NamedTuple):
    errand: Errand
    receiver: Party
    at: datetime
    reply: bytes = b""
    answered: bool = True
    about: str = ""


class Observing:
    """A bounded queue and one worker: a rule that stumbles, or a database that is away, costs no message."""

    def __init__(self, signs: SignStore, now: Callable[[], datetime] = now_utc) -> None:
        self._signs = signs
        self._now = now
        self._waiting: asyncio.Queue[_Carried] = asyncio.Queue(_WAITING_MAX)
        self._going_on: OrderedDict[str, tuple[SignKind, int]] = OrderedDict()
        self.skipped = 0
        """Messages that were not looked at since the start, because too many waited."""

    def carried(self, errand: Errand, receiver: Party, reply: bytes) -> None:
        """A message was answered by its receiver with this envelope; returns at once."""
        self._wait(errand, _Carried(errand, receiver, self._now(), reply))

    def unanswered(self, errand: Errand, receiver: Party) -> None:
        """A message was not answered in time."""
        self._wait(errand, _Carried(errand, receiver, self._now(), answered=False))

    def returned(self, errand: Errand, receiver: Party, about: str) -> None:
        """The result of an earlier request came, which was about this."""
        self._wait(errand, _Carried(errand, receiver, self._now(), about=about))

    def _wait(self, errand: Errand, carried: _Carried) -> None:
        if errand.match is None or errand.match.endpoint.observe is None:
            return
        try:
            self._waiting.put_nowait(carried)
        except asyncio.QueueFull:
            self.skipped += 1

    async def observe_forever(self) -> None:
        """Write what is news, in the order in which it came; runs until cancelled."""
        while True:
            some = [await self._waiting.get()]
            while not self._waiting.empty() and len(some) < _AT_ONCE:
                some.append(self._waiting.get_nowait())
            signs = [sign for carried in some for sign in self._signs_of(carried)]
            while signs:
                try:
                    await self._signs.put(signs)
                    break
                except StoreUnavailable as error:
                    structlog.get_logger().warning("signs_not_written", reason=str(error), signs=len(signs))
                    await asyncio.sleep(_AGAIN_AFTER_S)

    def _signs_of(self, carried: _Carried) -> list[EvseSign]:
        match = carried.errand.match
        if match is None or match.endpoint.observe is None:
            return []
        said = envelope.read(carried.reply) if carried.reply else None
        reply = ((said.data if said else None) or {}) if carried.answered else None
        exchange = Exchange(call=carried.errand.call, receiver=carried.receiver, reply=reply, about=carried.about)
        try:
            observed = match.endpoint.observe(exchange)
        except Exception:  # noqa: BLE001 - a body that a rule stumbles over must not end the observing of all others
            structlog.get_logger().exception("sign_not_read", correlation_id=carried.errand.message.ids.correlation_id)
            return []
        return [sign for one in observed if self._is_news(sign := _sign(one, carried.at))]

    def _is_news(self, sign: EvseSign) -> bool:
        """That a session goes on is said every few seconds by some: most of it is no news."""
        if not sign.session:
            return True
        known = self._going_on.get(sign.session)
        goes_on = sign.kind in {None, SignKind.SESSION_ACTIVE}
        if known is not None and goes_on and sign.at_ms - known[1] < SAID_AGAIN_MS:
            return sign.kind is not None and known[0] is not sign.kind
        kind = known[0] if known is not None and sign.kind is None else sign.kind
        self._going_on[sign.session] = (kind or SignKind.SESSION_ACTIVE, sign.at_ms)
        self._going_on.move_to_end(sign.session)
        if len(self._going_on) > _SESSIONS_MAX:
            self._going_on.popitem(last=False)
        return True


def _sign(observed: Observed, at: datetime) -> EvseSign:
    owner = observed.owner
    named = bool(observed.location_id and observed.evse_uid)
    when = min(at, observed.at) if observed.at else at
    return EvseSign(
        key=str(ObjectKey(module=_LOCATIONS, owner=owner, object_id=observed.location_id)) if named else "",
        uid=observed.evse_uid if named else "",
        kind=observed.kind,
        at_ms=epoch_ms(when),
        session=f"{owner}/{observed.session_id}" if observed.session_id else "",
    )
