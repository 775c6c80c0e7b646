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
    apps,
    audit,
    bearer,
    cdrs,
    certificates,
    clearing,
    deliveries,
    events,
    evses,
    keys,
    live,
    matrix,
    metrics,
    money,
    parties,
    partners,
    routes,
    session,
    status,
    subjects,
    traffic,
    verification,
)
from hub.admin.auditing import READS, audited
from hub.admin.errors import (
    AdminError,
    BadRequest,
    BodyTooSlow,
    Broken,
    MethodNotAllowed,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unknown,
)
from hub.admin.refusing import as_refusal
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json
from hub.bearer import BearerRefused
from hub.clock import monotonic_s
from hub.limits import client_address, read_networks, source
from hub.secrets import Secrets

PREFIX = "/admin/v1"
BODY_LIMIT_BYTES = 64 * 1024
ROUTES: tuple[AdminRoute[Any], ...] = (
    *partners.ROUTES,
    *certificates.ROUTES,
    *verification.ROUTES,
    *parties.ROUTES,
    *routes.ROUTES,
    *apps.ROUTES,
    *traffic.ROUTES,
    *deliveries.ROUTES,
    *cdrs.ROUTES,
    *clearing.ROUTES,
    *money.ROUTES,
    *status.ROUTES,
    *matrix.ROUTES,
    *evses.ROUTES,
    *live.ROUTES,
    *metrics.ROUTES,
    *audit.ROUTES,
    *keys.ROUTES,
    *subjects.ROUTES,
)
"""Every route, for the server and for the OpenAPI document."""

_IN_QUERY = {"GET", "DELETE"}
_SUBJECT = web.RequestKey("subject", str)
_REMOTE = web.RequestKey("remote", str)
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def admin_app(office: AdminServices) -> web.Application:
    """The application to mount under PREFIX."""
    app = web.Application(middlewares=[_answer_errors, _admit(office), _log_writes, _answer_errors])
    stopping = asyncio.Event()

    async def stop(_: web.Application) -> None:
        stopping.set()

    app.on_shutdown.append(stop)
    for row in ROUTES:
        app.router.add_route(row.method, row.path, _handler(office, row, stopping))
    return app


def _handler(office: AdminServices, row: AdminRoute[Any], stopping: asyncio.Event) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if row.method in _IN_QUERY:
            asked = _read_query(request, row.asks)
        else:
            asked = await _read_body(request, row.asks, office.settings.read_timeout_s)
        call = AdminCall(office, request[_SUBJECT], dict(request.match_info), asked)
        async with audited(call, row, request[_REMOTE]):
            done = await row.act(call)
            if row.streams and row.text == events.KIND:
                return await events.send(request, cast("AsyncGenerator[events.Frame, None]", done), stopping)
            if row.streams:
                return await _stream(request, done)
        if row.text:
            return web.Response(text=str(done), headers={**_HEADERS, "Content-Type": row.text})
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


async def _read_body(request: web.Request, asks: type[Asked], timeout_s: float) -> Asked:
    try:
        async with asyncio.timeout(timeout_s):
            body = await _whole_body(request)
    except TimeoutError:
        raise BodyTooSlow(f"the body did not arrive within {timeout_s:g} s") from None
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


def _admit(office: AdminServices) -> Any:
    trusted = read_networks(office.settings.trusted_proxies)

    @web.middleware
    async def admit(request: web.Request, handler: _Handler) -> web.StreamResponse:
        remote = request[_REMOTE] = client_address(
            request.remote or "", request.headers.getall("X-Forwarded-For", ()), trusted
        )
        values = request.headers.getall("Authorization", [])
        if not values and request.method in READS and (cookie := request.cookies.get(session.COOKIE)):
            request[_SUBJECT] = _by_cookie(office.secrets, cookie)
            return await handler(request)
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        if scheme.lower() != "bearer" or not token.strip():
            raise refused_stranger(office, remote, "this needs an admin token: Authorization: Bearer")
        try:
            request[_SUBJECT] = _check(office.secrets, token.strip())
        except BearerRefused as refused:
            raise refused_stranger(office, remote, str(refused)) from None
        return await handler(request)

    return admit


def _by_cookie(secrets: Secrets, cookie: str) -> str:
    try:
        return session.check(secrets.admin_keys, cookie)
    except BearerRefused:
        raise Unauthenticated("the session of this page has ended: sign in again", "hubctl admin token") from None


def _check(secrets: Secrets, token: str) -> str:
    """The subject, by any of the accepted keys; the newest may be in the key file alone."""
    try:
        subject, _ = bearer.check(secrets.admin_keys, token)
    except BearerRefused:
        if not secrets.refresh():
            raise
        subject, _ = bearer.check(secrets.admin_keys, token)
    return subject


def refused_stranger(office: AdminServices, remote: str, said: str) -> AdminError:
    """The refusal of who has no good token; after many of them, that there were too many."""
    wait_s = office.failures.take(source(remote), monotonic_s())
    return TooMany(wait_s) if wait_s else Unauthenticated(said, "hubctl admin token --subject NAME")


@web.middleware
async def _log_writes(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """One log line for every write, whatever came of it: who, what, on what, with which outcome (0: not answered)."""
    if request.method in READS:
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
            remote=request[_REMOTE],
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
