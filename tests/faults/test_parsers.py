"""SEC-F2: the five parsers that read what strangers write: never anything but the declared errors, never slow."""

import time
from base64 import b64encode
from datetime import UTC

from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from hub.wire import envelope, json_text
from hub.wire.credentials_token import read_authorization, write_authorization
from hub.wire.errors import BrokenJson, ClientError, InvalidParameters
from hub.wire.headers import (
    CORRELATION_ID,
    FROM_COUNTRY,
    FROM_PARTY,
    MAX_ID_CHARS,
    TO_COUNTRY,
    TO_PARTY,
    RoutingHeaders,
    read_id,
    read_routing,
)
from hub.wire.paging import read_link, write_link
from hub.wire.types import format_datetime, parse_datetime

MOST_MS = 50.0
MANY = settings(max_examples=500)
HEADER = st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cs"]), max_size=200)
"""What a server hands over: latin-1 and surrogates that were escaped, or more."""
_SHREDS = (
    *(
        "Token ",
        "token",
        "Basic ",
        "=",
        "<",
        ">",
        ";",
        ",",
        " rel=",
        '"',
        "'",
        "next",
        "http://a/",
        "\\",
        "\t",
        "\r\n",
        "é",
        "\0",
    ),
    *(
        "2026-01-31",
        "T",
        "12:00:00",
        "Z",
        "+",
        "-",
        ".",
        ":",
        "99",
        "00",
        "24:60:61",
        " ",
        "٣",
        "{",
        "}",
        "[",
        "]",
        "1e999",
    ),
    *('"status_code"', "1000", "NaN", "Infinity", "true", "null", '"data"', "\\ud800", "-0", "0.10"),
)
SHREDS = st.lists(st.sampled_from(_SHREDS), max_size=40).map("".join)
WRITTEN = st.one_of(HEADER, SHREDS)


def quickly(began_s: float) -> None:
    """Processor time, so that a busy machine is no failure."""
    assert (time.process_time() - began_s) * 1000 < MOST_MS


@MANY
@given(st.lists(WRITTEN, max_size=3))
def test_authorization(values: list[str]) -> None:
    """Tokens or none: two headers, other schemes and bytes that are not ASCII mean nothing."""
    began_s = time.process_time()
    tokens = read_authorization(values)
    quickly(began_s)

    assert len(tokens) <= 2
    assert all(isinstance(one, str) and one for one in tokens)
    assert not tokens or (len(values) == 1 and values[0].strip().lower().startswith("token"))


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64), st.booleans())
def test_a_token_that_was_written_is_read(token: str, encoded: bool) -> None:
    """Whatever a partner may be given as a token, it is among what its header may mean."""
    assert token in read_authorization([write_authorization(token, encoded=encoded)])


@MANY
@given(WRITTEN)
@example("<" * 8000)
@example('<a>;rel="' + "next " * 2000)
@example(",<>" * 4000)
@example("<a>" + ";a=" * 4000)
def test_link(value: str) -> None:
    """A printable URL or none, in linear time."""
    began_s = time.process_time()
    url = read_link(value)
    quickly(began_s)

    assert url is None or (url and url.isascii() and url.isprintable())
    if url is not None:
        assert read_link(write_link(url)) in {url, None}


@MANY
@given(WRITTEN)
@example("9999-12-31T23:59:60-23:59")
@example("0001-01-01T00:00:00+23:59")
def test_datetime(written: str) -> None:
    """An instant in UTC that can be written and read again, or ValueError."""
    try:
        instant = parse_datetime(written)
    except ValueError:
        return
    assert instant.tzinfo is UTC or instant.utcoffset() == UTC.utcoffset(None)
    assert parse_datetime(format_datetime(instant)) == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@MANY
@given(st.one_of(st.binary(max_size=200), WRITTEN.map(lambda text: text.encode("utf-8", "surrogatepass"))))
@example(b"[" * 100_000)
@example(b'{"a":' * 5_000)
@example(b'{"status_code":' + b"9" * 100_000 + b"}")
@example(b'{"status_code":1e3}')
def test_envelope(body: bytes) -> None:
    """An envelope with a whole number for a status, or none; JSON is refused as BrokenJson and in no other way."""
    began_s = time.process_time()
    said = envelope.read(body)
    quickly(began_s)

    assert said is None or (type(said.status_code) is int and isinstance(said.status_message, str))
    for read in (json_text.check, json_text.loads):
        try:
            read(body)
        except BrokenJson:
            assert said is None


@MANY
@given(
    st.lists(
        st.tuples(
            st.sampled_from([TO_COUNTRY, TO_PARTY, FROM_COUNTRY, FROM_PARTY, CORRELATION_ID, "X-Other"]), WRITTEN
        ),
        max_size=8,
    )
)
def test_routing_headers(pairs: list[tuple[str, str]]) -> None:
    """Parties that can be written back, or 2001 or 2000; an id that fits into a log line, or none."""
    headers = CIMultiDictProxy(CIMultiDict(pairs))
    found = read_id(headers, CORRELATION_ID)
    assert found is None or (0 < len(found) <= MAX_ID_CHARS and found.isascii() and found.isprintable())
    try:
        routing = read_routing(headers)
    except (InvalidParameters, ClientError):
        return
    written = CIMultiDictProxy(CIMultiDict(routing.write()))
    assert read_routing(written) == RoutingHeaders(to=routing.to, sender=routing.sender)


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
def test_a_token_in_base64_with_a_line_end(token: str) -> None:
    """The specification's own examples end so."""
    assert token in read_authorization([f"Token {b64encode((token + chr(10)).encode()).decode()}"])
