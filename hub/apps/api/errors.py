"""Refusals of the apps' API: one class for each kind, `{"error": {"code", "message", "parameter", "hint"}}` on the wire."""

from collections.abc import Mapping
from types import MappingProxyType


class AppError(Exception):
    """A refusal; `parameter` is what it is about, or empty; `hint` a short advice that mends it, or empty."""

    http_status = 400
    code = "bad_parameter"
    headers: Mapping[str, str] = MappingProxyType({})
    """Added to the response."""

    def __init__(self, message: str, parameter: str = "", hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.parameter = parameter
        self.hint = hint
        if code:
            self.code = code

    def body(self) -> dict[str, dict[str, str]]:
        """As JSON on the wire."""
        return {"error": {"code": self.code, "message": self.message, "parameter": self.parameter, "hint": self.hint}}


class BadParameter(AppError):
    """400: a parameter says what cannot be; `parameter` names it."""


class Unauthenticated(AppError):
    """401: no token of an app, or not one that opens this now."""

    http_status = 401
    code = "unauthenticated"
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer realm="ocpi-hub apps"'})


class NotFound(AppError):
    """404: there is no such thing for this app."""

    http_status = 404
    code = "not_found"


class MethodNotAllowed(AppError):
    """405: the path has other methods; the Allow header names them."""

    http_status = 405
    code = "method_not_allowed"

    def __init__(self, method: str, allowed: str) -> None:
        super().__init__(f"{method} is not available here; available: {allowed}")
        self.headers = {"Allow": allowed}


class BodyTooSlow(AppError):
    """408: the body did not arrive in time."""

    http_status = 408
    code = "body_too_slow"


class Expired(AppError):
    """410: changes since then are not kept any more; read the lists anew."""

    http_status = 410
    code = "not_kept"


class TooLarge(AppError):
    """413: the body is over the limit."""

    http_status = 413
    code = "too_large"


class TooMany(AppError):
    """429: too many requests, or too many open streams; Retry-After says when to come again."""

    http_status = 429
    code = "too_many"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(retry_after_s)}


class Broken(AppError):
    """500: a fault of the hub's own."""

    http_status = 500
    code = "internal"


class Unavailable(AppError):
    """503: the hub cannot answer now; Retry-After says when to come again."""

    http_status = 503
    code = "unavailable"

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(retry_after_s)}
