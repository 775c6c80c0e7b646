"""A small HTTP/1.1 client over kept connections: cheap enough to load a hub from the same machine."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import orjson

_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    http_status: int
    body: bytes
    retry_after: str = ""
    link: str = ""

    @property
    def ocpi_status(self) -> int:
        """The status code of its envelope; 0 when there is none."""
        try:
            return int(orjson.loads(self.body)["status_code"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return 0


class Wire:
    """Connections to one address, as many as there are requests at once."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.port = port
        self._host = host
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b"", *, timeout_s: float = 10.0
    ) -> Said:
        """One request; raises OSError (no connection, or it broke) or TimeoutError: then the outcome is unknown."""
        async with asyncio.timeout(timeout_s):
            reader, writer = await self._connection()
            try:
                writer.write(write_request(method, path, headers, body))
                said = await _read(reader)
            except BaseException:
                writer.transport.abort()
                raise
        self._idle.append((reader, writer))
        return said

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.transport.abort()
        return await asyncio.open_connection(self._host, self.port)

    def close(self) -> None:
        """End every idle connection."""
        for _, writer in self._idle:
            writer.transport.abort()
        self._idle.clear()


def write_request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _read(reader: asyncio.StreamReader) -> Said:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(length_of(head))
    except asyncio.IncompleteReadError:
        raise ConnectionResetError("the connection ended before the answer was whole") from None
    http_status = int(head.split(b" ", 2)[1])
    return Said(http_status, body, header(head, b"retry-after:"), header(head, b"link:"))


def length_of(head: bytes) -> int:
    """Content-Length of a head; 0 when there is none."""
    with suppress(ValueError):
        return int(header(head, _LENGTH))
    return 0


def header(head: bytes, name: bytes) -> str:
    """One header of a head; `name` in lower case with its colon."""
    at = head.lower().find(b"\r\n" + name)
    return head[at + 2 + len(name) :].split(b"\r\n", 1)[0].decode().strip() if at >= 0 else ""
