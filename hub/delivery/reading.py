"""One HTTP/1.1 answer as it comes in, whatever the partner does with it: strict by llhttp's measure, bounded every way."""

import zlib

import httptools
from multidict import CIMultiDict

from hub.delivery.allowance import ALL_MAX_BYTES, Allowance
from hub.delivery.answer import Failure, PostFailed

ANSWER_MAX_BYTES = 8 * 1024 * 1024
HEADERS_MAX = 100
HEADER_MAX_BYTES = 8 * 1024
_HEAD_MAX_BYTES = 64 * 1024
_MEASURES = frozenset({b"content-length", b"transfer-encoding"})


class Reader:
    """Reads the answers of one connection, one at a time; httptools calls the `on_…` methods."""

    __slots__ = (
        "_allowance",
        "_body",
        "_complete",
        "_fault",
        "_head_bytes",
        "_headers",
        "_headers_complete",
        "_held",
        "_kept",
        "_measured",
        "_more",
        "_parser",
        "_size",
        "http_status",
    )

    def __init__(self, allowance: Allowance | None = None) -> None:
        """`allowance` bounds what this one and others hold together."""
        self._parser = httptools.HttpResponseParser(self)
        self._allowance = allowance or Allowance(ALL_MAX_BYTES)
        self._held = 0
        self.begin()

    def begin(self) -> None:
        """Get ready for the next answer."""
        self.let_go()
        self.http_status = 0
        self._headers: CIMultiDict[str] = CIMultiDict()
        self._size = self._head_bytes = 0
        self._fault: PostFailed | None = None
        self._headers_complete = self._complete = self._more = self._measured = self._kept = False

    def feed(self, data: bytes) -> bool:
        """Take what came; True once the answer is whole. Raises PostFailed BROKEN or TOO_LARGE."""
        if not self._headers_complete:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._complete:
                raise _broken() from None
            self._more = True
        if self._fault is not None:
            raise self._fault
        if self._head_bytes > _HEAD_MAX_BYTES and not self._headers_complete:
            raise _broken()
        return self._complete

    def let_go(self) -> None:
        """Drop what came: it was read, or is not wanted any more."""
        self._body: list[bytes] = []
        self._allowance.give_back(self._held)
        self._held = 0

    def ends_here(self) -> bool:
        """The connection was closed: is the answer one that lasts until then (RFC 9112, 6.3), and so whole?"""
        return self._headers_complete and not self._measured

    @property
    def reusable(self) -> bool:
        """Another request may follow on this connection: the partner keeps it open, and said nothing unasked."""
        return self._complete and not self._more and self._kept

    def answer(self) -> tuple[int, CIMultiDict[str], bytes]:
        """HTTP status, headers and body, unpacked. Raises PostFailed BROKEN or TOO_LARGE."""
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self.let_go()
        encoding = self._headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity"}:
            body = inflate(body, encoding)
            self._headers.popall("Content-Encoding")
        return self.http_status, self._headers, body

    def on_message_begin(self) -> None:
        """The first byte of an answer: the second one to a request is one too many."""
        self._more = self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, also one of a chunked body's trailer."""
        if self._complete:
            return
        if len(name) + len(value) > HEADER_MAX_BYTES or len(self._headers) >= HEADERS_MAX:
            self._fault = self._fault or _broken()
            return
        if name.lower() in _MEASURES:
            self._measured = True
        self._headers.add(name.decode("latin-1"), value.decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        """Everything before the body."""
        if self._complete:
            return
        self.http_status = self._parser.get_status_code()
        self._kept = bool(self._parser.should_keep_alive())  # asked later, the parser has forgotten
        self._headers_complete = True
        length = self._headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > ANSWER_MAX_BYTES:
            self._fault = self._fault or _too_large()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._complete:
            return
        self._size += len(body)
        if self._size > ANSWER_MAX_BYTES:
            self._fault = self._fault or _too_large()
            return
        try:
            self._allowance.take(len(body))
        except PostFailed as failed:
            self._fault = self._fault or failed
            return
        self._held += len(body)
        self._body.append(body)

    def on_message_complete(self) -> None:
        """The end of an answer; of an interim one (1xx) nothing is kept."""
        if self._complete:
            return
        if 100 <= self.http_status < 200:
            self._headers.clear()
            self._headers_complete = self._measured = False
            return
        self._complete = True


def inflate(body: bytes, encoding: str) -> bytes:
    """Unpack what came packed although the hub asked for it plain; at most as much as a plain answer may have."""
    if encoding not in {"gzip", "deflate"}:
        raise PostFailed(Failure.BROKEN, "the answer is packed in a way that the hub did not ask for")
    unpacking = zlib.decompressobj(wbits=47)
    try:
        unpacked = unpacking.decompress(body, ANSWER_MAX_BYTES + 1)
    except zlib.error:
        raise PostFailed(Failure.BROKEN, "the answer says that it is packed and cannot be unpacked") from None
    if len(unpacked) > ANSWER_MAX_BYTES:
        raise _too_large()
    return unpacked


def _broken() -> PostFailed:
    return PostFailed(Failure.BROKEN, "the answer is not whole, or not HTTP")


def _too_large() -> PostFailed:
    return PostFailed(Failure.TOO_LARGE, f"the answer is over {ANSWER_MAX_BYTES // 1024 // 1024} MiB")
