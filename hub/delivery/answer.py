"""What came of a request that the hub sent: an answer, or the reason why there is none."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Answer(NamedTuple):
    """A partner's HTTP answer, its body whole and within the limit."""

    http_status: int
    body: bytes
    headers: Mapping[str, str] = MappingProxyType({})
    """Names as the partner wrote them; look up with hub.wire.headers.first."""
    duration_ms: float = 0.0


class Failure(StrEnum):
    """Why there is no answer."""

    NOT_CONNECTED = "not_connected"
    """No connection: refused, unreachable, TLS or name lookup failed, or the address is not allowed. Nothing was sent."""
    TIMEOUT = "timeout"
    """Sent, or perhaps sent, and no whole answer in time: whether the partner acted is unknown."""
    BROKEN = "broken"
    """The connection ended, or what came was not HTTP: whether the partner acted is unknown."""
    TOO_LARGE = "too_large"
    """The answer is over the limit."""
    BUSY = "busy"
    """Too many requests to this platform are under way, or another process delivers to it now; nothing was sent."""


class PostFailed(Exception):
    """There is no answer; `reason` is a sentence for people without anything secret in it."""

    def __init__(self, failure: Failure, reason: str, duration_ms: float = 0.0) -> None:
        super().__init__(reason)
        self.failure = failure
        self.reason = reason
        self.duration_ms = duration_ms
