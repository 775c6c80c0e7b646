"""The aiohttp sub-application: who may come in, one shape for every refusal, an audit line for every write."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, cast, get_origin
from urllib.parse import unquote

import orjson
import structlog
from aiohttp import web
from pydantic import ValidationError

from hub.admin import (
    bearer,
    deliveries,
    events,
    evses,
    live,
    matrix,
    parties,
    partners,
    routes,
    session,
    status,
    traffic,
    verification,
)
from hub.admin.errors import AdminError, BadRequest, Broken, MethodNotAllowed, TooLarge, Unauthenticated, Unknown
from hub.admin.refusing import as_refusal
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json

PREFIX = "/admin/v1"
BODY_LIMIT_BYTES = 64 * 1024
ROUTES: tuple[AdminRoute[Any], ...] = (
    *partners.ROUTES,
    *verification.ROUTES,
    *parties.ROUTES,
    *routes.ROUTES,
    *traffic.ROUTES,
    *deliveries.ROUTES,
    *status.ROUTES,
    *matrix.ROUTES,
    *evses.ROUTES,
    *live.ROUTES,
)
"""Every route, for the server and for the OpenAPI document."""

_READS = {"GET", "HEAD"}
_IN_QUERY = {"GET", "DELETE"}
_SUBJECT = web.RequestKey("subject", str)
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def admin_app(office: AdminServices) -> web.Application:
    """The application to mount under PREFIX."""
    admit = _admit(office.secrets.admin_key)
    app = web.Application(middlewares=[_answer_errors, admit, _audit, _answer_errors])
    stopping = asyncio.Event()

    async def stop(_: web.Application) -> None:
        stopping.set()

    app.on_shutdown.append(stop)
    for row in ROUTES:
        app.router.add_route(row.method, row.path, _handler(office, row, stopping))
    return app


def _handler(office: AdminServices, row: AdminRoute[Any], stopping: asyncio.Event) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        asked = _read_query(request, row.asks) if row.method in _IN_QUERY else await _read_body(request, row.asks)
        call = AdminCall(office, request[_SUBJECT], dict(request.match_info), asked)
        done = await row.act(call)
        if row.kind == events.KIND:
            return await events.send(request, cast("AsyncGenerator[events.Frame, None]", done), stopping)
        if row.streams:
            return await _stream(request, done)
        if row.kind == "text/html":
            return web.Response(text=str(done), content_type=row.kind, headers=_HEADERS | {"X-Frame-Options": "DENY"})
        return _json(done, row.http_status)

    return handle


async def _stream(request: web.Request, lines: AsyncIterator[Json]) -> web.StreamResponse:
    """A line of JSON each; who stops reading ends what makes them."""
    response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    async for line in lines:
        await response.write(orjson.dumps(line, option=orjson.OPT_UTC_Z) + b"\n")
    await response.write_eof()
    return response


def _read_query(request: web.Request, asks: type[Asked]) -> Asked:
    many = {name for name, field in asks.model_fields.items() if get_origin(field.annotation) in {tuple, frozenset}}
    query = request.query
    return _valid(asks, {name: query.getall(name) if name in many else query[name] for name in query})


async def _read_body(request: web.Request, asks: type[Asked]) -> Asked:
    body = await _whole_body(request)
    try:
        value = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise BadRequest("the body is not JSON") from None
    return _valid(asks, value)


async def _whole_body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise TooLarge(f"a body of the admin API has at most {BODY_LIMIT_BYTES} bytes")
    return bytes(body)


def _valid(asks: type[Asked], value: object) -> Asked:
    try:
        return asks.model_validate(value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'body'}: {fault['msg']}" for fault in faults
        )
        raise BadRequest(said[:1000]) from None


def _admit(key: bytes) -> Any:
    @web.middleware
    async def admit(request: web.Request, handler: _Handler) -> web.StreamResponse:
        values = request.headers.getall("Authorization", [])
        if not values and request.method in _READS and (cookie := request.cookies.get(session.COOKIE)):
            request[_SUBJECT] = _by_cookie(key, cookie)
            return await handler(request)
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(
                "this needs an admin token: Authorization: Bearer", "hubctl admin token --subject NAME"
            )
        try:
            request[_SUBJECT] = bearer.check(key, token.strip())
        except bearer.BearerRefused as refused:
            raise Unauthenticated(str(refused), "hubctl admin token --subject NAME") from None
        return await handler(request)

    return admit


def _by_cookie(key: bytes, cookie: str) -> str:
    try:
        return session.check(key, cookie)
    except bearer.BearerRefused:
        raise Unauthenticated("the session of this page has ended: sign in again", "hubctl admin token") from None


@web.middleware
async def _audit(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """One log line for every write, whatever came of it: who, what, on what, with which outcome (0: not answered)."""
    if request.method in _READS:
        return await handler(request)
    http_status = 0
    try:
        response = await handler(request)
        http_status = response.status
        return response
    finally:
        structlog.get_logger().info(
            "admin_write",
            subject=request[_SUBJECT],
            method=request.method,
            path=unquote(request.rel_url.raw_path.removeprefix(PREFIX)),
            query=dict(request.query),
            http_status=http_status,
            remote=request.remote,
        )


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return _refusal(Unknown(f"the admin API has no {request.path}", code="no_such_path"))
    except web.HTTPMethodNotAllowed as error:
        return _refusal(MethodNotAllowed(request.method, error.headers["Allow"]))
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: the caller gets the error's shape, the log the traceback
        refused = as_refusal(error)
        if refused is None:
            structlog.get_logger().error("admin_failed", method=request.method, path=request.path, exc_info=error)
            refused = Broken("the hub failed; its log says why")
        return _refusal(refused)


def _refusal(refused: AdminError) -> web.Response:
    response = _json(refused.body(), refused.http_status)
    response.headers.update(refused.headers)
    return response


def _json(value: Json, http_status: int) -> web.Response:
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    return web.Response(status=http_status, body=body, content_type="application/json", headers=_HEADERS)
