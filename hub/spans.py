"""OpenTelemetry: each leg as a span, sent to an OTLP receiver over HTTP; off unless HUB_OTLP_ENDPOINT names one.

Written by hand, since a span is a dozen lines of JSON: no library, no thread, nothing on a message's way. It follows the traffic
writer, which has each leg once the message is answered. Partners are sent no traceparent.

Source: OTLP 1.5 over HTTP, JSON encoding; semantic conventions for HTTP.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from types import TracebackType
from typing import Any, Self

import orjson
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from hub.clock import Tasks, epoch_ms, new_id
from hub.store.protocols import Leg, LegKind

WAITING_MAX = 20_000
_AT_ONCE = 500
_EVERY_S = 1.0
_WITHIN = ClientTimeout(total=10)
_AGAIN_S = 5.0
_CLOSE_MAX_S = 2.0
_TELL_EVERY = 10_000
_SERVER, _CLIENT = 2, 3
_ERROR = 2
_NS_PER_MS = 1_000_000


class Spans:
    """Sends what it is given in the background; what a receiver does not take in time is dropped, and counted."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint` is the base, as OTEL_EXPORTER_OTLP_ENDPOINT has it: `/v1/traces` is added."""
        self._url = endpoint.rstrip("/") + "/v1/traces"
        self._session: ClientSession
        self._tasks = Tasks()
        self._waiting: deque[Leg] = deque()
        self._some = asyncio.Event()
        self.dropped = 0
        """Legs without a span since the start."""

    async def __aenter__(self) -> Self:
        self._session = ClientSession(timeout=_WITHIN, cookie_jar=DummyCookieJar())
        self._tasks.spawn(self._send_forever(), "send spans")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_MAX_S):
                while self._waiting and await self._send():
                    pass
        await self._session.close()

    def add(self, legs: Sequence[Leg]) -> None:
        """Take legs; returns at once."""
        free = WAITING_MAX - len(self._waiting)
        self._waiting.extend(legs[:free])
        self._drop(len(legs) - min(free, len(legs)))
        self._some.set()

    async def _send_forever(self) -> None:
        """Send what waits, many at once, about every second."""
        while True:
            await self._some.wait()
            await asyncio.sleep(_EVERY_S)
            self._some.clear()
            while self._waiting:
                if not await self._send():
                    await asyncio.sleep(_AGAIN_S)

    async def _send(self) -> bool:
        """Send the oldest that wait; they are gone then, whether or not the receiver took them."""
        legs = [self._waiting.popleft() for _ in range(min(len(self._waiting), _AT_ONCE))]
        headers = {"Content-Type": "application/json"}
        taken = False
        with suppress(ClientError, TimeoutError):
            async with self._session.post(
                self._url, data=orjson.dumps(request_of(legs)), headers=headers, allow_redirects=False
            ) as answer:
                taken = answer.status == 200
        self._drop(0 if taken else len(legs))
        return taken

    def _drop(self, legs: int) -> None:
        before, self.dropped = self.dropped, self.dropped + legs
        if legs and (not before or before // _TELL_EVERY != self.dropped // _TELL_EVERY):
            structlog.get_logger().warning("spans_dropped", spans=self.dropped)


def request_of(legs: Sequence[Leg]) -> dict[str, Any]:
    """ExportTraceServiceRequest."""
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes({"service.name": "ocpi-hub"})},
                "scopeSpans": [{"scope": {"name": "ocpi-hub"}, "spans": [span_of(leg) for leg in legs]}],
            }
        ]
    }


def span_of(leg: Leg) -> dict[str, Any]:
    """One leg; all legs of one X-Correlation-ID are one trace, whichever process carried them.

    Nothing is in it that the traced leg does not have: no body, no token, no id of a driver's token.
    """
    began_ns = epoch_ms(leg.at) * _NS_PER_MS
    status = {"code": _ERROR, "message": leg.note} if leg.failed else {}
    return {
        "traceId": trace_id(leg.correlation_id),
        "spanId": new_id().replace("-", "")[:16],
        "name": f"{leg.method} {leg.module or 'unknown'}",
        "kind": _SERVER if leg.kind is LegKind.IN else _CLIENT,
        "startTimeUnixNano": str(began_ns),
        "endTimeUnixNano": str(began_ns + round(leg.duration_ms * _NS_PER_MS)),
        "attributes": _attributes(
            {
                "http.request.method": leg.method,
                "http.response.status_code": leg.http_status,
                "url.path": leg.path,
                "ocpi.correlation_id": leg.correlation_id,
                "ocpi.request_id": leg.request_id,
                "ocpi.module": leg.module,
                "ocpi.from": leg.sender,
                "ocpi.to": leg.receiver,
                "ocpi.status_code": leg.ocpi_status,
                "ocpi_hub.platform_id": leg.platform_id,
                "ocpi_hub.plan": leg.plan,
                "ocpi_hub.note": leg.note,
            }
        ),
        "status": status,
    }


def trace_id(correlation_id: str) -> str:
    """16 bytes in hex: a UUID's own, or a digest of any other text, so that an operator finds a trace by the id."""
    digits = correlation_id.replace("-", "").lower()
    if len(digits) == 32 and set(digits) <= set("0123456789abcdef") and digits.strip("0"):
        return digits
    return blake2b(correlation_id.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _attributes(values: dict[str, str | int]) -> list[dict[str, Any]]:
    """Those that say something."""
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
        for key, value in values.items()
        if value
    ]
