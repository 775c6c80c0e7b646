"""The operators' listener: the admin API, the operations page beside it, and how a browser signs in to that."""

import asyncio
from pathlib import Path

import orjson
import structlog
from aiohttp import web

from hub.admin import session
from hub.admin.app import PREFIX, admin_app, refused_stranger
from hub.admin.services import AdminServices
from hub.bearer import BearerRefused
from hub.clock import now_utc
from hub.limits import client_address, read_networks
from hub.static.files import POLICY, SHARED, VENDOR, Files

PAGE = Path(__file__).parent / "page"
_SIGN_IN_BYTES_MAX = 4096


def admin_front(office: AdminServices) -> web.Application:
    """The application that listens at admin_host and admin_port."""
    app = web.Application(client_max_size=_SIGN_IN_BYTES_MAX)
    app.on_response_prepare.append(_keep_out_of_frames)
    secrets, trusted = office.secrets, read_networks(office.settings.trusted_proxies)

    async def sign_in(request: web.Request) -> web.Response:
        if session.from_elsewhere(request):
            return _refused(403, "a page of another origin may not sign in here")
        try:
            async with asyncio.timeout(office.settings.read_timeout_s):
                body = await request.read()
            token = str(orjson.loads(body)["token"]).strip()
            made, ends_at = session.mint(secrets.admin_keys, token, now_utc())
        except TimeoutError:
            return _refused(408, "the body did not arrive in time")
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return _refused(400, 'the body is {"token": "…"}')
        except BearerRefused as refused:
            remote = client_address(request.remote or "", request.headers.getall("X-Forwarded-For", ()), trusted)
            error = refused_stranger(office, remote, str(refused))
            return web.json_response(error.body(), status=error.http_status, headers=error.headers)
        structlog.get_logger().info(
            "page_sign_in", subject=session.check(secrets.admin_keys, made), remote=request.remote
        )
        response = web.json_response({"ends_at": ends_at.isoformat()})
        session.set_cookie(response, request, made, ends_at, PREFIX)
        return response

    async def sign_out(request: web.Request) -> web.Response:
        if session.from_elsewhere(request):
            return _refused(403, "a page of another origin may not sign out here")
        response = web.json_response({})
        response.del_cookie(session.COOKIE, path=PREFIX)
        return response

    app.router.add_post("/session", sign_in)
    app.router.add_delete("/session", sign_out)
    app.add_subapp(PREFIX, admin_app(office))
    Files(VENDOR, SHARED, PAGE).mount(app, "")
    return app


async def _keep_out_of_frames(_: web.Request, response: web.StreamResponse) -> None:
    """Of every answer, the API's too: nobody frames it, nobody guesses its type."""
    for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Resource-Policy"):
        response.headers.setdefault(name, POLICY[name])


def _refused(http_status: int, message: str) -> web.Response:
    error = {"code": "sign_in_refused", "message": message, "hint": "hubctl admin token --subject NAME"}
    return web.json_response({"error": error}, status=http_status)
