"""The other side: a small OCPI server that the platform under test calls back (handshake, response_url, results).

It answers what OCPI asks of everyone, and records every call. A check may script an answer, and wait for a call.
"""

import asyncio
import base64
import binascii
import json
import os
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlsplit

import h11

from contracts import json_text
from contracts.clock import monotonic_s, new_name, new_token, now_utc, written
from contracts.outcomes import CheckFailed

BODY_MAX_BYTES = 256 * 1024
CALLS_MAX = 2_000
CALLS_MAX_BYTES = 8 * 1024 * 1024
"""Of all recorded calls: the oldest go first."""
_CONNECTIONS_MAX = 32
_READ_S = 15.0
_CHUNK = 64 * 1024
MODULES = ("cdrs", "chargingprofiles", "commands", "locations", "sessions", "tariffs", "tokens")


class CannotListen(Exception):
    """The counterpart's own address is taken, or not this machine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call of the platform; `path` is after the counterpart's own address."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float
    token: str = ""
    """The credentials token that it presents, decoded; empty when that is none of ours."""

    @property
    def json(self) -> Any:
        """The parsed body; None when it is no JSON."""
        try:
            return json_text.parse(self.body)
        except json_text.NoJson:
            return None

    @property
    def size(self) -> int:
        """Bytes that it takes to remember it."""
        return len(self.body) + len(self.path) + sum(len(name) + len(value) for name, value in self.headers.items())

    def value(self) -> dict[str, Any]:
        """What a check sees."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": dict(self.headers),
            "body": self.json,
            "text": self.body.decode(errors="replace")[:4096],
            "token": self.token,
        }


@dataclass(slots=True)
class Script:
    """What to answer to the next `times` calls that fit."""

    method: str
    path: str
    http: int
    body: bytes
    times: int


@dataclass(slots=True)
class Counterpart:
    """Use it as `async with Counterpart(…) as counterpart`. `public_url` is where the platform reaches `host:port`."""

    host: str = "127.0.0.1"
    port: int = 0
    public_url: str = ""
    roles: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    """What the platform may present."""
    any_token: bool = False
    """Take every token: the registration in use was made elsewhere, and only who made it knows the platform's token."""
    encodings: set[str] = field(default_factory=set)
    """How it wrote its Authorization header: `base64` or `raw`."""
    calls: deque[Called] = field(default_factory=deque)
    """Oldest first."""
    scripts: list[Script] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _prefix: str = field(default_factory=lambda: f"/contract-{new_name()}")
    _calls_bytes: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(self._serve, self.host, self.port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else error.strerror
            raise CannotListen(f"{self.host}:{self.port} cannot be listened on: {why}") from None
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    @property
    def url(self) -> str:
        """Where everything of it begins."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/") + self._prefix

    @property
    def versions_url(self) -> str:
        """What its credentials name."""
        return f"{self.url}/versions"

    def issue(self) -> str:
        """A new credentials token that opens it from now on."""
        token = new_token()
        self.tokens.add(token)
        return token

    def script(self, method: str, path: str, http: int, text: str, times: int) -> None:
        """Answer the next `times` calls of this method under this path so; what was scripted last counts first."""
        self.scripts.insert(0, Script(method=method, path=path, http=http, body=text.encode(), times=times))

    def since(self, began_s: float) -> list[dict[str, Any]]:
        """The calls that came from then on, as a check sees them."""
        return [one.value() for one in self.calls if one.at_s >= began_s]

    async def wait_for(self, fits: Callable[[Called], bool], within_s: float, what: str) -> Called:
        """The first recorded call that fits; raises CheckFailed when none comes in time."""
        deadline_s = monotonic_s() + within_s
        async with self._changed:
            while True:
                found = next((one for one in self.calls if fits(one)), None)
                if found is not None:
                    return found
                left_s = deadline_s - monotonic_s()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), max(left_s, 0.0))
                    continue
                raise CheckFailed(f"{what} within {within_s:g} s", "no such call came")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= _CONNECTIONS_MAX:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            await self._converse(reader, writer)
        except (h11.ProtocolError, TimeoutError, ConnectionError, ValueError):
            return  # what is no HTTP, or takes for ever, has said all that it can
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while True:
            async with asyncio.timeout(_READ_S):
                request, body = await _read(connection, reader)
            if request is None:
                return
            http, payload = await self._handle(request, body)
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(payload)))]
            headers += [
                (name.decode(), value.decode("latin-1"))
                for name, value in request.headers
                if name in {b"x-request-id", b"x-correlation-id"}
            ]
            for event in (
                h11.Response(status_code=http, headers=headers),
                h11.Data(data=payload),
                h11.EndOfMessage(),
            ):
                writer.write(connection.send(event) or b"")
            async with asyncio.timeout(_READ_S):
                await writer.drain()
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()

    async def _handle(self, request: h11.Request, body: bytes) -> tuple[int, bytes]:
        target = urlsplit(request.target.decode("latin-1"))
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers}
        if not target.path.startswith(self._prefix):
            return 404, _envelope(2000)
        called = Called(
            method=request.method.decode(),
            path=target.path.removeprefix(self._prefix),
            query=target.query,
            headers=headers,
            body=body,
            at_s=monotonic_s(),
            token=self._presented(headers.get("authorization", "")),
        )
        answer = self._scripted(called) or self._answer(called)
        async with self._changed:
            self._remember(called)
            self._changed.notify_all()
        return answer

    def _remember(self, called: Called) -> None:
        self.calls.append(called)
        self._calls_bytes += called.size
        while len(self.calls) > CALLS_MAX or self._calls_bytes > CALLS_MAX_BYTES:
            self._calls_bytes -= self.calls.popleft().size

    def _scripted(self, called: Called) -> tuple[int, bytes] | None:
        for script in self.scripts:
            if script.times > 0 and called.method == script.method and called.path.startswith(script.path):
                script.times -= 1
                return script.http, script.body
        return None

    def _answer(self, called: Called) -> tuple[int, bytes]:
        if not called.token:
            return 401, _envelope(2000)
        data: Any = None
        match called.path.strip("/").split("/"):
            case ["versions"]:
                data = [{"version": "2.2.1", "url": f"{self.url}/2.2.1"}]
            case ["2.2.1"]:
                data = {"version": "2.2.1", "endpoints": self._endpoints()}
            case ["2.2.1", "sender", _] if called.method == "GET":
                data = []
        return 200, _envelope(1000, data)

    def _endpoints(self) -> list[dict[str, str]]:
        listed = [("credentials", "SENDER", f"{self.url}/2.2.1/credentials")]
        listed += [
            (module, side, f"{self.url}/2.2.1/{side.lower()}/{module}")
            for module in MODULES
            for side in ("SENDER", "RECEIVER")
        ]
        return [{"identifier": module, "role": side, "url": url} for module, side, url in listed]

    def _presented(self, header: str) -> str:
        scheme, _, shown = header.strip().partition(" ")
        if scheme.lower() != "token":
            return ""
        forms = {"raw": shown.strip()}
        with suppress(binascii.Error, UnicodeDecodeError, ValueError):
            forms = {"base64": base64.b64decode(shown.strip(), validate=True).decode().rstrip("\r\n")} | forms
        for encoding, token in forms.items():
            if token in self.tokens:
                self.encodings.add(encoding)
                return token
        if self.any_token and shown.strip():
            self.encodings.add(next(iter(forms)))
            return forms["raw"]
        return ""


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request | None, bytes]:
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > BODY_MAX_BYTES:
                return None, b""
        elif isinstance(event, h11.EndOfMessage):
            return request, bytes(body)
        else:
            return None, b""


def _envelope(status_code: int, data: Any = None) -> bytes:
    said = {"status_code": status_code, "timestamp": written(now_utc())}
    return json.dumps(said if data is None else {"data": data, **said}).encode()
