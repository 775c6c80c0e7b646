"""What the HTTP client's errors mean to the hub: the one place that knows their classes."""

import os

from aiohttp import (
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientOSError,
    ClientSSLError,
    ConnectionTimeoutError,
    ServerDisconnectedError,
)

from hub.delivery.addresses import AddressRefused
from hub.delivery.answer import Failure

_MEANINGS: tuple[tuple[type[Exception], Failure, str], ...] = (
    (AddressRefused, Failure.NOT_CONNECTED, "{error}"),
    (ClientConnectorDNSError, Failure.NOT_CONNECTED, "{error.os_error}"),
    (ClientSSLError, Failure.NOT_CONNECTED, "no TLS connection: its certificate or protocol version is not acceptable"),
    (ClientConnectorError, Failure.NOT_CONNECTED, "no connection: {said}"),
    (ConnectionTimeoutError, Failure.NOT_CONNECTED, "no connection in time"),
    (TimeoutError, Failure.TIMEOUT, "no whole answer within {timeout_s:g} s"),
    (ServerDisconnectedError, Failure.BROKEN, "the connection broke before the answer came"),
    (ClientOSError, Failure.BROKEN, "the connection broke before the answer came"),
    (Exception, Failure.BROKEN, "the answer is not whole, or not HTTP"),
)
"""The first that fits counts: the classes are derived from one another."""


def explain(error: Exception, timeout_s: float) -> tuple[Failure, str]:
    """Which failure it is, and a sentence that holds nothing of the request or the answer."""
    failure, sentence = next((failure, words) for kind, failure, words in _MEANINGS if isinstance(error, kind))
    return failure, sentence.format(error=error, said=_said(error), timeout_s=timeout_s)


def _said(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number is not None and number > 0 else "the host cannot be reached"
