"""What an app says, read strictly: each refusal names the parameter; the driver's token is in no address and in no log."""

import asyncio
import difflib
from typing import Any, get_origin

import orjson
from aiohttp import web
from pydantic import ValidationError

from hub.apps.api.errors import BadParameter, BodyTooSlow, TooLarge
from hub.apps.api.sight import Words
from hub.apps.api.table import Asked, AskedT
from hub.store.protocols import ObjectKey, ObjectStore
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party
from modules.shared import TokenType

DRIVER_TOKEN = "Driver-Token"  # noqa: S105 (a header's name)
"""`RFID/012345678`: type and uid of a Token that the eMSP published; in the body of a POST it is `driver_token`."""
BODY_LIMIT_BYTES = 128 * 1024
_IN_BODY = "driver_token"
_TOKEN_MAX = 80


def read_query(request: web.Request, asks: type[AskedT]) -> AskedT:
    """The query of a GET."""
    many = {name for name, field in asks.model_fields.items() if get_origin(field.annotation) is tuple}
    values: dict[str, Any] = {}
    for name in request.query:
        given = request.query.getall(name)
        if name in asks.model_fields and name not in many and len(given) > 1:
            raise BadParameter(f"{name} is given {len(given)} times, and can be said once", name)
        values[name] = given if name in many else given[0]
    return _valid(asks, values)


async def read_body(request: web.Request, asks: type[AskedT], timeout_s: float) -> tuple[AskedT, str]:
    """The body of a POST, and the driver's token in it or in the header."""
    if request.query_string:
        raise BadParameter("a POST says everything in its body", next(iter(request.query), ""))
    try:
        async with asyncio.timeout(timeout_s):
            body = await _whole_body(request)
    except TimeoutError:
        raise BodyTooSlow(f"the body did not arrive within {timeout_s:g} s") from None
    try:
        value = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        raise BadParameter("the body is not JSON", "body") from None
    if not isinstance(value, dict):
        raise BadParameter("the body is not a JSON object", "body")
    token = value.pop(_IN_BODY, None)
    if token is not None and not isinstance(token, str):
        raise BadParameter(f"{_IN_BODY} is a text such as RFID/012345678", _IN_BODY)
    return _valid(asks, value), str(token or request.headers.get(DRIVER_TOKEN, ""))


async def driver_token(objects: ObjectStore, emsp: Party, written: str) -> Words:
    """The Token of this eMSP; raises BadParameter, which quotes nothing of it. Source: OCPI 2.2.1, mod_tokens, Token."""
    kind, _, uid = written.partition("/")
    if kind not in TokenType.__members__ or not uid or len(written) > _TOKEN_MAX or not written.isprintable():
        kinds = ", ".join(TokenType.__members__)
        raise BadParameter(f"{DRIVER_TOKEN} is TYPE/UID, with one of {kinds}", DRIVER_TOKEN)
    key = ObjectKey(module=ModuleId("tokens"), owner=emsp, object_id=fold(written))
    found = await objects.get(key)
    token: Words | None = None if found is None or found.withdrawn else orjson.loads(found.body)
    if token is None or token.get("valid") is not True:
        raise BadParameter(f"{emsp} published no valid token of this type and uid to the hub", DRIVER_TOKEN)
    return token


async def _whole_body(request: web.Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > BODY_LIMIT_BYTES:
                raise TooLarge(
                    f"a body has at most {BODY_LIMIT_BYTES} bytes: draw the route (along) with fewer points", "along"
                )
    except (web.RequestPayloadError, ValueError):
        raise BadParameter("the body's transfer or content coding is broken", "body") from None
    return bytes(body)


def _valid(asks: type[AskedT], values: dict[str, Any]) -> AskedT:
    try:
        return asks.model_validate(values)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(fault["loc"][0]) if fault["loc"] else "body"
        if fault["type"] == "extra_forbidden":
            raise _unknown(name[:60], asks) from None
        if fault["type"] == "missing":
            raise BadParameter(f"{name} is missing", name) from None
        raise BadParameter(f"{name}: {fault['msg']}", name) from None


def _unknown(name: str, asks: type[Asked]) -> BadParameter:
    close = difflib.get_close_matches(name, asks.model_fields, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(asks.model_fields)}"
    return BadParameter(
        f"there is no parameter {name!r}" if name.isprintable() else "there is no such parameter", name, hint
    )
