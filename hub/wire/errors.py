"""Every refusal that OCPI has a number for: one class a number, raised anywhere, answered in one place."""

import math


class OcpiError(Exception):
    """A refusal with an OCPI status code; `http_status` is 200 unless OCPI or HTTP demands another.

    Source: OCPI 2.2.1, status_codes.
    """

    status_code = 3000
    http_status = 200

    def __init__(self, message: str, *, http_status: int | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.headers = headers or {}
        if http_status is not None:
            self.http_status = http_status


class ClientError(OcpiError):
    """2000: the request cannot be understood or is not allowed here."""

    status_code = 2000


class InvalidParameters(OcpiError):
    """2001: a parameter, header or field is missing or invalid; the message names it."""

    status_code = 2001


class NotEnoughInformation(OcpiError):
    """2002: the request lacks what is needed to answer it."""

    status_code = 2002


class UnknownLocation(OcpiError):
    """2003: no such location."""

    status_code = 2003


class UnknownToken(OcpiError):
    """2004: no such token."""

    status_code = 2004


class ServerError(OcpiError):
    """3000: the hub failed."""

    status_code = 3000


class UnableToUseClientApi(OcpiError):
    """3001: the other side's API could not be used during registration."""

    status_code = 3001


class UnsupportedVersion(OcpiError):
    """3002: the other side does not offer this OCPI version."""

    status_code = 3002


class MissingEndpoints(OcpiError):
    """3003: the other side lacks endpoints that its roles require."""

    status_code = 3003


class HubError(OcpiError):
    """4000: the hub could not forward for a reason of its own or of the receiver's answer."""

    status_code = 4000


class UnknownReceiver(OcpiError):
    """4001: no party behind this hub fits the TO address, or none could be derived."""

    status_code = 4001


class ForwardTimeout(OcpiError):
    """4002: the receiver did not answer in time; whether it acted is unknown."""

    status_code = 4002


class ReceiverNotConnected(OcpiError):
    """4003: the receiver cannot be reached now, or may not be."""

    status_code = 4003


class Unauthorized(ClientError):
    """HTTP 401: no credentials token that this hub issued; missing and wrong read the same.

    Source: OCPI 2.2.1, transport_and_format, Authorization header.
    """

    http_status = 401

    def __init__(self) -> None:
        super().__init__("this hub did not issue the credentials token in the Authorization header")
        self.headers = {"WWW-Authenticate": "Token"}


class MethodNotAllowed(ClientError):
    """HTTP 405 with the methods that the resource has."""

    http_status = 405

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} is not available here; available: {', '.join(allowed) or 'nothing'}")
        self.headers = {"Allow": ", ".join(allowed)}


class NotFound(ClientError):
    """HTTP 404: no such resource, or not one of the caller's."""

    http_status = 404


class TooManyRequests(ClientError):
    """HTTP 429: more than the hub takes from one sender; Retry-After says when again. Source: RFC 6585, 4."""

    http_status = 429

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(math.ceil(wait_s))}


class BodyTooLarge(ClientError):
    """HTTP 413: the body is over the limit for this module."""

    http_status = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"the body is over the limit of {limit_bytes} bytes")


class BrokenJson(ClientError):
    """HTTP 400: the body is not JSON as RFC 8259 has it (NaN, bad encoding and excessive depth included)."""

    http_status = 400
