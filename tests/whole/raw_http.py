"""Requests to the hub as bytes on a socket, for what no client library would send."""

import asyncio
from collections.abc import Iterable

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from hub.simulate.messages import Answer

_WAIT_S = 10.0


def request(method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> bytes:
    """One HTTP/1.1 request; no header is added but Host and, with a body, Content-Length."""
    length = [("Content-Length", str(len(body)))] if body else []
    lines = [f"{method} {target} HTTP/1.1", "Host: hub.example"]
    lines += [f"{name}: {value}" for name, value in (*headers, *length)]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def exchange(url: str, sent: bytes) -> Answer:
    """Send bytes to the server of `url` and read one answer."""
    parsed = URL(url)
    reader, writer = await asyncio.open_connection(parsed.host, parsed.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(_WAIT_S):
            head = await reader.readuntil(b"\r\n\r\n")
            status, headers = _read_head(head)
            return Answer(status=status, headers=headers, body=await reader.readexactly(int(headers["Content-Length"])))
    finally:
        writer.close()


async def exchange_until_closed(url: str, sent: bytes) -> bytes:
    """Send bytes to the server of `url` and read until it closes the connection."""
    parsed = URL(url)
    reader, writer = await asyncio.open_connection(parsed.host, parsed.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(_WAIT_S):
            return await reader.read()
    finally:
        writer.close()


def _read_head(head: bytes) -> tuple[int, CIMultiDictProxy[str]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = CIMultiDict((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    return int(first.split(" ")[1]), CIMultiDictProxy(headers)
