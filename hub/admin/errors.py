"""Refusals of the admin API: one class for each kind, `{"error": {"code", "message", "hint"}}` on the wire."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class AdminError(Exception):
    """A refusal; `hint` is a command or a short advice that mends it, or empty; `details` are more words of the error."""

    http_status = 400
    code = "bad_request"
    headers: Mapping[str, str] = MappingProxyType({})
    """Added to the response."""

    def __init__(
        self, message: str, hint: str = "", *, code: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details or {}
        if code:
            self.code = code

    def body(self) -> dict[str, dict[str, Any]]:
        """As JSON on the wire."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint, **self.details}}


class BadRequest(AdminError):
    """400: the request says something that cannot be."""


class Unauthenticated(AdminError):
    """401: no admin token, or not one that opens this now."""

    http_status = 401
    code = "unauthenticated"
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer realm="ocpi-hub admin"'})


class Unknown(AdminError):
    """404: nothing has this name or id; the message suggests what was meant."""

    http_status = 404
    code = "not_found"


class BodyTooSlow(AdminError):
    """408: the body did not arrive in time."""

    http_status = 408
    code = "body_too_slow"


class MethodNotAllowed(AdminError):
    """405: the path has other methods; the Allow header names them."""

    http_status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"{method} is not available here; available: {allowed}")
        self.headers = {"Allow": allowed}


class Clash(AdminError):
    """409: it cannot be done in the state that things are in (a name is taken, a partner is suspended already)."""

    http_status = 409
    code = "conflict"


class TooLarge(AdminError):
    """413: the body is over the limit."""

    http_status = 413
    code = "too_large"


class TooMany(AdminError):
    """429: too many requests without a good token from this address; Retry-After says when again."""

    http_status = 429
    code = "too_many_requests"

    def __init__(self, wait_s: float) -> None:
        super().__init__("too many requests without a good admin token from this address")
        self.headers = {"Retry-After": str(math.ceil(wait_s))}


class PartnerFailed(AdminError):
    """502: the partner's side did not do its part."""

    http_status = 502
    code = "partner_failed"


class Unavailable(AdminError):
    """503: the hub cannot do it now (no database)."""

    http_status = 503
    code = "unavailable"


class Broken(AdminError):
    """500: a fault of the hub's own."""

    http_status = 500
    code = "internal"
