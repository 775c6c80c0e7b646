"""One side of an OCPI connection: credentials tokens, versions, and the handshake in both directions.

Source: OCPI 2.2.1, credentials and version_information_endpoint.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import ClientError

from hub.simulate import handshake
from hub.simulate.handshake import HandshakeFailed, Peer, new_credentials_token
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.partner import Partner, ids_of
from hub.wire.credentials_token import read_authorization
from hub.wire.interface import Interface, Version
from hub.wire.party import Party, PartyRole

LookUp = Callable[[Partner, str, str, Version], Awaitable[Peer]]
"""Finds the endpoints of the other side from its versions URL, with a credentials token, for one version."""


class Connection(Partner):
    """A partner that can register, and be registered with.

    `peer` is the other side once that happened. `issued_token` is what the other side must present, `outgoing_token`
    what this side presents, `token_a` an invitation that still waits.
    """

    def __init__(
        self, name: str, roles: Sequence[PartyRole], version: Version, *, host: str, port: int, public_url: str | None
    ) -> None:
        super().__init__(host=host, port=port, public_url=public_url)
        self.name = name
        self.roles = tuple(roles)
        self.version = version
        self.peer: Peer | None = None
        self.token_a: str | None = None
        self.issued_token: str | None = None
        self._replaced_token: str | None = None

    @property
    def party(self) -> Party:
        """The first party of this platform: the FROM of what it sends."""
        return self.roles[0].party

    @property
    def versions_url(self) -> str:
        """Where the handshake begins."""
        return f"{self.url}/ocpi/versions"

    def endpoints(self) -> list[tuple[str, Interface]]:
        """Module and interface of each endpoint besides credentials."""
        return []

    def path(self, module: str, interface: Interface) -> str:
        """The path of an endpoint on this platform, as `answer` takes it."""
        return f"/ocpi/{self.version}/{interface.lower()}/{module}"

    def invite(self) -> str:
        """Make a token A with which the other side can register here."""
        self.token_a = new_credentials_token()
        return self.token_a

    async def register(self, versions_url: str, token_a: str) -> Peer:
        """Register at the other side as the Sender of the handshake; raises HandshakeFailed and changes nothing."""
        peer = await handshake.discover(self, versions_url, token_a, self.version)
        return await self._exchange("POST", peer, token_a)

    async def rotate(self) -> Peer:
        """Replace both credentials tokens (PUT credentials); raises HandshakeFailed and keeps the old ones."""
        peer, token = self.registered()
        return await self._exchange("PUT", peer, token)

    async def unregister(self) -> Answer:
        """End the connection (DELETE credentials)."""
        peer, _ = self.registered()
        answer = await self.call("DELETE", peer.credentials_url)
        self._forget()
        return answer

    def registered(self) -> tuple[Peer, str]:
        """The other side and the token for it; raises RuntimeError before the handshake."""
        if self.peer is None or self.outgoing_token is None:
            raise RuntimeError(f"{self.name} is not registered: call register first")
        return self.peer, self.outgoing_token

    async def admit(self, received: Received) -> Reply | None:
        """Refuse whoever does not present a token of ours; token A opens versions and credentials only."""
        presented = self._presented(received)
        if presented is None:
            return refused(2000, "unknown credentials token", status=401)
        if presented == self.token_a and received.segments[3:]:
            return refused(2000, "token A opens versions and credentials only", status=401)
        if presented == self.issued_token:
            self._replaced_token = None
        return None

    def answer_headers(self, received: Received) -> dict[str, str]:
        """Only functional modules are routed. Source: OCPI 2.2.1, transport_and_format, Message Routing Headers."""
        match received.segments:
            case ("ocpi", _, "sender" | "receiver", module, *_) if module != "hubclientinfo":
                return super().answer_headers(received)
        return ids_of(received)

    async def handle(self, received: Received) -> Reply:
        """Answer versions, version details and credentials."""
        match received.segments:
            case ("ocpi", "versions"):
                return ok([{"version": self.version, "url": f"{self.url}/ocpi/{self.version}"}])
            case ("ocpi", version) if version == self.version:
                return ok({"version": self.version, "endpoints": self._details()})
            case ("ocpi", version, "credentials") if version == self.version:
                return await self._answer_credentials(received)
        return await super().handle(received)

    def _details(self) -> list[dict[str, str]]:
        offered = [
            {"identifier": module, "role": str(interface), "url": self.url + self.path(module, interface)}
            for module, interface in self.endpoints()
        ]
        url = f"{self.url}/ocpi/{self.version}/credentials"
        return [{"identifier": "credentials", "role": "SENDER", "url": url}, *offered]

    async def _exchange(self, method: str, peer: Peer, token: str) -> Peer:
        """Offer a new token of ours, which works from now on beside the old one, and take theirs."""
        before, self.issued_token = self.issued_token, new_credentials_token()
        self._replaced_token = before
        try:
            own = self._credentials(self.issued_token)
            theirs = await handshake.exchange(self, method, peer.credentials_url, token, own)
            self.peer = replace(peer, roles=handshake.read_roles(theirs))
        except BaseException:
            self.issued_token, self._replaced_token = before, None
            raise
        self.outgoing_token = str(theirs["token"])
        return self.peer

    async def _answer_credentials(self, received: Received) -> Reply:
        registered = self._presented(received) != self.token_a
        match received.method, registered:
            case ("GET", _):
                return ok(self._credentials(self._presented(received) or ""))
            case ("POST", False) | ("PUT", True):
                return await self.accept(received)
            case ("DELETE", True):
                self._forget()
                return ok()
        return refused(2000, f"{received.method} credentials is not possible now", status=405)

    async def accept(self, received: Received, look_up: LookUp = handshake.discover) -> Reply:
        """Call back with the token from the body, as `look_up` does, then give out a new one of ours."""
        try:
            theirs = received.json
            roles = handshake.read_roles(theirs)
            token, versions_url = str(theirs["token"]), str(theirs["url"])
        except (ValueError, KeyError, TypeError) as error:
            return refused(2001, f"not a Credentials object: {error}")
        try:
            peer = await look_up(self, versions_url, token, self.version)
        except (HandshakeFailed, ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            return refused(3001, f"calling back failed: {error}")
        self.outgoing_token, self.peer, self.token_a = token, replace(peer, roles=roles), None
        self._replaced_token, self.issued_token = self.issued_token, new_credentials_token()
        return ok(self._credentials(self.issued_token))

    def _presented(self, received: Received) -> str | None:
        known = [token for token in (self.issued_token, self._replaced_token, self.token_a) if token is not None]
        for read in read_authorization(received.headers.getall("Authorization", [])):
            for token in known:
                if secrets.compare_digest(token.encode(), read.encode()):
                    return token
        return None

    def _credentials(self, token: str) -> dict[str, Any]:
        return handshake.credentials_object(token, self.versions_url, self.name, self.roles)

    def _forget(self) -> None:
        self.peer = self.outgoing_token = self.issued_token = self._replaced_token = None
