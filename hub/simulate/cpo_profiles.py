"""How a simulated operator takes charging profiles: an answer at once, a result to the response_url later.

Source: OCPI 2.2.1, mod_charging_profiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import ClientError

from hub.clock import now_utc
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.wire.interface import Interface
from hub.wire.party import Party
from hub.wire.types import format_datetime

if TYPE_CHECKING:
    from hub.simulate.cpo import Cpo

TIMEOUT_S = 30
_WITHOUT_A_LIMIT: dict[str, Any] = {"charging_rate_unit": "W"}


class ChargingProfiles:
    """The chargingprofiles RECEIVER of one operator; `by_session` holds each profile that was set and who set it."""

    def __init__(self, cpo: Cpo) -> None:
        self._cpo = cpo
        self.by_session: dict[str, tuple[Party, dict[str, Any]]] = {}

    async def answer(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Answer GET, PUT and DELETE of `{session_id}`."""
        if len(rest) != 1 or received.method not in {"GET", "PUT", "DELETE"}:
            return refused(2000, "GET, PUT or DELETE {session_id}", status=404)
        if received.from_ is None:
            return refused(2001, "a charging profile needs the OCPI-from headers")
        (session_id,) = rest
        if not self._cpo.is_running(session_id):
            return ok({"result": "UNKNOWN_SESSION", "timeout": TIMEOUT_S})
        body = received.json if received.method == "PUT" else received.query
        if "response_url" not in body:
            return refused(2001, "response_url is missing")
        result = self._act(received, session_id, received.from_)
        self._cpo.tasks.spawn(self._tell_result(body["response_url"], received.from_, result), "profile result")
        return ok({"result": "ACCEPTED", "timeout": TIMEOUT_S})

    async def push_active(self, session_id: str) -> Answer:
        """Tell the one who set a profile what applies now: PUT ActiveChargingProfile to the SENDER side."""
        setter, _ = self.by_session[session_id]
        body = self.active(session_id)
        path = f"/{quote(session_id, safe='')}"
        return await self._cpo.send("PUT", "chargingprofiles", Interface.SENDER, path, body, to=setter)

    def active(self, session_id: str) -> dict[str, Any]:
        """The ActiveChargingProfile of a session: what was set, or one without any limit."""
        _, profile = self.by_session.get(session_id, (None, _WITHOUT_A_LIMIT))
        return {"start_date_time": format_datetime(now_utc()), "charging_profile": profile}

    def _act(self, received: Received, session_id: str, sender: Party) -> dict[str, Any]:
        if received.method == "GET":
            return {"result": "ACCEPTED", "profile": self.active(session_id)}
        if received.method == "PUT":
            self.by_session[session_id] = (sender, received.json["charging_profile"])
            return {"result": "ACCEPTED"}
        return {"result": "ACCEPTED" if self.by_session.pop(session_id, None) else "UNKNOWN"}

    async def _tell_result(self, response_url: str, to: Party, result: dict[str, Any]) -> None:
        try:
            await self._cpo.call("POST", response_url, result, to=to, from_=self._cpo.party)
        except (ClientError, TimeoutError) as error:
            self._cpo.problems.append(f"charging profile result: {type(error).__name__}: {error}")
