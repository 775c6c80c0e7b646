"""One charging session of a simulated operator, from plug in to CDR.

Source: OCPI 2.2.1, mod_sessions (PUT, then PATCHes whose charging_periods are appended) and mod_cdrs (POST).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from hub.clock import monotonic_s, now_utc
from hub.simulate.charging import ChargingPlan, period
from hub.simulate.platform import Platform, owned_path
from hub.simulate.records import Books, Order
from hub.wire.interface import Interface

UPDATES = 4
"""How often a session reports before it ends by itself."""
SetStatus = Callable[[str, str, str], Awaitable[object]]
"""Tells the status of an EVSE: location id, EVSE uid, status."""


class SessionRun:
    """Plays one session; time runs `speed` times as fast as the clock.

    The session begins in the past so far that it ends now if nobody stops it: no date that it writes lies in the future.
    """

    def __init__(
        self, platform: Platform, order: Order, tariff: dict[str, Any], plan: ChargingPlan, *, speed: float
    ) -> None:
        self._platform = platform
        self._plan = plan
        self._speed = speed
        self._began_s = monotonic_s()
        start = now_utc() - timedelta(seconds=plan.duration_s * (1 - 1 / speed))
        self.books = Books(
            party=platform.party, version=platform.version, tariff=tariff, order=order, plan=plan, start=start
        )
        self.cdr_url: str | None = None
        self._periods: list[dict[str, Any]] = []
        self._elapsed_s = 0
        self._pushed = False
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End the session now (STOP_SESSION, or the driver unplugs)."""
        self._stopped.set()

    async def play(
        self, sessions: dict[str, dict[str, Any]], cdrs: dict[str, dict[str, Any]], set_status: SetStatus
    ) -> None:
        """Play the session to its end; `sessions` and `cdrs` get what is written, by id."""
        order = self.books.order
        await self._push(sessions, "ACTIVE")
        await set_status(order.location["id"], order.evse["uid"], "CHARGING")
        while self._elapsed_s < self._plan.duration_s and not self._stopped.is_set():
            await self._charge()
            ended = self._stopped.is_set() or self._elapsed_s >= self._plan.duration_s
            await self._push(sessions, "COMPLETED" if ended else "ACTIVE")
        cdr = self.books.cdr(order.session_id, self._elapsed_s, self._periods, now_utc())
        cdrs[cdr["id"]] = cdr
        await self._post(cdr)
        await set_status(order.location["id"], order.evse["uid"], "AVAILABLE")

    async def _charge(self) -> None:
        """Charge until the next report is due, or until somebody stops the session."""
        before_s, due_s = self._elapsed_s, self._elapsed_s + -(-self._plan.duration_s // UPDATES)
        try:
            await asyncio.wait_for(self._stopped.wait(), (due_s - before_s) / self._speed)
            passed_s = int((monotonic_s() - self._began_s) * self._speed)
            self._elapsed_s = max(before_s + 1, min(passed_s, due_s, self._plan.duration_s))
        except TimeoutError:
            self._elapsed_s = min(due_s, self._plan.duration_s)
        tariff_id = self.books.tariff["id"]
        self._periods.append(period(self._plan, self.books.start, before_s, self._elapsed_s, tariff_id))

    async def _push(self, sessions: dict[str, dict[str, Any]], status: str) -> None:
        """PUT the session at first and after a push that failed, else PATCH what is new."""
        session = self.books.session(self._elapsed_s, list(self._periods), status, now_utc())
        sessions[session["id"]] = session
        path, to = owned_path(session), self.books.order.emsp
        if self._pushed:
            changed = ("end_date_time", "kwh", "total_cost", "status", "last_updated")
            patch = {name: session[name] for name in changed if name in session}
            patch["charging_periods"] = self._periods[-1:]
            told = await self._platform.tell("PATCH", "sessions", Interface.RECEIVER, path, patch, to=to)
        else:
            told = await self._platform.tell("PUT", "sessions", Interface.RECEIVER, path, session, to=to)
        self._pushed = told is not None

    async def _post(self, cdr: dict[str, Any]) -> None:
        told = await self._platform.tell("POST", "cdrs", Interface.RECEIVER, "", cdr, to=self.books.order.emsp)
        if told is not None:
            self.cdr_url = told.headers.get("Location")
