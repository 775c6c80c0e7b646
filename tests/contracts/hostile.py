"""Partners that would break whoever talks to them: each is a way to answer every request."""

import asyncio
import gzip
import io
import json
from collections.abc import Callable
from functools import cache

from tests.contracts.raw_partner import Asked, Respond, answer, envelope

JSON_HEADER = "Content-Type: application/json"
_BOMB_BYTES = 300 * 1000 * 1000
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def hangs(_: Asked, __: asyncio.StreamWriter) -> None:
    """It takes the request and never says anything."""
    await asyncio.Event().wait()


async def a_byte_a_second(_: Asked, writer: asyncio.StreamWriter) -> None:
    """The body comes, but slowly."""
    writer.write(_HEAD + b"Content-Length: 1000\r\n\r\n")
    await _slowly(writer, b'{"data": []')


async def a_header_byte_a_second(_: Asked, writer: asyncio.StreamWriter) -> None:
    """Not even the headers come faster."""
    await _slowly(writer, _HEAD)


async def _slowly(writer: asyncio.StreamWriter, text: bytes) -> None:
    for byte in text * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


@cache
def _bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(b'{"data": [')
        for _ in range(_BOMB_BYTES // 1_000_000):
            file.write(b" " * 1_000_000)
    return packed.getvalue()


async def gzip_bomb(_: Asked, writer: asyncio.StreamWriter) -> None:
    """300 MB in a few hundred KB."""
    writer.write(answer(_bomb(), JSON_HEADER, "Content-Encoding: gzip"))


async def endless_chunks(_: Asked, writer: asyncio.StreamWriter) -> None:
    """JSON that goes on for ever."""
    await _for_ever(writer, _chunk(b'{"status_code":1000,"data":['), _chunk(b'{"a":1},' * 8192))


async def endless_small_chunks(_: Asked, writer: asyncio.StreamWriter) -> None:
    """The same, byte by byte but fast."""
    await _for_ever(writer, b"", _chunk(b"[") * 10_000)


def _chunk(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


async def _for_ever(writer: asyncio.StreamWriter, first: bytes, chunk: bytes) -> None:
    writer.write(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + first)
    while True:
        writer.write(chunk)
        await writer.drain()


async def endless_interim_answers(_: Asked, writer: asyncio.StreamWriter) -> None:
    """HTTP 102, again and again."""
    while True:
        writer.write(b"HTTP/1.1 102 Processing\r\n\r\n" * 1000)
        await writer.drain()


def _with(body: bytes, *headers: str) -> Respond:
    async def respond(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(body, JSON_HEADER, *headers))

    return respond


def _deep(levels: int) -> bytes:
    return b'{"status_code":1000,"data":' + b"[" * levels + b"]" * levels + b"}"


def many_headers(name: Callable[[int], str]) -> Respond:
    """10,000 of them."""
    return _with(envelope([]), *(f"{name(number)}: v" for number in range(10_000)))


async def links_to_itself(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """The next page is this page."""
    here = f"http://{asked.headers['host']}{asked.target}"
    writer.write(answer(envelope([{}]), JSON_HEADER, f'Link: <{here}>; rel="next"'))


def endless_list(item: object, *headers: str) -> Respond:
    """There is always another page."""
    body = envelope([item])
    pages = iter(range(10**9))

    async def respond(asked: Asked, writer: asyncio.StreamWriter) -> None:
        link = f'Link: <http://{asked.headers["host"]}/versions?page={next(pages)}>; rel="next"'
        writer.write(answer(body, JSON_HEADER, link, *headers))

    return respond


PARTNERS: dict[str, tuple[Respond, str]] = {
    "hangs": (hangs, "none came|took longer"),
    "a byte a second": (a_byte_a_second, "none came|took longer"),
    "a header byte a second": (a_header_byte_a_second, "none came|took longer"),
    "gzip bomb": (gzip_bomb, "a larger one"),
    "endless chunks": (endless_chunks, "a larger one"),
    "endless small chunks": (endless_small_chunks, "a larger one|none came|took longer"),
    "endless interim answers": (endless_interim_answers, "none came|took longer"),
    "100,000 levels": (_with(_deep(100_000)), "JSON of more than 64 levels"),
    "900 levels": (_with(_deep(900)), "JSON of more than 64 levels"),
    "HTML everywhere": (_with(b"<html><body>Not here</body></html>" * 1000), "no JSON"),
    "empty lists": (
        _with(b'{"status_code":1000,"data":[' + b"[]," * 2_000_000 + b"[]]}"),
        "JSON of more than 300000 values",
    ),
    "nested objects": (
        _with(b'{"status_code":1000,"data":[' + b'{"a":{"a":{"a":{"a":1}}}},' * 33_000 + b"{}]}"),
        "is a required property|more than that",
    ),
    "wide characters": (
        _with('{"status_code":1000,"data":["😀'.encode() + b"a" * 8_000_000 + b'"]}'),
        "16 MiB of text",
    ),
    "a long text": (_with(b'{"status_code":1000,"data":"' + b"a" * 8_000_000 + b'"}'), "is not of type"),
    "a number that is none": (
        _with(b'{"status_code":1e99999999999999999999,"data":[]}'),
        "a number that is no quantity",
    ),
    "10,000 headers": (many_headers(lambda number: f"X-{number}"), "ProtocolError|in [0-9]+ KiB"),
    "10,000 short headers": (many_headers(lambda _: "X"), "10002 in"),
    "links to itself": (links_to_itself, "leads back"),
    "endless list": (endless_list({"version": "2.2.1", "url": "http://x.example"}), "it goes on after|took longer"),
    "endless large list": (endless_list([{"a": "b" * 1000}] * 2000), "it goes on after|took longer|is not of type"),
    "endless large list with a total": (
        endless_list([{"a": "b" * 1000}] * 2000, "X-Total-Count: 999999999"),
        "is not of type|is a required property",
    ),
    "bytes that are no text": (_with(json.dumps({"data": "\udcff"}).encode() + b"\xff\xfe"), "no UTF-8"),
}
"""Name -> how it answers, and what is observed of it in at least one failed check."""
