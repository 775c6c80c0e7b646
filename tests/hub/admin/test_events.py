"""Server-Sent Events on the wire."""

import asyncio
from collections.abc import AsyncGenerator

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from hub.admin import events


async def test_each_event_is_a_name_and_one_line_of_json() -> None:
    """As the HTML standard has it: `event:`, `data:`, a blank line; newlines in a text stay inside its JSON."""

    async def frames() -> AsyncGenerator[events.Frame, None]:
        yield [("one", {"text": "a\nb\n\nevent: forged"}), ("two", [1])]

    async def handle(request: web.Request) -> web.StreamResponse:
        return await events.send(request, frames(), asyncio.Event())

    app = web.Application()
    app.router.add_get("/", handle)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/")
        said = (await answer.text()).split("\n\n")

    assert answer.content_type == events.KIND
    assert said[0].startswith("retry: ")
    assert said[1:] == ['event: one\ndata: {"text":"a\\nb\\n\\nevent: forged"}', "event: two\ndata: [1]", ""]
