"""How a simulated operator takes commands: a CommandResponse at once, a CommandResult to the response_url later.

Source: OCPI 2.2.1, mod_commands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import ClientError

from hub.simulate import nested
from hub.simulate.messages import Received, Reply, ok, refused
from hub.wire.party import Party

if TYPE_CHECKING:
    from hub.simulate.cpo import Cpo

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """An EVSE that is held for a driver, and where the eMSP wants to hear of it."""

    emsp: Party
    response_url: str
    location_id: str
    evse_uid: str


class Commands:
    """The commands RECEIVER of one operator; `reservations` are by eMSP and its reservation_id."""

    def __init__(self, cpo: Cpo) -> None:
        self._cpo = cpo
        self.reservations: dict[tuple[Party, str], Reservation] = {}
        self._by_name: dict[str, Callable[[Received, Party], Awaitable[Reply]]] = {
            "START_SESSION": self._start_session,
            "STOP_SESSION": self._stop_session,
            "RESERVE_NOW": self._reserve_now,
            "CANCEL_RESERVATION": self._cancel_reservation,
            "UNLOCK_CONNECTOR": self._unlock_connector,
        }

    async def answer(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """Answer `POST {CommandType}`."""
        command = self._by_name.get(rest[0] if len(rest) == 1 else "")
        if command is None or received.method != "POST":
            return refused(2000, "POST one of the five commands", status=404)
        if received.from_ is None:
            return refused(2001, "a command needs the OCPI-from headers")
        return await command(received, received.from_)

    async def cancel(self, emsp: Party, reservation_id: str) -> None:
        """The operator itself cancels a reservation: CANCELED_RESERVATION to the response_url of RESERVE_NOW."""
        reservation = self.reservations.pop((emsp, reservation_id))
        await self._cpo.set_status(reservation.location_id, reservation.evse_uid, "AVAILABLE")
        await self._tell_result(reservation.response_url, emsp, "CANCELED_RESERVATION")

    async def _start_session(self, received: Received, emsp: Party) -> Reply:
        body = received.json
        if not self._has(body):
            return refused(2003, "unknown location, EVSE or connector")
        evse = self._free_evse(body, emsp)
        if evse is None:
            return self._accepted(body["response_url"], emsp, "EVSE_OCCUPIED")
        order = self._cpo.order(
            token=body["token"],
            location_id=body["location_id"],
            evse_uid=evse["uid"],
            connector_id=body.get("connector_id"),
            auth_method="COMMAND",
            authorization_reference=body.get("authorization_reference"),
        )
        self._take(evse)

        async def result_then_session() -> None:
            await self._tell_result(body["response_url"], emsp, "ACCEPTED")
            self._cpo.begin(order)

        self._cpo.tasks.spawn(result_then_session(), "start session")
        return ok(_response("ACCEPTED"))

    async def _stop_session(self, received: Received, emsp: Party) -> Reply:
        body = received.json
        run = self._cpo.runs.get(body["session_id"])
        if run is None or run.books.order.emsp != emsp or not self._cpo.is_running(body["session_id"]):
            return ok(_response("UNKNOWN_SESSION"))
        run.stop()
        return self._accepted(body["response_url"], emsp, "ACCEPTED")

    async def _reserve_now(self, received: Received, emsp: Party) -> Reply:
        body = received.json
        if not self._has(body):
            return refused(2003, "unknown location, EVSE or connector")
        evse = self._free_evse(body, emsp)
        if evse is None:
            return self._accepted(body["response_url"], emsp, "EVSE_OCCUPIED")
        self._take(evse)
        self.reservations[emsp, body["reservation_id"]] = Reservation(
            emsp=emsp, response_url=body["response_url"], location_id=body["location_id"], evse_uid=evse["uid"]
        )
        self._cpo.tasks.spawn(self._cpo.set_status(body["location_id"], evse["uid"], "RESERVED"), "reserve")
        return self._accepted(body["response_url"], emsp, "ACCEPTED")

    async def _cancel_reservation(self, received: Received, emsp: Party) -> Reply:
        body = received.json
        reservation = self.reservations.pop((emsp, body["reservation_id"]), None)
        if reservation is None:
            return self._accepted(body["response_url"], emsp, "UNKNOWN_RESERVATION")
        freed = self._cpo.set_status(reservation.location_id, reservation.evse_uid, "AVAILABLE")
        self._cpo.tasks.spawn(freed, "cancel reservation")
        return self._accepted(body["response_url"], emsp, "ACCEPTED")

    async def _unlock_connector(self, received: Received, emsp: Party) -> Reply:
        body = received.json
        if not self._has(body):
            return refused(2003, "unknown location, EVSE or connector")
        return self._accepted(body["response_url"], emsp, "ACCEPTED")

    def _has(self, body: dict[str, Any]) -> bool:
        """Whether the location of a command is here, with the EVSE and the connector that it names."""
        location = self._cpo.locations.get(body["location_id"])
        ids = [body[name] for name in ("evse_uid", "connector_id") if body.get(name)]
        return location is not None and nested.find(location, ids) is not None

    def _free_evse(self, body: dict[str, Any], emsp: Party) -> dict[str, Any] | None:
        """The EVSE that was asked for, or any of the location, that is AVAILABLE or held for a driver of `emsp`."""
        wanted, location_id = body.get("evse_uid"), body["location_id"]
        held = {r.evse_uid for r in self.reservations.values() if r.emsp == emsp and r.location_id == location_id}
        for evse in self._cpo.locations[location_id]["evses"]:
            if wanted in (None, evse["uid"]) and (evse["status"] == "AVAILABLE" or evse["uid"] in held):
                found: dict[str, Any] = evse
                return found
        return None

    def _take(self, evse: dict[str, Any]) -> None:
        """Keep an EVSE from other drivers before its status is told; a reservation of it is used up."""
        evse["status"] = "RESERVED"
        self.reservations = {key: kept for key, kept in self.reservations.items() if kept.evse_uid != evse["uid"]}

    def _accepted(self, response_url: str, emsp: Party, result: str) -> Reply:
        self._cpo.tasks.spawn(self._tell_result(response_url, emsp, result), "command result")
        return ok(_response("ACCEPTED"))

    async def _tell_result(self, response_url: str, emsp: Party, result: str) -> None:
        try:
            await self._cpo.call("POST", response_url, {"result": result}, to=emsp, from_=self._cpo.party)
        except (ClientError, TimeoutError) as error:
            self._cpo.problems.append(f"CommandResult {result}: {type(error).__name__}: {error}")


def _response(result: str) -> dict[str, Any]:
    return {"result": result, "timeout": TIMEOUT_S}
