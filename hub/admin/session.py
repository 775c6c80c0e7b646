"""The session of the operations page: a cookie that an admin token buys, which reads and never writes.

The cookie is a token of another audience than an admin token, so neither opens what is the other's. It ends with the admin
token, at the latest after LONGEST. Every process with the same server key knows it; nothing is kept.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hub import bearer
from hub.admin import bearer as admin_bearer

COOKIE = "ocpi_hub_page"
AUDIENCE = "hub-admin-page"
LONGEST = timedelta(hours=12)
_PAGE = replace(admin_bearer.OPERATORS, name=AUDIENCE)


def mint(keys: Sequence[bytes], admin_token: str, now: datetime) -> tuple[str, datetime]:
    """A session for who has this admin token, and when it ends; the first of `keys` signs, all are accepted.

    Raises BearerRefused for a token that opens nothing.
    """
    subject, token_ends_at = admin_bearer.check(keys, admin_token)
    ends_at = min(now + LONGEST, token_ends_at)
    return bearer.write(keys[0], _PAGE, subject, now, ends_at), ends_at


def check(keys: Sequence[bytes], session: str) -> str:
    """The subject of a session; raises BearerRefused for what `mint` did not make or what has ended."""
    subject, _ = admin_bearer.check(keys, session, _PAGE)
    return subject


def set_cookie(response: web.StreamResponse, request: web.Request, session: str, ends_at: datetime, path: str) -> None:
    """Keep the session in the browser, out of scripts' reach, for requests from our own pages alone.

    On loopback it may travel in clear; from any other host it is Secure, so a browser keeps it only when there is TLS.
    """
    response.set_cookie(
        COOKIE,
        session,
        path=path,
        expires=ends_at.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        httponly=True,
        samesite="Strict",
        secure=request.secure or not _on_loopback(request),
    )


def from_elsewhere(request: web.Request) -> bool:
    """A browser says that a page of another origin asks."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    foreign: Any = origin is not None and origin.partition("://")[2] != request.host
    return bool(site not in {"same-origin", "none"} or foreign)


def _on_loopback(request: web.Request) -> bool:
    host = request.url.host or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
