"""A way between a browser and a hub that a test can cut, freeze and mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from hub.clock import Tasks

_CHUNK = 65_536


class Relay:
    """Passes bytes on to one address."""

    def __init__(self, host: str, port: int) -> None:
        self.url = ""
        self._to = (host, port)
        self._open = asyncio.Event()
        self._open.set()
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks = Tasks()

    def cut(self) -> None:
        """End every connection, and each new one at once."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    def freeze(self) -> None:
        """Keep connections, and pass nothing on."""
        self._open.clear()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser."""
        if self._is_cut:
            writer.transport.abort()
            return
        back, forth = await asyncio.open_connection(*self._to)
        self._writers |= {writer, forth}
        self._tasks.spawn(self._pass(reader, forth), "to the hub")
        self._tasks.spawn(self._pass(back, writer), "to the browser")

    async def close(self) -> None:
        """End everything."""
        self.cut()
        await self._tasks.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK):
                await self._open.wait()
                writer.write(chunk)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def relay(url: str) -> AsyncIterator[Relay]:
    """A way to this address, at an address of its own."""
    target = urlsplit(url)
    made = Relay(target.hostname or "", target.port or 80)
    server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        await made.close()
