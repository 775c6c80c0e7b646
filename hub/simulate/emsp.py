"""A simulated e-mobility provider: drivers' tokens of its own; stations, sessions, CDRs and tariffs of others."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Unpack
from urllib.parse import quote

from hub.clock import now_utc
from hub.simulate.bills import Bills
from hub.simulate.callbacks import Callbacks, Sent
from hub.simulate.drivers import tokens_of
from hub.simulate.messages import Received, Reply, ok, read_json, refused, write_json
from hub.simulate.mirror import Mirror
from hub.simulate.own import Own
from hub.simulate.platform import Platform, ServerOptions
from hub.wire.interface import Interface, fold
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import format_datetime


class Emsp(Platform):
    """A provider whose drivers hold `tokens` (whole OCPI Tokens of its own party; twenty are made if none are given).

    Whether one of `bound_to_places` (their uids) may be used, it says only to who tells where.
    What it was sent is in `locations`, `sessions`, `tariffs` and `cdrs`; results of commands and charging profiles
    come through `callbacks`.
    """

    def __init__(
        self,
        party: Party,
        *,
        name: str = "",
        tokens: Sequence[dict[str, Any]] | None = None,
        bound_to_places: Collection[str] = (),
        **options: Unpack[ServerOptions],
    ) -> None:
        super().__init__(name or str(party), [PartyRole(party=party, role=Role.EMSP)], **options)
        made = tokens if tokens is not None else tokens_of(party, self.name, 20)
        self.tokens: dict[str, dict[str, Any]] = {token["uid"]: read_json(write_json(token)) for token in made}
        self._bound_to_places = frozenset(bound_to_places)
        self.locations = Mirror(unknown=2003)
        self.sessions = Mirror(appended="charging_periods")
        self.tariffs = Mirror(partial=False, deletable=True)
        self._bills = Bills([party])
        self.cdrs = self._bills.cdrs
        self.callbacks = Callbacks(self)
        self._own_tokens = Own(platform=self, module="tokens", objects=self.tokens, unknown=2004)
        self._serve_modules()

    def _serve_modules(self) -> None:
        self.serve_valid("tokens", Interface.SENDER, self._answer_tokens)
        self.serve_valid("locations", Interface.RECEIVER, self.locations.answer)
        self.serve_valid("sessions", Interface.RECEIVER, self.sessions.answer)
        self.serve_valid("tariffs", Interface.RECEIVER, self.tariffs.answer)
        self.serve_valid("cdrs", Interface.RECEIVER, self._answer_cdrs)
        self.serve_valid("commands", Interface.SENDER, self.callbacks.answer)
        self.serve_valid("chargingprofiles", Interface.SENDER, self.callbacks.answer)

    def state(self) -> dict[str, Any]:
        """What a person would ask this provider."""
        return super().state() | {
            "locations": len(self.locations),
            "sessions": len(self.sessions),
            "cdrs": len(self.cdrs),
            "tokens": len(self.tokens),
        }

    async def broadcast_tokens(self, *, concurrency: int = 8) -> int:
        """Broadcast every token through the hub; return how many it accepted."""
        return await self.push_all("tokens", self.tokens.values(), concurrency=concurrency)

    async def block(self, uid: str) -> bool:
        """Make a token invalid and broadcast that by PATCH; return whether the hub accepted."""
        token = self.tokens[uid]
        patch = {"valid": False, "last_updated": format_datetime(now_utc())}
        token |= patch
        path = f"/{self.party.country_code}/{self.party.party_id}/{quote(uid, safe='')}?type={token['type']}"
        peer, _ = self.registered()
        return await self.tell("PATCH", "tokens", Interface.RECEIVER, path, patch, to=peer.party) is not None

    async def command(self, name: str, body: Mapping[str, Any], *, to: Party | None) -> Sent:
        """Send a command to an operator; `body` is the command object without its response_url, which is added."""
        response_url, result_id = self.callbacks.address("commands", name)
        sent_body = {**body, "response_url": response_url}
        answer = await self.send("POST", "commands", Interface.RECEIVER, f"/{name}", sent_body, to=to)
        return Sent(answer=answer, result_id=result_id)

    async def start_session(self, uid: str, location_id: str, evse_uid: str | None = None, *, to: Party | None) -> Sent:
        """Start a session at an operator's EVSE, or at any free one of the location, with a token of ours."""
        body = {
            "token": self.tokens[uid],
            "location_id": location_id,
            "authorization_reference": _reference(),
            **({"evse_uid": evse_uid} if evse_uid else {}),
        }
        return await self.command("START_SESSION", body, to=to)

    async def stop_session(self, session_id: str, *, to: Party | None) -> Sent:
        """Stop a session that an operator runs for one of our drivers."""
        return await self.command("STOP_SESSION", {"session_id": session_id}, to=to)

    async def set_profile(self, session_id: str, profile: Mapping[str, Any], *, to: Party | None) -> Sent:
        """Set a ChargingProfile for a session (PUT)."""
        response_url, result_id = self.callbacks.address("chargingprofiles", "set")
        body = {"charging_profile": dict(profile), "response_url": response_url}
        path = f"/{quote(session_id, safe='')}"
        answer = await self.send("PUT", "chargingprofiles", Interface.RECEIVER, path, body, to=to)
        return Sent(answer=answer, result_id=result_id)

    async def get_profile(self, session_id: str, duration_s: int, *, to: Party | None) -> Sent:
        """Ask for the ActiveChargingProfile of the next `duration_s` (GET)."""
        response_url, result_id = self.callbacks.address("chargingprofiles", "get")
        path = f"/{quote(session_id, safe='')}?duration={duration_s}&response_url={quote(response_url, safe='')}"
        answer = await self.send("GET", "chargingprofiles", Interface.RECEIVER, path, to=to)
        return Sent(answer=answer, result_id=result_id)

    async def clear_profile(self, session_id: str, *, to: Party | None) -> Sent:
        """Take back the profile that was set (DELETE)."""
        response_url, result_id = self.callbacks.address("chargingprofiles", "clear")
        path = f"/{quote(session_id, safe='')}?response_url={quote(response_url, safe='')}"
        answer = await self.send("DELETE", "chargingprofiles", Interface.RECEIVER, path, to=to)
        return Sent(answer=answer, result_id=result_id)

    async def _answer_tokens(self, received: Received, rest: tuple[str, ...]) -> Reply:
        """GET the list; POST {uid}/authorize. Source: OCPI 2.2.1, mod_tokens, SENDER interface."""
        if received.method != "POST":
            return await self._own_tokens.answer(received, rest)
        if len(rest) != 2 or rest[1] != "authorize":
            return refused(2000, "only POST {token_uid}/authorize", status=404)
        token = next((token for token in self.tokens.values() if fold(token["uid"]) == fold(rest[0])), None)
        if token is None or token["type"] != received.query.get("type", "RFID"):
            return refused(2004, "unknown token", status=404)
        if not token["valid"]:
            return ok({"allowed": "BLOCKED", "token": token})
        place = received.json if received.body else None
        if place is None and token["uid"] in self._bound_to_places:
            return refused(2002, "whether this token may be used depends on the location: send LocationReferences")
        where = {"location": place} if place else {}
        return ok({"allowed": "ALLOWED", "token": token, "authorization_reference": _reference(), **where})

    async def _answer_cdrs(self, received: Received, rest: tuple[str, ...]) -> Reply:
        return self._bills.answer(received, rest, f"{self.url}{self.path('cdrs', Interface.RECEIVER)}")


def _reference() -> str:
    return str(uuid.uuid4())
