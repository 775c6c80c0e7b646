"""Live changes as Server-Sent Events: what was missed first, then each change as it comes, and a word when none does."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import structlog
from aiohttp import web

from hub.apps.api.asked import Follow
from hub.apps.api.errors import BadParameter
from hub.apps.api.places import read_box
from hub.apps.api.streams import OpenStream
from hub.apps.api.table import SERVER, AppCall, AppRoute
from hub.apps.changes import KEPT_MAX, Changes, Event
from hub.apps.sites import site_key
from hub.apps.subscribers import Interest
from hub.clock import monotonic_s

LAST_EVENT_ID = "Last-Event-ID"
_SEQ_CHARS = 20
_BATCH_BYTES = 64 * 1024
_REPLAYED_AT_ONCE = 200
_RECONNECT_MS = 2000
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Server": SERVER,
}


async def _stream(call: AppCall[Follow], request: web.Request) -> web.StreamResponse:
    since = _since(call, request)
    interest = _interest(call)
    office = call.office
    stream = office.streams.open(call.app, interest)
    response = web.StreamResponse(headers=_HEADERS)
    try:
        window = office.feed.changes
        missed = None if since is None else window.after(since, KEPT_MAX)  # before any waiting: what follows is queued
        await response.prepare(request)
        if request.transport is not None:
            stream.cut_off = request.transport.abort
        async for block in _blocks(call, stream, _opening(window, since, missed), missed or []):
            stream.writing_since_s = monotonic_s()
            await response.write(block)
            stream.writing_since_s = 0.0
        await response.write_eof()
    except ConnectionError:
        structlog.get_logger().debug("stream_left", app=call.app.name)
    finally:
        office.streams.close(stream)
    return response


async def _blocks(
    call: AppCall[Follow], stream: OpenStream, opening: bytes, missed: list[Event]
) -> AsyncIterator[bytes]:
    """Everything that is sent, in order; ends when the stream is ended."""
    subscriber, office = stream.subscriber, call.office
    yield opening
    for start in range(0, len(missed), _REPLAYED_AT_ONCE):
        some = missed[start : start + _REPLAYED_AT_ONCE]
        written = b"".join(office.streams.subscribers.written_for(subscriber.interest, event) for event in some)
        if written:
            yield written
        await asyncio.sleep(0)
    while True:
        block = await subscriber.queue.get()
        parts, size = [], 0
        while block is not None:
            parts.append(block)
            size += len(block)
            if subscriber.queue.empty() or size >= _BATCH_BYTES:
                break
            block = subscriber.queue.get_nowait()
        if parts:
            yield b"".join(parts)
        if block is None:
            structlog.get_logger().info("stream_ended", app=call.app.name, reason=subscriber.ended)
            yield b"event: end\ndata: %b\n\n" % orjson.dumps({"reason": subscriber.ended})
            return


def _opening(window: Changes, since: int | None, missed: list[Event] | None) -> bytes:
    """The first words: from where it goes on, so that whoever is cut off at once can come back."""
    head = b"retry: %d\n" % _RECONNECT_MS
    if since is not None and missed is not None:
        return head + b'event: open\nid: %d\ndata: {"seq":"%d"}\n\n' % (since, since)
    if since is None:
        return head + b'event: open\nid: %d\ndata: {"seq":"%d"}\n\n' % (window.last, window.last)
    said = orjson.dumps({"seq": str(window.last), "reason": "changes since then are not kept: read the lists anew"})
    return head + b"event: reset\nid: %d\ndata: %b\n\n" % (window.last, said)


def _since(call: AppCall[Follow], request: web.Request) -> int | None:
    written = request.headers.get(LAST_EVENT_ID) or call.asked.last_event_id
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) <= _SEQ_CHARS):
        raise BadParameter(f"{LAST_EVENT_ID} is the id of an event of this stream: digits", LAST_EVENT_ID)
    return int(written)


def _interest(call: AppCall[Follow]) -> Interest:
    asked = call.asked
    if asked.bbox is None and not asked.locations:
        raise BadParameter("say what to follow: bbox or locations", "bbox")

    def opens(key: str) -> bool:
        index = call.office.feed.index
        row = index.row(key)
        return row is not None and call.eyes.opens(index.site(row))

    return Interest(
        box=None if asked.bbox is None else read_box(asked.bbox),
        keys=frozenset(_key(written) for written in asked.locations),
        owners=call.eyes.owners,
        opens=opens,
    )


def _key(written: str) -> str:
    try:
        return site_key(written)
    except ValueError:
        raise BadParameter("locations are country_code/party_id/id, such as NL/CPA/LOC1", "locations") from None


ROUTES = (
    AppRoute(
        method="GET",
        path="/stream",
        stream=_stream,
        asks=Follow,
        summary="Live changes.",
        description=(
            "Server-Sent Events: `status`, `location` (something else of it changed) and `gone`, each with the id to resume "
            "from (Last-Event-ID); `open` first, `reset` when changes are not kept so far, `end` with a reason at last."
        ),
        examples={"bbox": "2.25,48.81,2.42,48.91"},
    ),
)
