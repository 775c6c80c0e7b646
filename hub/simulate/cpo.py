"""A simulated charge point operator: stations, tariffs, sessions and CDRs of its own, tokens and commands of others."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Unpack
from urllib.parse import quote

from hub.clock import now_utc
from hub.simulate import nested
from hub.simulate.charging import ChargingPlan, draw_plan
from hub.simulate.cpo_commands import Commands
from hub.simulate.cpo_profiles import ChargingProfiles
from hub.simulate.messages import Answer, Received, Reply, ok, read_json, refused, write_json
from hub.simulate.mirror import Mirror
from hub.simulate.operators import NAMES
from hub.simulate.own import Own
from hub.simulate.platform import Platform, ServerOptions
from hub.simulate.records import Order
from hub.simulate.session_run import SessionRun
from hub.simulate.tariffs import tariff_id, tariffs_of
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import format_datetime

_PREFERENCES = "CHARGING_PREFERENCES_CAPABLE"


class Cpo(Platform):
    """An operator with `locations` (whole OCPI Locations of its own party, such as `stations.stations(party)`).

    Sessions last `session_minutes` of simulated time, which runs `speed` times as fast as the clock; durations and
    energy follow from `seed`. `sessions` and `cdrs` hold what it wrote, `runs` the sessions with their CDR's URL,
    `providers` whose each session is; `tokens` and `preferences` (by session) are what it was sent.
    """

    def __init__(
        self,
        party: Party,
        *,
        locations: Sequence[dict[str, Any]] = (),
        seed: int = 1,
        speed: float = 60.0,
        session_minutes: tuple[int, int] = (15, 45),
        **options: Unpack[ServerOptions],
    ) -> None:
        super().__init__(NAMES.get(party, str(party)), [PartyRole(party=party, role=Role.CPO)], **options)
        self.seed = seed
        self.speed = speed
        self.session_minutes = session_minutes
        self.locations: dict[str, dict[str, Any]] = {
            location["id"]: read_json(write_json(location)) for location in locations
        }
        self.tariffs = tariffs_of(party)
        self.sessions: dict[str, dict[str, Any]] = {}
        self.cdrs: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, SessionRun] = {}
        self.providers: dict[str, Party] = {}
        self.preferences: dict[str, dict[str, Any]] = {}
        self.tokens = Mirror(unknown=2004, typed=True)
        self._numbers = count(1)
        self.commands = Commands(self)
        self.profiles = ChargingProfiles(self)
        self._own_sessions = Own(platform=self, module="sessions", objects=self.sessions, visible=self._of_caller)
        self._serve_modules()

    def _serve_modules(self) -> None:
        locations = Own(platform=self, module="locations", objects=self.locations, unknown=2003, single=True)
        tariffs = Own(platform=self, module="tariffs", objects=self.tariffs)
        cdrs = Own(platform=self, module="cdrs", objects=self.cdrs, visible=self._of_caller)
        self.serve_valid("locations", Interface.SENDER, locations.answer)
        self.serve_valid("tariffs", Interface.SENDER, tariffs.answer)
        self.serve_valid("sessions", Interface.SENDER, self._answer_sessions)
        self.serve_valid("cdrs", Interface.SENDER, cdrs.answer)
        self.serve_valid("tokens", Interface.RECEIVER, self.tokens.answer)
        self.serve_valid("commands", Interface.RECEIVER, self.commands.answer)
        self.serve_valid("chargingprofiles", Interface.RECEIVER, self.profiles.answer)

    def state(self) -> dict[str, Any]:
        """What a person would ask this operator."""
        return super().state() | {
            "locations": len(self.locations),
            "sessions": len(self.sessions),
            "cdrs": len(self.cdrs),
            "tokens": len(self.tokens),
        }

    async def publish(self, *, concurrency: int = 24) -> int:
        """Broadcast tariffs, then locations, through the hub; return how many locations it accepted."""
        await self.push_all("tariffs", self.tariffs.values(), concurrency=concurrency)
        return await self.push_all("locations", self.locations.values(), concurrency=concurrency)

    async def set_status(self, location_id: str, evse_uid: str, status: str) -> bool:
        """Change the status of an EVSE and broadcast it by PATCH; return whether there is a hub that accepted."""
        location = self.locations[location_id]
        evse = nested.find(location, (evse_uid,))
        if evse is None:
            raise LookupError(f"{location_id} has no EVSE {evse_uid}")
        patch = {"status": status, "last_updated": format_datetime(now_utc())}
        evse |= patch
        nested.touch(location, (evse_uid,), patch["last_updated"])
        if self.peer is None:
            return False
        path = f"/{self.party.country_code}/{self.party.party_id}/{quote(location_id)}/{quote(evse_uid, safe='')}"
        return await self.tell("PATCH", "locations", Interface.RECEIVER, path, patch, to=self.peer.party) is not None

    async def authorize(
        self, uid: str, *, to: Party | None = None, type_: str = "RFID", location_id: str | None = None
    ) -> Answer:
        """Ask the eMSP of a driver's token (real-time authorization); `to` None lets the hub find the eMSP."""
        where = {"location_id": location_id} if location_id else None
        path = f"/{quote(uid, safe='')}/authorize?type={type_}"
        return await self.send("POST", "tokens", Interface.SENDER, path, where, to=to)

    async def plug_in(self, uid: str, location_id: str, evse_uid: str, *, to: Party | None = None) -> str | None:
        """A driver holds a card to an EVSE: authorize, then charge; return the session id, None when not allowed."""
        answer = await self.authorize(uid, to=to, location_id=location_id)
        if answer.status != 200 or answer.data is None or answer.data["allowed"] != "ALLOWED":
            return None
        order = self.order(
            token=answer.data["token"],
            location_id=location_id,
            evse_uid=evse_uid,
            auth_method="AUTH_REQUEST",
            authorization_reference=answer.data.get("authorization_reference"),
        )
        return self.begin(order)

    def order(
        self,
        *,
        token: dict[str, Any],
        location_id: str,
        evse_uid: str,
        connector_id: str | None = None,
        auth_method: str,
        authorization_reference: str | None = None,
    ) -> Order:
        """An order for a session here; raises LookupError when there is no such EVSE or connector."""
        location = self.locations[location_id]
        evse = nested.find(location, (evse_uid,))
        if evse is None:
            raise LookupError(f"{location_id} has no EVSE {evse_uid}")
        connector = nested.find(location, (evse_uid, connector_id or evse["connectors"][0]["id"]))
        if connector is None:
            raise LookupError(f"{evse_uid} has no connector {connector_id}")
        return Order(
            session_id=f"{self.party.country_code}{self.party.party_id}-S{next(self._numbers)}",
            token=token,
            location=location,
            evse=evse,
            connector=connector,
            auth_method=auth_method,
            authorization_reference=authorization_reference,
        )

    def begin(self, order: Order) -> str:
        """Start a session in the background and return its id; `tasks.join` waits for the end of all."""
        plan = self.plan(order)
        run = SessionRun(self, order, self.tariff_of(order.connector), plan, speed=self.speed)
        self.runs[order.session_id] = run
        self.providers[order.session_id] = order.emsp
        self.tasks.spawn(run.play(self.sessions, self.cdrs, self.set_status), f"session {order.session_id}")
        return order.session_id

    def plan(self, order: Order) -> ChargingPlan:
        """What the car of an order will take."""
        return draw_plan(f"{self.seed}/{order.session_id}", order.power_kw, self.session_minutes)

    def is_running(self, session_id: str) -> bool:
        """Whether a session has begun and has not ended."""
        return session_id in self.runs and session_id not in self.cdrs

    async def get_cdr(self, cdr_id: str) -> Answer:
        """Read back a CDR at the URL that the eMSP gave when it was posted; raises LookupError without such a URL."""
        run = self.runs[cdr_id]
        if run.cdr_url is None:
            raise LookupError(f"the eMSP gave no URL for CDR {cdr_id}")
        return await self.call("GET", run.cdr_url, to=run.books.order.emsp, from_=self.party)

    def tariff_of(self, connector: Mapping[str, Any]) -> dict[str, Any]:
        """The tariff that the connector names, or the one for its kind of current when it names none of ours."""
        named = [self.tariffs[name] for name in connector.get("tariff_ids") or () if name in self.tariffs]
        return named[0] if named else self.tariffs[tariff_id(direct_current=connector["power_type"] == "DC")]

    async def _answer_sessions(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """GET; PUT {session_id}/charging_preferences. Source: OCPI 2.2.1, mod_sessions, SENDER interface."""
        if received.method != "PUT" or rest[1:] != ("charging_preferences",):
            return await self._own_sessions.answer(received, rest)
        session = self.sessions.get(rest[0])
        if session is None or self.providers.get(rest[0]) != received.from_:
            return refused(2001, "unknown session", status=404)
        evse = nested.find(self.locations[session["location_id"]], (session["evse_uid"],)) or {}
        if _PREFERENCES not in (evse.get("capabilities") or ()):
            return refused(2001, f"this EVSE is not {_PREFERENCES}", status=404)
        self.preferences[rest[0]] = received.json
        return ok("ACCEPTED" if self.is_running(rest[0]) else "NOT_POSSIBLE")

    def _of_caller(self, received: Received, items: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
        """Sessions and CDRs of the asking eMSP alone. Source: OCPI 2.2.1, mod_cdrs, GET."""
        return [item for item in items if self.providers[item.get("session_id", item["id"])] == received.from_]
