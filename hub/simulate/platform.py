"""A simulated OCPI platform: versions, version details, credentials in both directions, and a table of modules."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import ClientError

from hub.clock import Tasks
from hub.simulate import handshake
from hub.simulate.handshake import Peer, new_credentials_token
from hub.simulate.messages import Answer, Received, Reply, ok, refused
from hub.simulate.paging import following
from hub.simulate.partner import Partner
from hub.wire.credentials_token import read_authorization
from hub.wire.interface import Interface, Version
from hub.wire.party import Party, PartyRole

Handler = Callable[[Received, tuple[str, ...]], Awaitable[Reply]]
"""Answers a request to one endpoint; the second argument is the decoded path segments after the endpoint URL."""


class Platform(Partner):
    """One OCPI platform that hosts `roles` and speaks one `version`.

    It registers itself with `register`, or is registered with by the other side, to whom `invite` gives a token A.
    Afterwards `peer` is the other side and `send` reaches its endpoints.
    """

    def __init__(
        self,
        name: str,
        roles: Sequence[PartyRole],
        *,
        version: Version = Version.V2_2_1,
        page_size: int = 100,
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str | None = None,
    ) -> None:
        super().__init__(host=host, port=port, public_url=public_url)
        self.name = name
        self.roles = tuple(roles)
        self.version = version
        self.page_size = page_size
        self.peer: Peer | None = None
        self.token_a: str | None = None
        self.issued_token: str | None = None
        self._replaced_token: str | None = None
        self._handlers: dict[tuple[str, Interface], Handler] = {}
        self.tasks = Tasks()

    @property
    def party(self) -> Party:
        """The first party of this platform: the FROM of what it sends."""
        return self.roles[0].party

    @property
    def versions_url(self) -> str:
        """Where the handshake begins."""
        return f"{self.url}/ocpi/versions"

    def path(self, module: str, interface: Interface) -> str:
        """The path of an endpoint on this platform, as `answer` takes it."""
        return f"/ocpi/{self.version}/{interface.lower()}/{module}"

    def serve(self, module: str, interface: Interface, handler: Handler) -> None:
        """Offer an endpoint in the version details."""
        self._handlers[module, interface] = handler

    async def stop(self) -> None:
        """Close the port and end what this platform does in the background."""
        await self.tasks.close()
        await super().stop()

    # --- registration -------------------------------------------------------------------------------------------

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
        peer, token = self._registered()
        return await self._exchange("PUT", peer, token)

    async def unregister(self) -> Answer:
        """End the connection (DELETE credentials)."""
        peer, _ = self._registered()
        answer = await self.call("DELETE", peer.credentials_url)
        self._forget()
        return answer

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

    def _registered(self) -> tuple[Peer, str]:
        if self.peer is None or self.outgoing_token is None:
            raise RuntimeError(f"{self.name} is not registered: call register first")
        return self.peer, self.outgoing_token

    def _credentials(self, token: str) -> dict[str, Any]:
        return handshake.credentials_object(token, self.versions_url, self.name, self.roles)

    def _forget(self) -> None:
        self.peer = self.outgoing_token = self.issued_token = self._replaced_token = None

    # --- calls --------------------------------------------------------------------------------------------------

    async def send(
        self, method: str, module: str, interface: Interface, path: str = "", body: Any = None, *, to: Party | None
    ) -> Answer:
        """Call an endpoint of the other side with FROM = this party; `path` begins with `/` or `?`, percent-encoded.

        `to` None leaves the TO headers out (Open Routing).
        """
        peer, _ = self._registered()
        return await self.call(method, peer.endpoint(module, interface) + path, body, to=to, from_=self.party)

    async def pull(self, module: str, *, to: Party, query: str = "") -> AsyncIterator[Any]:
        """Yield every object of a SENDER list, page after page."""
        peer, _ = self._registered()
        url: str | None = peer.endpoint(module, Interface.SENDER) + (f"?{query}" if query else "")
        while url is not None:
            answer = await self.call("GET", url, to=to, from_=self.party)
            for item in answer.data or []:
                yield item
            url = following(answer)

    # --- server -------------------------------------------------------------------------------------------------

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

    def _presented(self, received: Received) -> str | None:
        known = [token for token in (self.issued_token, self._replaced_token, self.token_a) if token is not None]
        for read in read_authorization(received.headers.getall("Authorization", [])):
            for token in known:
                if secrets.compare_digest(token.encode(), read.encode()):
                    return token
        return None

    async def handle(self, received: Received) -> Reply:
        """Answer versions, version details, credentials and the modules that are served."""
        match received.segments:
            case ("ocpi", "versions"):
                return ok([{"version": self.version, "url": f"{self.url}/ocpi/{self.version}"}])
            case ("ocpi", version) if version == self.version:
                return ok({"version": self.version, "endpoints": self._endpoints()})
            case ("ocpi", version, "credentials") if version == self.version:
                return await self._answer_credentials(received)
            case ("ocpi", version, "sender" | "receiver" as side, module, *rest) if version == self.version:
                handler = self._handlers.get((module, Interface(side.upper())))
                if handler is not None:
                    return await handler(received, tuple(rest))
        return await super().handle(received)

    def _endpoints(self) -> list[dict[str, str]]:
        offered = [
            {"identifier": module, "role": str(interface), "url": self.url + self.path(module, interface)}
            for module, interface in self._handlers
        ]
        return [{"identifier": "credentials", "role": "SENDER", "url": self._credentials_url}, *offered]

    @property
    def _credentials_url(self) -> str:
        return f"{self.url}/ocpi/{self.version}/credentials"

    async def _answer_credentials(self, received: Received) -> Reply:
        registered = self._presented(received) != self.token_a
        match received.method, registered:
            case ("GET", _):
                return ok(self._credentials(self._presented(received) or ""))
            case ("POST", False) | ("PUT", True):
                return await self._accept(received)
            case ("DELETE", True):
                self._forget()
                return ok()
        return refused(2000, f"{received.method} credentials is not possible now", status=405)

    async def _accept(self, received: Received) -> Reply:
        """Call back with the token from the body, then give out a new one of ours."""
        try:
            theirs = received.json
            roles = handshake.read_roles(theirs)
            token, versions_url = str(theirs["token"]), str(theirs["url"])
        except (ValueError, KeyError, TypeError) as error:
            return refused(2001, f"not a Credentials object: {error}")
        try:
            peer = await handshake.discover(self, versions_url, token, self.version)
        except (handshake.HandshakeFailed, ClientError, TimeoutError) as error:
            return refused(3001, f"calling back failed: {error}")
        self.outgoing_token, self.peer, self.token_a = token, replace(peer, roles=roles), None
        self._replaced_token, self.issued_token = self.issued_token, new_credentials_token()
        return ok(self._credentials(self.issued_token))
