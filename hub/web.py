"""aiohttp coming in: a request becomes an Inbound, a Reply becomes a response. One catch-all route for OCPI."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web

from hub.pipeline import Pipeline
from hub.wire.errors import BodyTooLarge, ClientError
from hub.wire.message import Inbound, Reply

_JSON = "application/json"
Body = TypeVar("Body", bytes, bytearray)
_PREFIX = "/ocpi"
_SERVER = "ocpi-hub"  # no versions of what runs here


def add_ocpi(app: web.Application, pipeline: Pipeline, read_timeout_s: float) -> None:
    """Serve everything under `/ocpi`."""

    async def handle(request: web.Request) -> web.Response:
        path, _, query = request.raw_path.partition("?")
        reply = await pipeline.handle(
            Inbound(
                method=request.method,
                path=path.removeprefix(_PREFIX),
                query=query,
                headers=request.headers,
                read_body=_reader(request, read_timeout_s),
                remote=request.remote or "",
            )
        )
        return write_response(reply)

    app.router.add_route("*", _PREFIX + "/{rest:.*}", handle)


def add_health(app: web.Application, ready: Callable[[], Awaitable[str]]) -> None:
    """Serve `/health`: 200 when `ready` says nothing, else 503 and what it says."""

    async def health(_: web.Request) -> web.Response:
        why_not = await ready()
        status = "not ready" if why_not else "ready"
        return web.json_response({"status": status, "reason": why_not or None}, status=503 if why_not else 200)

    app.router.add_get("/health", health)


def write_response(reply: Reply) -> web.Response:
    """A response with exactly the reply's headers and the type of its body."""
    headers = {**reply.headers, "Server": _SERVER}
    return web.Response(body=reply.body, status=reply.http_status, headers=headers, content_type=_JSON)


def _reader(request: web.Request, timeout_s: float) -> Callable[[int], Awaitable[bytes]]:
    async def read(limit_bytes: int) -> bytes:
        if not request.can_read_body:
            return b""
        if (request.content_length or 0) > limit_bytes:
            raise BodyTooLarge(f"the body is over the limit of {limit_bytes} bytes")
        if request.content.is_eof() and request.content.exception() is None:  # it came with the header
            return _within(request.content.read_nowait(-1), limit_bytes)
        try:
            async with asyncio.timeout(timeout_s):
                return await _read_at_most(request, limit_bytes)
        except TimeoutError:
            raise ClientError(f"the body did not arrive within {timeout_s:g} s", http_status=408) from None
        except web.HTTPException as broken:
            raise ClientError("the body's transfer or content coding is broken", http_status=broken.status) from None
        except (web.RequestPayloadError, ValueError):
            raise ClientError("the body's transfer or content coding is broken", http_status=400) from None

    return read


async def _read_at_most(request: web.Request, limit_bytes: int) -> bytes:
    body = bytearray()
    async for part in request.content.iter_any():
        body += part
        _within(body, limit_bytes)
    return bytes(body)


def _within(body: Body, limit_bytes: int) -> Body:
    if len(body) > limit_bytes:
        raise BodyTooLarge(f"the body is over the limit of {limit_bytes} bytes")
    return body
