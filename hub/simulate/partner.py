"""A scripted partner: an HTTP server that records, fails and answers on demand, and a client that calls as OCPI asks.

Use it as `async with Partner() as partner:`. The server listens on `partner.url`; the client side is `partner.call`.
What the partner answers is scripted with `partner.answer`; everything else is a 404. `hub.simulate.platform` adds
versions and credentials, `hub.simulate.cpo` and `hub.simulate.emsp` the modules.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, web
from yarl import URL

from hub.clock import now_utc
from hub.simulate.defects import Defect
from hub.simulate.faults import Fault, FaultSwitch
from hub.simulate.messages import Answer, Received, Reply, refused, write_json
from hub.wire.credentials_token import write_authorization
from hub.wire.headers import CORRELATION_ID, REQUEST_ID, MessageIds, RoutingHeaders
from hub.wire.paging import read_query
from hub.wire.party import Party

MAX_BODY_BYTES = 16 * 1024 * 1024
Responder = Callable[[Received], Reply | Awaitable[Reply | None] | None]
"""Makes the reply to a request; None means: answer as if nothing was scripted."""


class Partner:
    """One HTTP server and client, separate from the hub.

    `requests` holds the newest `keep` requests in order of arrival, `received_count` how many there ever were.
    `outgoing_token` is sent with every call, in Base64 unless `raw_token` is set (many 2.2 platforms do not encode it).
    `defect` is what it does wrong on purpose, for the contract suite to find.
    `control` answers `/control/…`, unrecorded and untouched by faults.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str | None = None,
        keep: int = 10_000,
        timeout_s: float = 30.0,
    ) -> None:
        self.host = host
        self.port = port
        self._public_url = public_url
        self.requests: deque[Received] = deque(maxlen=keep)
        self.received_count = 0
        self.outgoing_token: str | None = None
        self.raw_token = False
        self.faults = FaultSwitch()
        self.defect: Defect | None = None
        self.control: Callable[[web.Request], Awaitable[web.Response]] | None = None
        self._timeout = ClientTimeout(total=timeout_s)
        self._scripted: list[tuple[str, str, Responder]] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    @property
    def url(self) -> str:
        """Where others reach the server, without a trailing slash."""
        return self._public_url or f"http://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after `stop` this reopens the same port with everything that the partner remembers."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = ClientSession(timeout=self._timeout)

    async def stop(self) -> None:
        """Close the port and every connection; new ones are refused until `start`."""
        self.faults.set(Fault.NONE)
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def answer(self, method: str, path_prefix: str, reply: Reply | Responder) -> None:
        """Answer requests of `method` whose path starts with `path_prefix` with `reply`; the newest script wins.

        `reply` is a Reply, or a function of the request that returns one (or None: as if nothing was scripted).
        """
        responder: Responder = (lambda _: reply) if isinstance(reply, Reply) else reply
        self._scripted.insert(0, (method, path_prefix, responder))

    def fail(self, fault: Fault, *, slow_s: float = 5.0) -> None:
        """Switch the way in which this partner fails; `Fault.NONE` heals it and releases what `slow` holds."""
        self.faults.slow_s = slow_s
        self.faults.set(fault)

    async def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        to: Party | None = None,
        from_: Party | None = None,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Send one request and return what came back; redirects are not followed.

        `body` goes out as it is when it is bytes, else as JSON with exact Decimals. Ids are fresh, routing headers are
        sent as far as `to` and `from_` are given; `headers` wins over all of these. `token` replaces `outgoing_token`.
        """
        sent = self._headers(to, from_, token or self.outgoing_token)
        if self.defect is not None and self.defect.calling is not None:
            sent = self.defect.calling(self, sent)
        payload = body if isinstance(body, bytes) or body is None else write_json(body)
        if payload is not None:
            sent["Content-Type"] = "application/json"
        if self._session is None:
            raise RuntimeError("the partner is not started: use it with `async with`")
        async with self._session.request(
            method, URL(url, encoded=True), data=payload, headers=sent | dict(headers or {}), allow_redirects=False
        ) as response:
            return Answer(status=response.status, headers=response.headers, body=await response.read())

    async def wait_for(self, matches: Callable[[Received], bool], *, timeout_s: float = 10.0) -> Received:
        """Return the first recorded request that `matches`, waiting for it if need be; raises TimeoutError."""
        looked_at, found = 0, list[Received]()

        def look_at_new_ones() -> bool:
            nonlocal looked_at
            fresh = list(islice(reversed(self.requests), self.received_count - looked_at))
            looked_at = self.received_count
            found.extend(received for received in reversed(fresh) if matches(received))
            return bool(found)

        await self.wait_until(look_at_new_ones, timeout_s=timeout_s)
        return found[0]

    async def wait_until(self, holds: Callable[[], bool], *, timeout_s: float = 10.0) -> None:
        """Wait until `holds()`, asked after each request came in and after each was handled; raises TimeoutError."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(holds)

    async def admit(self, received: Received) -> Reply | None:  # noqa: ARG002 - subclasses look at the request
        """Refuse a request before anything else looks at it; None lets it in."""
        return None

    async def handle(self, received: Received) -> Reply:
        """Answer a request that no script answers."""
        return refused(2000, f"nothing at {received.path}", status=404)

    def answer_headers(self, received: Received) -> dict[str, str]:
        """What every answer has: ids repeated, routing headers swapped. Source: OCPI 2.2.1, transport_and_format."""
        return ids_of(received) | RoutingHeaders(to=received.from_, sender=received.to).write()

    async def changed(self) -> None:
        """Wake everyone who waits for something about this partner."""
        async with self._changed:
            self._changed.notify_all()

    async def _serve(self, request: web.Request) -> web.Response:
        if self.control is not None and request.path.startswith("/control/"):
            return await self.control(request)
        received = Received(
            method=request.method,
            path=request.path,
            target=request.raw_path,
            query=read_query(request.rel_url.raw_query_string),
            headers=request.headers,
            header_names=tuple(name.decode("latin-1") for name, _ in request.raw_headers),
            body=await request.read(),
            received_at=now_utc(),
        )
        self.requests.append(received)
        self.received_count += 1
        await self.changed()
        reply = await self.faults.apply(request) or await self._answer_with_defect(received)
        await self.changed()
        added = {} if reply.bare else self.answer_headers(received)
        return web.Response(status=reply.status, body=reply.body, headers=added | dict(reply.headers))

    async def _answer_with_defect(self, received: Received) -> Reply:
        if self.defect is None or self.defect.answering is None:
            return await self._answer(received)
        return await self.defect.answering(self, received, self._answer)

    async def _answer(self, received: Received) -> Reply:
        if (refusal := await self.admit(received)) is not None:
            return refusal
        for method, path_prefix, responder in self._scripted:
            if received.method == method and received.path.startswith(path_prefix):
                made = responder(received)
                reply = await made if isinstance(made, Awaitable) else made
                if reply is not None:
                    return reply
        return await self.handle(received)

    def _headers(self, to: Party | None, from_: Party | None, token: str | None) -> dict[str, str]:
        ids = MessageIds(request_id=str(uuid.uuid4()), correlation_id=str(uuid.uuid4())).write()
        auth = {} if token is None else {"Authorization": write_authorization(token, encoded=not self.raw_token)}
        return ids | auth | RoutingHeaders(to=to, sender=from_).write()


def ids_of(received: Received) -> dict[str, str]:
    """The headers of an answer without routing."""
    ids = {name: received.headers[name] for name in (REQUEST_ID, CORRELATION_ID) if name in received.headers}
    return {"Content-Type": "application/json"} | ids
