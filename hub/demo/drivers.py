"""Drivers who come and go: sessions from apps and by card, EVSEs that break and are mended, drawn from the seed."""

import asyncio
from contextlib import suppress
from itertools import count
from typing import Any

from hub.clock import Tasks
from hub.demo.chance import Event, event
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.scroll import sessions_and_cdrs
from hub.demo.stage import Stage
from hub.demo.story import driver
from hub.demo.waiting import until
from hub.simulate.faults import Fault

_LAST_CDRS_S = 5.0


class Drivers:
    """Makes event after event."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tasks = Tasks()
        self._broken: list[tuple[Remote, dict[str, str]]] = []

    async def run(self) -> None:
        """Make events until cancelled; one that a fault prevents is left out."""
        try:
            for number in count(1):
                drawn = event(
                    self._stage.options.seed, number, cpos=len(self._stage.cpos), emsps=len(self._stage.emsps)
                )
                self._tasks.spawn(self._attempt(drawn), f"event {number}")
                await asyncio.sleep(drawn.pause_ms / 1000)
        finally:
            await self._tasks.close()

    async def go_home(self) -> None:
        """Every driver unplugs; waits a little for the last CDRs, which a fault may keep from coming."""
        sessions, _ = await sessions_and_cdrs(self._stage.emsps)
        for session in sessions:
            if session["status"] == "ACTIVE":
                await self._unplug(session)

        async def all_billed() -> bool | None:
            _, cdrs = await sessions_and_cdrs(self._stage.emsps)
            return True if len(cdrs) >= len(sessions) else None

        with suppress(DemoFailed):
            await until(all_billed, "that every session has its CDR", timeout_s=_LAST_CDRS_S)

    async def _unplug(self, session: dict[str, Any]) -> None:
        cpo = self._stage.partners[f"{session['country_code']}*{session['party_id']}"]
        await cpo.do("stop-session", {"session_id": session["id"]})

    async def _attempt(self, drawn: Event) -> None:
        try:
            await self._play(drawn)
        except DemoFailed:
            return  # a partner with a fault: the traffic shows what became of it

    async def _play(self, drawn: Event) -> None:
        cpo, emsp = self._stage.cpos[drawn.cpo], self._stage.emsps[drawn.emsp]
        if Fault.DOWN in [(await one.state())["fault"] for one in (cpo, emsp)]:
            return
        evse = await cpo.do("free-evse", {"number": drawn.station})
        uid = driver(self._stage, emsp, drawn.driver)
        if drawn.breaks:
            await self._break_or_mend(cpo, evse)
        elif drawn.by_app:
            await emsp.do("start-session", {"uid": uid, "to": str(cpo.player.party), **evse})
        else:
            await cpo.do("start-session", {"uid": uid, "to": str(emsp.player.party), **evse})

    async def _break_or_mend(self, cpo: Remote, evse: dict[str, str]) -> None:
        if self._broken:
            mended_by, mended = self._broken.pop()
            await mended_by.do("status", {**mended, "status": "AVAILABLE"})
        else:
            self._broken.append((cpo, evse))
            await cpo.do("status", {**evse, "status": "OUTOFORDER"})
