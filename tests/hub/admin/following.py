"""Following the operations page's stream as a browser does, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from tests.operating import Operator

TIMEOUT_S = 20.0


@dataclass(slots=True)
class Followed:
    """An open stream."""

    answer: ClientResponse

    async def event(self, name: str, matches: Callable[[Any], bool] = lambda _: True) -> Any:
        """Read on until an event of this name that matches; returns what it says. Raises EOFError at the end."""
        async with asyncio.timeout(TIMEOUT_S):
            while line := await self.answer.content.readuntil(b"\n\n"):
                fields = dict(part.split(": ", 1) for part in line.decode().strip().split("\n"))
                if fields.get("event") == name and matches(said := json.loads(fields["data"])):
                    return said
        raise EOFError("the stream ended")


@asynccontextmanager
async def following(operator: Operator, query: str = "") -> AsyncIterator[Followed]:
    """Open the stream, with the query of a filter."""
    headers = {"Authorization": f"Bearer {operator.token}"}
    async with operator.http.get(
        f"{operator.url}/admin/v1/stream?{query}", headers=headers, read_bufsize=2**22
    ) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        yield Followed(answer)
