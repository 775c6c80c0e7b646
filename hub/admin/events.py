"""Server-Sent Events: named JSON, each as it comes; who stops reading, and a hub that stops, ends them.

Source: HTML Living Standard, Server-sent events.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import orjson
from aiohttp import web

from hub.admin.table import Json

KIND = "text/event-stream"
Frame = list[tuple[str, Json]]
"""Names of events and what they say; they are written at once."""
_AGAIN_AFTER_MS = 1_000


async def send(
    request: web.Request, frames: AsyncGenerator[Frame, None], stopping: asyncio.Event
) -> web.StreamResponse:
    """Write frame after frame, until the reader leaves. Its pace is ours: the next one is made when this one is taken."""
    headers = {"Content-Type": KIND, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    async with aclosing(frames):
        with suppress(ConnectionError):
            await response.prepare(request)
            await response.write(b"retry: %d\n\n" % _AGAIN_AFTER_MS)
            async for frame in frames:
                if stopping.is_set():
                    break
                await response.write(b"".join(_write(name, value) for name, value in frame))
            await response.write_eof()
    return response


def _write(name: str, value: Json) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(value, option=orjson.OPT_UTC_Z))
