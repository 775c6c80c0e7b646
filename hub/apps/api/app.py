"""The aiohttp sub-application: who may come in, one shape for every refusal, ETag, gzip, and the rate an app has left."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from aiohttp import web
from aiohttp.web_response import ContentCoding

from hub.apps.access import TooOften
from hub.apps.access import Unauthenticated as Refused
from hub.apps.api import changes, clusters, locations, quotes, reading, stream
from hub.apps.api.errors import (
    AppError,
    Broken,
    MethodNotAllowed,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from hub.apps.api.office import AppOffice
from hub.apps.api.sight import LOCATIONS, TARIFFS, Eyes, owners_for
from hub.apps.api.table import SERVER, AppCall, AppRoute, Found
from hub.clock import now_utc
from hub.store.app_access import App
from hub.store.protocols import StoreUnavailable

PREFIX = "/apps/v1"
ROUTES: tuple[AppRoute[Any], ...] = (
    *locations.ROUTES,
    *clusters.ROUTES,
    *quotes.ROUTES,
    *changes.ROUTES,
    *stream.ROUTES,
)
"""Every route, for the server and for the OpenAPI document."""

_GZIP_FROM_BYTES = 1024
_BUILDING_AGAIN_S = 5
_APP = web.RequestKey("app", App)
_HEADERS = {
    "Server": SERVER,
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Vary": f"Authorization, Accept-Encoding, {reading.DRIVER_TOKEN}",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def apps_app(office: AppOffice) -> web.Application:
    """The application to mount under PREFIX."""
    app = web.Application(middlewares=[_answer_errors, _admit(office), _answer_errors])
    for row in ROUTES:
        app.router.add_route(row.method, row.path, _handler(office, row))
    return app


def _handler(office: AppOffice, row: AppRoute[Any]) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        if not office.feed.ready.is_set():
            raise Unavailable("the index of charging points is being built", _BUILDING_AGAIN_S)
        if row.method == "GET":
            asked = reading.read_query(request, row.asks)
            token_word = request.headers.get(reading.DRIVER_TOKEN, "")
        else:
            asked, token_word = await reading.read_body(request, row.asks, office.settings.read_timeout_s)
        app = request[_APP]
        call = AppCall(office, app, await _eyes(office, app, token_word), dict(request.match_info), asked, now_utc())
        if row.stream is not None:
            return await row.stream(call, request)
        assert row.act is not None  # a row has one of the two
        return _answer(request, await row.act(call), office)

    return handle


async def _eyes(office: AppOffice, app: App, token_word: str) -> Eyes:
    directory = office.directory()
    return Eyes(
        owners=owners_for(app.emsp, LOCATIONS, office.catalog, directory),
        tariff_owners=owners_for(app.emsp, TARIFFS, office.catalog, directory),
        token=await reading.driver_token(office.objects, app.emsp, token_word) if token_word else None,
    )


def _answer(request: web.Request, found: Found, office: AppOffice) -> web.Response:
    headers = dict(_HEADERS)
    if request.method == "GET":
        headers["ETag"] = f'W/"{found.state.hex()}"'
        if found.next:
            page = request.rel_url.update_query(cursor=found.next)
            headers["Link"] = f'<{office.settings.public_url.rstrip("/")}{page}>; rel="next"'
        if _knows(request.headers.getall("If-None-Match", []), found.state.hex()):
            return web.Response(status=304, headers=headers)
    return _json(request, found.json, 200, headers, found.media_type)


def _knows(if_none_match: list[str], state: str) -> bool:
    """By weak comparison. Source: RFC 9110, 13.1.2."""
    tags = [tag.strip().removeprefix("W/").strip('"') for value in if_none_match for tag in value.split(",")]
    return state in tags or "*" in tags


def _json(
    request: web.Request, value: Any, http_status: int, headers: dict[str, str], media_type: str = "application/json"
) -> web.Response:
    body = orjson.dumps(value, option=orjson.OPT_UTC_Z)
    response = web.Response(status=http_status, body=body, content_type=media_type, headers=headers)
    if len(body) >= _GZIP_FROM_BYTES and _takes_gzip(request.headers.getall("Accept-Encoding", [])):
        response.enable_compression(ContentCoding.gzip)
    return response


def _takes_gzip(accept_encoding: list[str]) -> bool:
    """Source: RFC 9110, 12.5.3."""
    weights: dict[str, str] = {}
    for part in ",".join(accept_encoding).split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip().lower()] = parameter.replace(" ", "").lower().removeprefix("q=")
    weight = weights.get("gzip", weights.get("x-gzip"))
    return weight is not None and weight.strip("0.") != "" if weight else weight == ""


def _admit(office: AppOffice) -> Any:
    access = office.access

    @web.middleware
    async def admit(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            app = request[_APP] = access.admit(request.headers.getall("Authorization", []))
        except Refused as refused:
            raise Unauthenticated(
                str(refused), "Authorization", "an operator of the hub makes one: hubctl apps create"
            ) from None
        except TooOften as often:
            raise TooMany(str(often), often.retry_after_s) from None
        response = await handler(request)
        if not response.prepared:
            left = access.left(app.app_id)
            response.headers["RateLimit-Policy"] = f'"app";q={access.burst};w={math.ceil(access.burst / access.per_s)}'
            again_s = math.ceil((access.burst - left) / access.per_s)
            response.headers["RateLimit"] = f'"app";r={left};t={again_s}'
        return response

    return admit


@web.middleware
async def _answer_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except AppError as refused:
        return _refusal(request, refused)
    except web.HTTPNotFound:
        return _refusal(request, NotFound("the apps' API has no such path", code="no_such_path"))
    except web.HTTPMethodNotAllowed as error:
        return _refusal(request, MethodNotAllowed(request.method, error.headers["Allow"]))
    except StoreUnavailable:
        return _refusal(request, Unavailable("the database does not answer"))
    except (web.HTTPException, ConnectionError, asyncio.CancelledError):
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: the app gets the error's shape, the log the traceback
        structlog.get_logger().error("apps_failed", method=request.method, path=request.path, exc_info=error)
        return _refusal(request, Broken("the hub failed; its log says why"))


def _refusal(request: web.Request, refused: AppError) -> web.Response:
    return _json(
        request, refused.body(), refused.http_status, _HEADERS | {"Cache-Control": "no-store"} | dict(refused.headers)
    )
