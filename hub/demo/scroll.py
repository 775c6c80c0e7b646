"""Traffic as it passes, read from the hub's admin API, with a word on what each message was about from who received it."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hub.clock import monotonic_s
from hub.demo.lines import Leg, Line, lines, write
from hub.demo.options import DemoFailed
from hub.demo.remote import Remote
from hub.demo.stage import Stage

TRACED_WITHIN_S = 0.3
"""After so long the hub's trace has what passed."""
_LOOK_EVERY_S = 0.3
_PAGE = 1000


@dataclass(slots=True)
class Seen:
    """What passed since the traffic began."""

    durations_ms: list[float] = field(default_factory=list)
    """Of each request, at the hub."""
    failures: Counter[str] = field(default_factory=Counter)
    """Requests that failed, by OCPI or HTTP status."""

    @property
    def p95_ms(self) -> float:
        """95 of 100 requests were faster."""
        ordered = sorted(self.durations_ms)
        return ordered[math.ceil(len(ordered) * 0.95) - 1] if ordered else 0.0

    def add(self, line: Line) -> None:
        """Count one message that came in."""
        if line.leg["kind"] == "in":
            self.durations_ms.append(line.leg["duration_ms"])
            if line.failed:
                self.failures[str(line.leg["ocpi_status"] or line.leg["http_status"] or "no answer")] += 1


class Scroll:
    """Use `run` in a task; `seen` is what it showed."""

    def __init__(self, stage: Stage, show: Callable[[str], None]) -> None:
        self._stage = stage
        self._show = show
        self._began_s = monotonic_s()
        self._cursor = ""
        self._cdrs_shown: set[str] = set()
        self.seen = Seen()

    async def run(self) -> None:
        """Show every message from now on, until cancelled."""
        while True:
            full = await self.look()
            await asyncio.sleep(0 if full else _LOOK_EVERY_S)

    async def look(self) -> bool:
        """Show what passed since the last look; returns whether there is more."""
        begin = {"after": self._cursor} if self._cursor else {"since_s": monotonic_s() - self._began_s}
        answer = await self._stage.ask("GET", "traffic", query={**begin, "limit": _PAGE})
        self._cursor = answer["next"]
        for line in lines(answer["legs"]):
            self.seen.add(line)
            self._show(write(line, await self._detail(line)))
        return bool(answer["full"])

    async def _detail(self, line: Line) -> str:
        if line.failed:
            return ""
        try:
            return await self._ask_about(line.leg)
        except DemoFailed:
            return ""

    async def _ask_about(self, leg: Leg) -> str:
        """What the receiver knows of it now: a status, an energy."""
        parts = leg["path"].strip("/").split("/")
        receiver = self._stage.partners.get(leg["to"]) or self._stage.emsps[0]
        match leg["module"], parts:
            case "locations", [_, _, location_id, evse_uid]:
                return _evse_status(await receiver.object("locations", location_id), evse_uid)
            case "sessions", [_, _, session_id] if leg["method"] != "GET":
                return _energy(await receiver.object("sessions", session_id))
            case "cdrs", _ if leg["method"] == "POST":
                return self._cost((await receiver.do("objects", {"module": "cdrs"}))["objects"], leg["from"])
            case "hubclientinfo", [country_code, party_id]:
                return await self._party_status(f"{country_code}*{party_id}")
        return ""

    def _cost(self, cdrs: list[dict[str, Any]], sender: str) -> str:
        """The first CDR of `sender` that was not shown yet: the path of a POST does not name it."""
        for cdr in cdrs:
            if f"{cdr['country_code']}*{cdr['party_id']}" == sender and cdr["id"] not in self._cdrs_shown:
                self._cdrs_shown.add(cdr["id"])
                return f"{cdr['id']}  {cdr['total_energy']} kWh, {cdr['total_cost']['incl_vat']} {cdr['currency']}"
        return ""

    async def _party_status(self, party: str) -> str:
        parties: list[dict[str, Any]] = await self._stage.ask("GET", "parties")
        return next((one["status"] for one in parties if f"{one['country_code']}*{one['party_id']}" == party), "")


async def sessions_and_cdrs(emsps: list[Remote]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Everything that the providers were sent of both."""
    sessions = [await emsp.do("objects", {"module": "sessions"}) for emsp in emsps]
    cdrs = [await emsp.do("objects", {"module": "cdrs"}) for emsp in emsps]
    return [one for found in sessions for one in found["objects"]], [one for found in cdrs for one in found["objects"]]


def _evse_status(location: dict[str, Any] | None, evse_uid: str) -> str:
    evses = location["evses"] if location else []
    return next((str(evse["status"]) for evse in evses if evse["uid"] == evse_uid), "")


def _energy(session: dict[str, Any] | None) -> str:
    return f"{session['kwh']} kWh {session['status']}" if session else ""
