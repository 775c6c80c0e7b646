"""A partner that is nothing but sockets: it registers, takes pushes as fast as they come, and misbehaves in every known way."""

import asyncio
import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Self, cast

import orjson

from hub.clock import Tasks
from hub.wire.headers import DELIVERY_ID, RoutingHeaders
from hub.wire.party import Party
from tests import words
from tests.faults.history import Arrival
from tests.faults.keys import Keys, authorization
from tests.faults.wire import Wire, header, length_of

_AUTHORIZATION = b"authorization:"
_DELIVERY = DELIVERY_ID.lower().encode() + b":"
_AUTHORIZED = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z","data":%s}' % words.body(
    words.authorization_info()
)
_OK = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'


class Manner(StrEnum):
    """How a partner treats a request; the zoo is all of them but GOOD."""

    GOOD = "good"
    BLACK_HOLE = "black hole"
    """It takes the connection and the request, and says nothing."""
    REFUSES = "refuses connections"
    TRICKLES = "one byte a second"
    FAILS = "HTTP 500"
    BUSY = "HTTP 429, Retry-After: 1"
    REDIRECTS = "redirects"
    NO_HTTP = "speaks no HTTP"
    ENDLESS = "endless body"
    RESETS = "resets in the middle of the body"
    POISONED = "OCPI 2001 for objects whose id begins with POISON"
    SLOW = "answers after a moment"


ZOO = (
    Manner.BLACK_HOLE,
    Manner.REFUSES,
    Manner.TRICKLES,
    Manner.FAILS,
    Manner.BUSY,
    Manner.REDIRECTS,
    Manner.NO_HTTP,
    Manner.ENDLESS,
    Manner.RESETS,
)


class FastPartner:
    """One platform with one party; use it as `async with`. What it takes goes to `arrived`."""

    def __init__(self, party: Party, role: str, arrived: Callable[[Arrival], None] = lambda _: None) -> None:
        self.party = party
        self.role = role
        self.name = str(party)
        self.manner = Manner.GOOD
        self.slow_s = 0.05
        self.redirect = "302 Found", "http://127.0.0.1:1/elsewhere"
        """Status and Location of REDIRECTS."""
        self.taken = 0
        """Requests with a body."""
        self.connections: set[asyncio.BaseTransport] = set()
        self.port = 0
        self.public_port = 0
        """What the hub is told; another one than `port` when a proxy stands between them."""
        self.token = ""
        self.tasks = Tasks()
        self.arrived = arrived
        self.keys = Keys()
        """What the hub calls it with."""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.tasks.close()
        await self.shut()

    async def open(self) -> None:
        """Listen; after `shut` on the same port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.public_port = self.public_port or self.port

    async def shut(self) -> None:
        """Refuse connections, and end those that are open."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self.connections):
            cast(asyncio.Transport, transport).abort()

    async def behave(self, manner: Manner) -> None:
        """Change its manner."""
        if self.manner is Manner.REFUSES is not manner:
            await self.open()
        self.manner = manner
        if manner is Manner.REFUSES:
            await self.shut()

    async def register(self, hub: Wire, token_a: str) -> None:
        """POST credentials to the hub; raises RuntimeError when it refuses."""
        await self._exchange("POST", hub, token_a)

    async def renew(self, hub: Wire) -> None:
        """PUT credentials to the hub, with a new token for it; raises RuntimeError when it refuses."""
        self.keys.renew()
        await self._exchange("PUT", hub, self.token)
        self.keys.agreed()

    async def _exchange(self, method: str, hub: Wire, token: str) -> None:
        body = json.dumps(self._credentials()).encode()
        said = await hub.ask(method, "/ocpi/2.2.1/credentials", authorization(token), body, timeout_s=30)
        if said.ocpi_status != 1000:
            raise RuntimeError(f"{self.name}: {method} credentials: HTTP {said.http_status} {said.body!r}")
        self.token = orjson.loads(said.body)["data"]["token"]

    def _credentials(self) -> dict[str, Any]:
        identity = {
            "role": self.role,
            "party_id": self.party.party_id,
            "country_code": self.party.country_code,
            "business_details": {"name": self.name},
        }
        return {"token": self.keys.newest, "url": f"{self.base}/versions", "roles": [identity]}

    @property
    def base(self) -> str:
        """Where the hub reaches it."""
        return f"http://127.0.0.1:{self.public_port}"

    def headers(self, to: Party) -> dict[str, str]:
        """Of a call to the hub."""
        return authorization(self.token) | RoutingHeaders(to=to, sender=self.party).write()

    def answer(self, head: bytes, body: bytes) -> bytes:
        """The body of an answer; notes a push."""
        method, target, _ = head.split(b" ", 2)
        if method == b"GET":
            return self._configuration(target)
        if method == b"PUT" and target.endswith(b"/credentials"):
            return self._renewed(orjson.loads(body)["token"])
        self.taken += 1
        if target.endswith(b"/authorize"):
            return _AUTHORIZED
        if method == b"PUT" and b"/locations/" in target:
            value = orjson.loads(body)
            if self.manner is Manner.POISONED and value["id"].startswith("POISON"):
                return _OK.replace(b"1000", b"2001")
            if delivery_id := header(head, _DELIVERY):  # what is directed to this partner has none
                self.arrived(Arrival(self.name, value["id"], int(value["name"]), delivery_id, hash(body)))
        return _OK

    def _renewed(self, token: str) -> bytes:
        """The hub renews both tokens."""
        self.token = token
        self.keys.renew()
        self.keys.agreed()
        return _enveloped(self._credentials())

    def _configuration(self, target: bytes) -> bytes:
        if target == b"/versions":
            return _enveloped([{"version": "2.2.1", "url": f"{self.base}/2.2.1"}])
        offered: list[dict[str, str]] = [
            {"identifier": "credentials", "role": "SENDER", "url": f"{self.base}/2.2.1/credentials"}
        ]
        if self.role == "EMSP":
            offered.append({"identifier": "tokens", "role": "SENDER", "url": f"{self.base}/2.2.1/tokens"})
        modules = ("locations", "tariffs", "sessions", "cdrs") if self.role == "EMSP" else ("tokens", "commands")
        offered += [{"identifier": one, "role": "RECEIVER", "url": f"{self.base}/2.2.1/{one}"} for one in modules]
        return _enveloped({"version": "2.2.1", "endpoints": offered})


class _Connection(asyncio.Protocol):
    """One connection of the hub to a partner."""

    def __init__(self, partner: FastPartner) -> None:
        self._partner = partner
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by type
        self._partner.connections.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        self._partner.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = length_of(head)
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            self._treat(head, body)

    def _treat(self, head: bytes, body: bytes) -> None:
        partner = self._partner
        if not partner.keys.let_in(header(head, _AUTHORIZATION)):
            self._transport.write(_http(b"", b"401 Unauthorized"))
            return
        match partner.manner:
            case Manner.BLACK_HOLE | Manner.REFUSES:
                return
            case Manner.GOOD | Manner.POISONED:
                self._transport.write(_http(partner.answer(head, body)))
            case Manner.SLOW:
                partner.tasks.spawn(self._later(head, body), "slow partner")
            case Manner.TRICKLES:
                partner.tasks.spawn(self._trickle(), "trickle")
            case Manner.ENDLESS:
                partner.tasks.spawn(self._endless(), "endless")
            case Manner.REDIRECTS:
                status, elsewhere = (part.encode() for part in partner.redirect)
                self._transport.write(_http(b"", status, b"Location: " + elsewhere + b"\r\n"))
            case Manner.RESETS:
                self._transport.write(_http(_OK)[:-10])
                self._transport.abort()
            case _:
                self._transport.write(_SAID[partner.manner])

    async def _later(self, head: bytes, body: bytes) -> None:
        answer = _http(self._partner.answer(head, body))
        await asyncio.sleep(self._partner.slow_s)
        if not self._transport.is_closing():
            self._transport.write(answer)

    async def _trickle(self) -> None:
        for byte in _http(_OK):
            if self._transport.is_closing():
                return
            self._transport.write(bytes([byte]))
            await asyncio.sleep(1)

    async def _endless(self) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        while not self._transport.is_closing():
            self._transport.write(piece)
            await asyncio.sleep(0.005)


def _enveloped(data: Any) -> bytes:
    return orjson.dumps({"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data})


def _http(body: bytes, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    return (
        b"HTTP/1.1 "
        + status
        + b"\r\nContent-Type: application/json\r\n"
        + more
        + b"Content-Length: "
        + str(len(body)).encode()
        + b"\r\n\r\n"
        + body
    )


_SAID = {
    Manner.FAILS: _http(_OK.replace(b"1000", b"3000"), b"500 Oops"),
    Manner.BUSY: _http(b"", b"429 Busy", b"Retry-After: 1\r\n"),
    Manner.NO_HTTP: b"\x16\x03\x01 this is not the protocol that you are looking for\r\n\r\n",
}
