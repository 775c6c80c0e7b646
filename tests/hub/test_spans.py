"""Spans: what a receiver of OpenTelemetry gets over real HTTP, and that nothing waits for it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.config import Settings
from hub.spans import WAITING_MAX, Spans, span_of, trace_id
from hub.store.embedded import free_port
from hub.store.protocols import LegKind
from tests import words
from tests.hub.store.samples import leg
from tests.running import running_hub
from tests.whole.platforms import R, joined

UUID = "0b1ad4b5-5a64-4d9c-8b5e-2a7d4b1c9f00"


class Receiver:
    """An OTLP receiver on loopback."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.port = free_port()
        self.requests: list[tuple[str, str, Any]] = []
        self.came = asyncio.Event()

    @property
    def url(self) -> str:
        """What HUB_OTLP_ENDPOINT is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self) -> list[dict[str, Any]]:
        """All that came."""
        return [
            span
            for _, _, body in self.requests
            for resource in body["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    async def take(self, request: web.Request) -> web.Response:
        """One export."""
        self.requests.append((request.path, request.content_type, await request.json()))
        self.came.set()
        return web.json_response({}, status=self.status)


@asynccontextmanager
async def receiving(status: int = 200) -> AsyncIterator[Receiver]:
    """A receiver until the block ends."""
    receiver, app = Receiver(status), web.Application(client_max_size=2**26)
    app.router.add_post("/{path:.*}", receiver.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", receiver.port).start()
    try:
        yield receiver
    finally:
        await runner.cleanup()


def attributes(span: dict[str, Any]) -> dict[str, Any]:
    """By key; numbers as OTLP writes them, in text."""
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}


async def test_a_message_is_a_trace(settings: Settings, mongodb_url: str) -> None:
    """Both legs of a message have the trace id of its correlation id and say who, what and how it ended; no partner sees a
    traceparent, neither ours nor the sender's; what waits is sent when the hub ends."""
    async with receiving() as receiver:
        async with (
            running_hub(settings, mongodb_url, otlp_endpoint=receiver.url + "/") as hub,
            joined(hub, "NL/CPA/CPO") as cpo,
            joined(hub, "DE/EMA/EMSP") as emsp,
        ):
            given_ids = {"X-Request-ID": "r-1", "X-Correlation-ID": UUID, "traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
            await cpo.ask("PUT", "sessions", R, "/NL/CPA/S1", words.session(), to=words.EMSP, headers=given_ids)
            (received,) = emsp.got("sessions")
        spans = [span for span in receiver.spans if span["traceId"] == UUID.replace("-", "")]

    assert "traceparent" not in received.headers
    assert {(path, kind) for path, kind, _ in receiver.requests} == {("/v1/traces", "application/json")}
    assert sorted((span["kind"], span["name"]) for span in spans) == [(2, "PUT sessions"), (3, "PUT sessions")]
    came_in = attributes(next(span for span in spans if span["kind"] == 2))
    assert (
        came_in.items()
        >= {
            "ocpi.correlation_id": UUID,
            "ocpi.request_id": "r-1",
            "ocpi.from": "NL*CPA",
            "ocpi.to": "DE*EMA",
            "ocpi.module": "sessions",
            "ocpi.status_code": "1000",
            "http.response.status_code": "200",
        }.items()
    )
    assert all(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) for span in spans)


async def test_no_driver_and_no_token_is_in_a_span(settings: Settings, mongodb_url: str) -> None:
    """Spans hold what traced legs hold: token ids are masked, credentials tokens are not there."""
    async with receiving() as receiver:
        async with (
            running_hub(settings, mongodb_url, otlp_endpoint=receiver.url) as hub,
            joined(hub, "NL/CPA/CPO"),
            joined(hub, "DE/EMA/EMSP") as emsp,
        ):
            secret = emsp.registered()[1]
            token = words.token(uid="DRIVER0815")
            await emsp.ask("PUT", "tokens", R, "/DE/EMA/DRIVER0815", token, to=words.CPO)
        sent = repr(receiver.requests)

    assert "PUT tokens" in sent
    assert "DRIVER0815" not in sent
    assert secret not in sent


@pytest.mark.parametrize("status", [400, 503, 302])
async def test_what_is_not_taken_is_dropped_and_counted(status: int) -> None:
    """A receiver that refuses costs nothing but its spans, and is not followed elsewhere."""
    async with receiving(status) as receiver:
        async with Spans(receiver.url) as spans:
            spans.add([leg("c-1"), leg("c-2")])
        assert len(receiver.requests) == 1

    assert spans.dropped == 2


async def test_a_receiver_that_is_not_there() -> None:
    """Memory is bounded, and adding never waits."""
    async with Spans(f"http://127.0.0.1:{free_port()}") as spans:
        for _ in range(3):
            spans.add([leg("c")] * (WAITING_MAX // 2))
        assert spans.dropped == WAITING_MAX // 2


def test_a_leg_that_failed_is_an_error() -> None:
    """Its status says so, with the note; one that went well says nothing."""
    failed = leg("c", note="timed out after 30 s")._replace(http_status=0, kind=LegKind.OUT)

    assert span_of(failed)["status"] == {"code": 2, "message": "timed out after 30 s"}
    assert "http.response.status_code" not in attributes(span_of(failed))


@given(st.text(max_size=140) | st.uuids().map(str))
def test_every_correlation_id_has_one_trace(correlation_id: str) -> None:
    """Sixteen bytes in hex and never all zero, the same for the same id; a UUID is its own."""
    made = trace_id(correlation_id)

    assert re.fullmatch("[0-9a-f]{32}", made)
    assert made.strip("0")
    assert made == trace_id(correlation_id)


def test_a_uuid_is_its_own_trace() -> None:
    """An operator pastes a correlation id into the search of a tracing system."""
    assert trace_id(UUID.upper()) == UUID.replace("-", "")


@pytest.mark.parametrize("written", ["collector:4318", "ftp://collector", "http://collector?x=1", "http://a b"])
def test_an_endpoint_is_an_address(written: str) -> None:
    """What is none is refused at the start, by name."""
    with pytest.raises(ValidationError, match="otlp_endpoint"):
        Settings(_env_file=None, otlp_endpoint=written)
