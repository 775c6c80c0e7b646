"""Bytes of one connection become requests, one after another: strict by llhttp's measure, bounded every way.

Source: RFC 9112; the bounds are those that aiohttp has for what it serves here.
"""

import re
from collections import deque
from collections.abc import Callable

import httptools
from multidict import CIMultiDict

from hub.incoming.request import Request

LINE_MAX_BYTES = 8190
HEADERS_MAX = 128
HEAD_MAX_BYTES = 64 * 1024
_OURS = re.compile(r"[A-Z]{1,16} /ocpi[/? ]")
_VERSIONS = ("1.1", "1.0")
_AFTER_PREFIX = (b"", b"/", b"?")
_DECIDED_BYTES = 23
"""The longest that `_OURS` matches: who is not recognised by then, or by the end of a line, is not ours."""
NO_HTTP = "this is not a request that HTTP allows"
_NO_UPGRADE = "this hub does not change the protocol: send the request without Upgrade"
LINE_TOO_LONG = "a line of the request is too long"


def is_ours(data: bytes) -> bool | None:
    """Do these bytes begin an OCPI request? None when more must come before that is known."""
    if _OURS.match(data[:_DECIDED_BYTES].decode("latin-1")):
        return True
    return False if len(data) >= _DECIDED_BYTES or b"\n" in data else None


class Reader:
    """Fills `requests`, oldest first; whoever has answered one takes it out. httptools calls the `on_…` methods."""

    __slots__ = (
        "_head_bytes",
        "_headers",
        "_in_head",
        "_parser",
        "_target",
        "_timeout_s",
        "_wanted",
        "between",
        "last",
        "refusal",
        "requests",
    )

    def __init__(self, timeout_s: float, wanted: Callable[[], None]) -> None:
        """`timeout_s`: for a body; `wanted` is called when somebody waits for more of one."""
        self.requests: deque[Request] = deque()
        self.between = True
        """No request has begun that is not whole."""
        self.last = False
        """Nothing is read after the requests that are here."""
        self.refusal = ""
        """Why what came is refused, after the requests that are here; empty while it is in order."""
        self._parser = httptools.HttpRequestParser(self)
        self._timeout_s = timeout_s
        self._wanted = wanted
        self._headers: CIMultiDict[str] = CIMultiDict()
        self._target = b""
        self._in_head = False
        self._head_bytes = 0

    @property
    def in_head(self) -> bool:
        """A request has begun whose head is not whole yet."""
        return self._in_head and not self.refusal

    def feed(self, data: bytes) -> None:
        """Take what came; sets `refusal` when it is no HTTP."""
        was_in_head = self._in_head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.last = True  # nobody speaks anything but HTTP/1.1 here; the request itself is answered
        except httptools.HttpParserError:
            if not self.last:
                self._refuse(NO_HTTP)
        if was_in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX_BYTES:
                self._refuse(NO_HTTP)

    def close(self) -> None:
        """The connection has ended: what is not whole will not become that; and let the parser go, which knows this one."""
        if self.requests and not self.requests[-1].complete:
            self.requests[-1].finish(broken=True)
        del self._parser

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._headers = CIMultiDict()
        self._target = b""
        self._head_bytes = 0
        self._in_head = True
        self.between = False

    def on_url(self, part: bytes) -> None:
        """The target, or a part of it."""
        self._target += part
        if len(self._target) > LINE_MAX_BYTES:
            self._refuse(LINE_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, also one of a chunked body's trailer, which means nothing here."""
        if not self._in_head:
            return
        if len(name) > LINE_MAX_BYTES or len(value) > LINE_MAX_BYTES:
            self._refuse(LINE_TOO_LONG)
        elif len(self._headers) >= HEADERS_MAX:
            self._refuse(NO_HTTP)
        else:
            self._headers.add(name.decode("latin-1"), value.decode("utf-8", "surrogateescape"))

    def on_headers_complete(self) -> None:
        """Everything before the body."""
        self._in_head = False
        if self.last or self.refusal:
            return
        if self._target[:5] != b"/ocpi" or self._target[5:6] not in _AFTER_PREFIX:
            self.last = True  # sent behind another one that was not answered yet, and not ours: it is to come again
            return
        version = self._parser.get_http_version()
        if version not in _VERSIONS:
            self._refuse(NO_HTTP)
            return
        length = self._headers.get("Content-Length", "")
        if self._parser.should_upgrade() and (length or "Transfer-Encoding" in self._headers):
            self._refuse(_NO_UPGRADE)  # httptools would take its body for the other protocol's
            return
        self.requests.append(
            Request(
                method=self._parser.get_method().decode(),
                target=self._target.decode("utf-8", "surrogateescape"),
                headers=self._headers,
                keep_alive=self._parser.should_keep_alive(),
                old=version == "1.0",
                length=int(length) if length else 0,
                timeout_s=self._timeout_s,
                wanted=self._wanted,
            )
        )

    def on_body(self, part: bytes) -> None:
        """A part of the body."""
        if not self.last and not self.refusal:
            self.requests[-1].add(part)

    def on_message_complete(self) -> None:
        """The end of a request."""
        self.between = True
        if not self.last and not self.refusal:
            self.requests[-1].finish()

    def _refuse(self, why: str) -> None:
        if self.requests and not self.requests[-1].complete:
            self.requests[-1].finish(broken=True)  # that request's answer says so
            self.last = True
        elif not self.refusal:
            self.refusal = why
