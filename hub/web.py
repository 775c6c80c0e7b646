"""aiohttp coming in: pages, the apps' API, health, and OCPI on connections that began with one of these.

A connection that begins with `/ocpi` is read by hub.incoming, and comes here with its first request that is not.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import orjson
import structlog
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from hub.apps.api.app import PREFIX as APPS_PREFIX
from hub.apps.api.errors import BadParameter
from hub.incoming.connection import PREFIX, Connection, Listening, certificate_of, no_http
from hub.incoming.reading import LINE_TOO_LONG, NO_HTTP
from hub.incoming.request import BROKEN_BODY
from hub.incoming.writing import SERVER
from hub.limits import Network, client_address
from hub.pipeline import Pipeline
from hub.static.files import POLICY, SHARED, SWAGGER, VENDOR, Files
from hub.wire.errors import BodyTooLarge, ClientError
from hub.wire.message import Inbound, Reply

_JSON = "application/json"
MakeListening = Callable[[Callable[[], asyncio.Protocol]], Listening]
"""Given who takes over what is not OCPI."""
Body = TypeVar("Body", bytes, bytearray)
APPS_PAGE = Path(__file__).parent / "apps" / "page"


def add_ocpi(app: web.Application, pipeline: Pipeline, read_timeout_s: float, trusted: Sequence[Network] = ()) -> None:
    """Serve `/ocpi` and everything under it; `trusted` are the networks of proxies."""

    async def handle(request: web.Request) -> web.Response:
        path, _, query = request.raw_path.partition("?")
        reply = await pipeline.handle(
            Inbound(
                method=request.method,
                path=path.removeprefix(PREFIX),
                query=query,
                headers=request.headers,
                read_body=_reader(request, read_timeout_s),
                remote=client_address(request.remote or "", request.headers.getall("X-Forwarded-For", ()), trusted),
                certificate=certificate_of(request.transport),
            )
        )
        return write_response(reply)

    for path in (PREFIX, PREFIX + "/{rest:(?s:.*)}"):
        app.router.add_route("*", path, handle)


def hide_software(app: web.Application) -> None:
    """Have no answer tell which software of which version runs here, those of sub-applications included."""

    async def name_us(_: web.Request, response: web.StreamResponse) -> None:
        response.headers["Server"] = SERVER

    app.on_response_prepare.append(name_us)


def add_health(
    app: web.Application,
    *,
    healthy: Callable[[], Awaitable[str]],
    ready: Callable[[], Awaitable[str]],
    index: Callable[[], str],
) -> None:
    """Serve `/health` and `/ready`: 200 when the question is answered by nothing, else 503 and why not.

    What `index` says is a word beside that: messages pass whether or not apps are told the latest.
    """

    def serve(path: str, word: str, ask: Callable[[], Awaitable[str]]) -> None:
        async def answer(_: web.Request) -> web.Response:
            why_not = await ask()
            status = f"not {word}" if why_not else word
            said = {"status": status, "reason": why_not or None, "index": index() or "fresh"}
            return web.json_response(said, status=503 if why_not else 200, headers={"Cache-Control": "no-store"})

        app.router.add_get(path, answer)

    serve("/health", "healthy", healthy)
    serve("/ready", "ready", ready)


def add_keys(app: web.Application, keys: Callable[[], Awaitable[Mapping[str, object]]]) -> None:
    """Serve the public keys of signatures, for everyone."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(await keys(), headers={"Cache-Control": "max-age=60"})

    app.router.add_get("/.well-known/ocpi-hub-keys.json", answer)


def add_docs(app: web.Application, documents: Mapping[str, Callable[[], object]]) -> None:
    """Serve `/docs/`: the app developer's page, the API reference, and each OpenAPI document, made when first asked for."""
    made: dict[str, bytes] = {"index": orjson.dumps({"documents": list(documents)})}

    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in made:
            if name not in documents:
                raise web.HTTPNotFound(text="there is no such document\n", headers=POLICY)
            made[name] = await asyncio.to_thread(lambda: orjson.dumps(documents[name]()))
        response = web.Response(body=made[name], content_type=_JSON, headers={**POLICY, "Cache-Control": "no-cache"})
        response.enable_compression()
        return response

    async def forward(_: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/docs/")

    app.router.add_get("/docs", forward)
    app.router.add_get("/docs/openapi/{name:[a-z]+}.json", answer)
    Files(VENDOR, SWAGGER, SHARED, APPS_PAGE).mount(app, "/docs")


class _Connection(web.RequestHandler):
    """One connection of a client.

    What is no HTTP is refused in an envelope and quoted nowhere, for it may hold a token. A header that has begun to arrive and
    is not there in time ends the connection, however its bytes trickle.
    """

    __slots__ = ("_header_due", "_header_timeout_s")

    def __init__(self, manager: web.Server, header_timeout_s: float, **options: Any) -> None:
        super().__init__(manager, **options)
        self._header_timeout_s = header_timeout_s
        self._header_due: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """Watch over a header that did not come in one piece."""
        super().data_received(data)
        waiting = self._waiter is not None and not self._waiter.done()
        if not waiting:
            self._forget_header()
        elif self._header_due is None and not self._force_close:
            self._header_due = asyncio.get_running_loop().call_later(self._header_timeout_s, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nothing is due any more."""
        self._forget_header()
        super().connection_lost(exc)

    def _forget_header(self) -> None:
        if self._header_due is not None:
            self._header_due.cancel()
            self._header_due = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer and close the connection; `exc` and `message` quote a broken request, so neither is shown."""
        if status >= 500:
            return super().handle_error(request, status, exc, message)
        structlog.get_logger().info(
            "request_broken", remote=request.remote, http_status=status, reason=type(exc).__name__
        )
        response = write_response(_line_too_long(status) if isinstance(exc, LineTooLong) else no_http(status, NO_HTTP))
        response.force_close()
        return response


def _line_too_long(http_status: int) -> Reply:
    """For a partner and for an app: nobody can tell which it is."""
    where = f"{APPS_PREFIX}/locations"
    said = f"{LINE_TOO_LONG}: a long route (along) goes into the body of POST {where}"
    refused = {"error": BadParameter(said, "along", code="line_too_long").body()["error"]}
    broken = no_http(http_status, said)
    return broken._replace(body=broken.body[:-1] + b"," + orjson.dumps(refused)[1:])


class _Server(web.Server):
    """Makes connections of ours for an application's server."""

    def __init__(
        self, made: web.Server, ocpi: MakeListening | None, header_timeout_s: float, options: dict[str, Any]
    ) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._header_timeout_s = header_timeout_s
        self._options = options
        self._listening = ocpi(self._handler) if ocpi else None

    def __call__(self) -> web.RequestHandler:
        if self._listening is None:
            return self._handler()
        return cast(web.RequestHandler, Connection(self._listening))  # all that is asked of it is asyncio's protocol

    def pre_shutdown(self) -> None:
        """End every connection once what is under way is answered."""
        super().pre_shutdown()
        for one in self._ours():
            one.close()

    async def shutdown(self, timeout: float | None = None) -> None:
        """Wait for what is under way, for so long."""
        await asyncio.gather(super().shutdown(timeout), *(one.shut(timeout) for one in self._ours()))

    def _handler(self) -> web.RequestHandler:
        return _Connection(self, self._header_timeout_s, loop=asyncio.get_running_loop(), **self._options)

    def _ours(self) -> list[Connection]:
        return list(self._listening.connections) if self._listening else []


class Runner(web.AppRunner):
    """An AppRunner whose connections are ours."""

    def __init__(
        self, app: web.Application, *, header_timeout_s: float, ocpi: MakeListening | None = None, **options: Any
    ) -> None:
        """`ocpi`: how hub.incoming deals with connections that begin with OCPI; without, all are the application's."""
        super().__init__(app, **options)
        self._header_timeout_s = header_timeout_s
        self._ocpi = ocpi

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._ocpi, self._header_timeout_s, self._kwargs)


def write_response(reply: Reply) -> web.Response:
    """A response with exactly the reply's headers and the type of its body."""
    headers = {**reply.headers, "Server": SERVER}
    return web.Response(body=reply.body, status=reply.http_status, headers=headers, content_type=_JSON)


def _reader(request: web.Request, timeout_s: float) -> Callable[[int], Awaitable[bytes]]:
    async def read(limit_bytes: int) -> bytes:
        if not request.can_read_body:
            return b""
        if (request.content_length or 0) > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        if request.content.is_eof() and request.content.exception() is None:  # it came with the header
            return _within(request.content.read_nowait(-1), limit_bytes)
        try:
            async with asyncio.timeout(timeout_s):
                return await _read_at_most(request, limit_bytes)
        except TimeoutError:
            raise ClientError(f"the body did not arrive within {timeout_s:g} s", http_status=408) from None
        except web.HTTPException as broken:
            raise ClientError(BROKEN_BODY, http_status=broken.status) from None
        except (web.RequestPayloadError, ValueError):
            raise ClientError(BROKEN_BODY, http_status=400) from None

    return read


async def _read_at_most(request: web.Request, limit_bytes: int) -> bytes:
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        _within(body, limit_bytes)
    return bytes(body)


def _within(body: Body, limit_bytes: int) -> Body:
    if len(body) > limit_bytes:
        raise BodyTooLarge(limit_bytes)
    return body
