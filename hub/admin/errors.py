"""Refusals of the admin API: one class for each kind, `{"error": {"code", "message", "hint"}}` on the wire."""


class AdminError(Exception):
    """A refusal; `hint` is a command or a short advice that mends it, or empty."""

    http_status = 400
    code = "bad_request"

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code

    def body(self) -> dict[str, dict[str, str]]:
        """As JSON on the wire."""
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


class BadRequest(AdminError):
    """400: the request says something that cannot be."""


class Unauthenticated(AdminError):
    """401: no admin token, or not one that opens this now."""

    http_status = 401
    code = "unauthenticated"


class Unknown(AdminError):
    """404: nothing has this name or id; the message suggests what was meant."""

    http_status = 404
    code = "not_found"


class Clash(AdminError):
    """409: it cannot be done in the state that things are in (a name is taken, a partner is suspended already)."""

    http_status = 409
    code = "conflict"


class TooLarge(AdminError):
    """413: the body is over the limit."""

    http_status = 413
    code = "too_large"


class PartnerFailed(AdminError):
    """502: the partner's side did not do its part."""

    http_status = 502
    code = "partner_failed"


class Unavailable(AdminError):
    """503: the hub cannot do it now (no database)."""

    http_status = 503
    code = "unavailable"
