"""Bytes become requests: however they are cut up, and whatever is no HTTP is refused, not guessed at."""

from collections.abc import Iterable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.incoming.reading import HEADERS_MAX, LINE_TOO_LONG, NO_HTTP, Reader, is_ours
from hub.incoming.request import Request


class Sent(NamedTuple):
    """A request as a client means it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunk: int
    """Size of the chunks that the body goes out in; 0: with its length."""

    def bytes(self) -> bytes:
        head = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        start = f"{self.method} {self.target} HTTP/1.1\r\nHost: hub.example\r\n{head}".encode()
        if self.chunk:
            parts = [self.body[at : at + self.chunk] for at in range(0, len(self.body), self.chunk)]
            chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
            return start + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"
        return start + (f"Content-Length: {len(self.body)}\r\n" if self.body else "").encode() + b"\r\n" + self.body


_WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
_SENT = st.builds(
    Sent,
    method=st.sampled_from(["GET", "PUT", "POST", "PATCH", "DELETE"]),
    target=st.sampled_from(["/ocpi", "/ocpi/versions", "/ocpi/2.2.1/receiver/locations/NL/CPA/L1?a=%20b", "/ocpi?x"]),
    headers=st.lists(st.tuples(st.sampled_from(["X-A", "X-B", "OCPI-to-party-id"]), _WORDS), max_size=4).map(tuple),
    body=st.binary(max_size=200),
    chunk=st.integers(0, 50),
)


def _read(parts: Iterable[bytes]) -> Reader:
    reader = Reader(1.0, lambda: None)
    for part in parts:
        reader.feed(part)
    return reader


async def _said(request: Request) -> tuple[str, str, str, list[tuple[str, str]], bytes]:
    own = [(name, value) for name, value in request.headers.items() if name not in {"Host", "Content-Length"}]
    named = [(name, value) for name, value in own if name != "Transfer-Encoding"]
    return request.method, request.path, request.query, named, await request.read(1_000_000)


@given(sent=st.lists(_SENT, min_size=1, max_size=4), cuts=st.lists(st.integers(1, 400), max_size=30))
async def test_requests_are_the_same_however_they_are_cut_up(sent: list[Sent], cuts: list[int]) -> None:
    """Method, target, headers and body of each arrive in order and whole, in one piece or byte by byte."""
    stream = b"".join(one.bytes() for one in sent)
    ends = [sum(cuts[: count + 1]) for count in range(len(cuts))]
    parts = [stream[start:end] for start, end in zip([0, *ends], [*ends, len(stream)], strict=True)]
    reader = _read(part for part in parts if part)

    meant = [
        (one.method, *_split(one.target), [(name, value.strip()) for name, value in one.headers], one.body)
        for one in sent
    ]
    assert [await _said(request) for request in reader.requests] == meant
    assert (reader.refusal, reader.between, reader.last) == ("", True, False)


def _split(target: str) -> tuple[str, str]:
    path, _, query = target.partition("?")
    return path, query


@given(sent=_SENT, junk=st.binary(min_size=1, max_size=60), at=st.integers(0, 500))
async def test_junk_makes_no_other_request(sent: Sent, junk: bytes, at: int) -> None:
    """Bytes that do not belong are refused, or part of a body or of a header: nothing is raised, and no path but ours is read."""
    whole = sent.bytes()
    reader = _read([whole[: at % len(whole)] + junk + whole[at % len(whole) :]])

    assert all(request.path.startswith("/ocpi") for request in reader.requests)


@pytest.mark.parametrize(
    ("begun", "ours"),
    [
        (b"GET /ocpi/versions HTTP/1.1\r\n", True),
        (b"OPTIONS /ocpi?", True),
        (b"GET /ocpi ", True),
        (b"GET /ocpi", None),
        (b"GE", None),
        (b"", None),
        (b"GET /ocpis/versions HTTP/1.1", False),
        (b"GET /health HTTP/1.1\r\n", False),
        (b"get /ocpi/versions HTTP/1.1", False),
        (b"GET http://hub/ocpi/versions HTTP/1.1", False),
        (b"hello\r\n\r\n", False),
        (b"\r\nGET /ocpi", False),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 20, False),
    ],
)
def test_who_is_ours_is_seen_in_the_first_bytes(begun: bytes, ours: bool | None) -> None:
    """What begins an OCPI request, what does not, and what may still become one."""
    assert is_ours(begun) is ours


def _head(*lines: str) -> bytes:
    return "\r\n".join(["PUT /ocpi/versions HTTP/1.1", *lines]).encode("latin-1") + b"\r\n\r\n"


REFUSED = {
    "two lengths": _head("Content-Length: 1", "Content-Length: 2"),
    "length and chunks": _head("Content-Length: 2", "Transfer-Encoding: chunked"),
    "chunks that are not the last coding": _head("Transfer-Encoding: chunked, gzip"),
    "a length that is none": _head("Content-Length: 0x10"),
    "a plus": _head("Content-Length: +1"),
    "a space before the colon": _head("Authorization : x"),
    "a folded header": _head("X-A: 1", " 2"),
    "a bare newline": _head("X-A: 1\nX-B: 2"),
    "a null": _head("X-A: 1\0"),
    "another version": b"PUT /ocpi/versions HTTP/3.7\r\n\r\n",
    "no version": b"PUT /ocpi/versions\r\n\r\n",
    "an unknown method": b"BREW /ocpi/versions HTTP/1.1\r\n\r\n",
    "too many headers": _head(*(f"X-{number}: 1" for number in range(HEADERS_MAX + 1))),
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_what_could_be_read_in_two_ways_is_refused(sent: bytes) -> None:
    """SEC-17: nobody hides one request in another, whoever stands in front of this hub."""
    reader = _read([sent])

    assert reader.refusal == NO_HTTP
    assert not reader.requests


@pytest.mark.parametrize("sent", [_head("X-A: " + "1" * 8191), b"GET /ocpi/" + b"1" * 8190 + b" HTTP/1.1\r\n\r\n"])
def test_a_line_that_is_too_long(sent: bytes) -> None:
    """A target and a header may have 8190 bytes."""
    assert _read([sent]).refusal == LINE_TOO_LONG


def test_a_head_that_does_not_end_is_refused() -> None:
    """However it is cut up, and whether it is one endless header or many."""
    endless = _read([b"GET /ocpi/versions HTTP/1.1\r\nX-A: ", *([b"1" * 1000] * 100)])

    assert endless.refusal == NO_HTTP


def test_a_broken_chunk_breaks_its_request_alone() -> None:
    """Its own answer says so, once; what came before is whole."""
    whole = _head("Content-Length: 2") + b"{}"
    reader = _read([whole + _head("Transfer-Encoding: chunked") + b"zz\r\n"])

    assert [(request.complete, request.broken) for request in reader.requests] == [(True, False), (True, True)]
    assert (reader.refusal, reader.last) == ("", True)


def test_another_protocol_is_not_spoken() -> None:
    """Without a body the request is answered as any other, and is the last; with one it is refused, for where it ends is moot."""
    upgrade = ("Connection: Upgrade", "Upgrade: h2c")
    plain = _read([_head(*upgrade) + b"PRI * HTTP/2.0\r\n\r\n"])
    body = _read([_head(*upgrade, "Content-Length: 2") + b"{}"])

    assert (len(plain.requests), plain.last, plain.refusal) == (1, True, "")
    assert (len(body.requests), bool(body.refusal)) == (0, True)


def test_what_is_not_ours_behind_what_is() -> None:
    """Sent without waiting for the first answer: it is left unanswered, and the connection will end."""
    reader = _read([_head() + b"GET /health HTTP/1.1\r\n\r\n" + _head()])

    assert (len(reader.requests), reader.last, reader.refusal) == (1, True, "")
