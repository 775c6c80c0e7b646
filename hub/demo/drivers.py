"""Drivers who come and go: sessions from apps and by card, EVSEs that break and heal, all drawn from the seed."""

import asyncio
import hashlib
from contextlib import suppress
from typing import Any

from hub.clock import Tasks
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.scroll import sessions_and_cdrs
from hub.demo.stage import Stage
from hub.demo.story import driver
from hub.demo.waiting import until

_PAUSE_MS = (600, 2400)
_BREAKS_EVERY = 6
_LAST_CDRS_S = 5.0


class Drivers:
    """Makes event after event; the same seed draws the same events."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tasks = Tasks()
        self._broken: list[tuple[Remote, dict[str, str]]] = []

    async def run(self) -> None:
        """Make events until cancelled; one that a fault prevents is left out."""
        number = 0
        try:
            while True:
                number += 1
                self._tasks.spawn(self._attempt(number), f"event {number}")
                await asyncio.sleep(self._drawn(number, "pause", *_PAUSE_MS) / 1000)
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

    async def _attempt(self, number: int) -> None:
        try:
            await self._event(number)
        except DemoFailed:
            return  # a partner with a fault: the traffic shows what became of it

    async def _event(self, number: int) -> None:
        cpo = self._pick(self._stage.cpos, number, "operator")
        emsp = self._pick(self._stage.emsps, number, "provider")
        if "down" in [(await one.state())["fault"] for one in (cpo, emsp)]:
            return
        evse = await cpo.do("free-evse", {"number": self._drawn(number, "station", 0, 1_000_000)})
        uid = driver(self._stage, emsp, self._drawn(number, "driver", 0, 1_000))
        if number % _BREAKS_EVERY == 0:
            await self._break_or_mend(cpo, evse)
        elif self._drawn(number, "how", 0, 9) < 6:
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

    def _pick(self, partners: list[Remote], number: int, what: str) -> Remote:
        return partners[self._drawn(number, what, 0, len(partners) - 1)]

    def _drawn(self, number: int, what: str, least: int, most: int) -> int:
        digest = hashlib.sha256(f"{self._stage.options.seed}/{number}/{what}".encode()).digest()
        return least + int.from_bytes(digest[:8]) % (most - least + 1)
