"""What an answer means: taken, refused, or try again; and how much of it people are shown."""

import base64
import time

import pytest

from hub.delivery.answer import Answer
from hub.delivery.item import Outcome
from hub.delivery.verdict import SHOWN_MAX_CHARS, judge, show

SECRET = "tok-0123456789"


def answer(http_status: int, body: bytes = b"", **headers: str) -> Answer:
    """A partner's answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(http_status=http_status, body=body, headers=named)


def envelope(code: int) -> bytes:
    """An OCPI envelope."""
    return b'{"status_code":%d,"timestamp":"2026-01-01T00:00:00Z"}' % code


@pytest.mark.parametrize(
    ("http_status", "body", "outcome"),
    [
        (200, envelope(1000), Outcome.DONE),
        (201, envelope(1000), Outcome.DONE),
        (200, envelope(1999), Outcome.DONE),
        (200, b"", Outcome.DONE),
        (204, b"", Outcome.DONE),
        (200, b" \r\n", Outcome.DONE),
        (200, envelope(2000), Outcome.REFUSED),
        (200, envelope(2001), Outcome.REFUSED),
        (200, envelope(2003), Outcome.REFUSED),
        (200, envelope(4001), Outcome.REFUSED),
        (200, envelope(3000), Outcome.UNCLEAR),
        (200, envelope(4003), Outcome.UNCLEAR),
        (200, b"<html>maintenance</html>", Outcome.UNCLEAR),
        (200, b'{"ok":true}', Outcome.UNCLEAR),
        (200, b"[]", Outcome.UNCLEAR),
        *[(status, envelope(2000), Outcome.REFUSED) for status in (400, 404, 405, 409, 410, 413, 415, 422)],
        *[(status, envelope(2000), Outcome.UNCLEAR) for status in (401, 403, 408, 425, 429)],
        *[(status, envelope(1000), Outcome.UNCLEAR) for status in (301, 302, 307, 500, 502, 503, 504, 599)],
        (400, b"<html>", Outcome.REFUSED),
    ],
)
def test_an_answer_is_taken_refused_or_unclear(http_status: int, body: bytes, outcome: Outcome) -> None:
    """D1: only a clear success settles as taken, only a clear refusal as refused."""
    assert judge(answer(http_status, body), withdrawing=False, secret=SECRET).outcome is outcome


@pytest.mark.parametrize(("http_status", "code"), [(404, 2000), (410, 2000), (200, 2003), (200, 2004)])
def test_what_is_gone_already_is_withdrawn(http_status: int, code: int) -> None:
    """A DELETE of what the receiver does not have did what it should."""
    assert judge(answer(http_status, envelope(code)), withdrawing=True, secret="").outcome is Outcome.DONE


def test_a_refused_withdrawal_is_refused() -> None:
    """A DELETE that the receiver does not understand is not taken for done."""
    assert judge(answer(405, envelope(2000)), withdrawing=True, secret="").outcome is Outcome.REFUSED


def test_when_to_come_back_is_read_where_it_means_something() -> None:
    """Retry-After counts with 429 and 503."""
    assert judge(answer(429, Retry_After="7"), withdrawing=False, secret="").retry_after_s == 7
    assert judge(answer(503, retry_after="7"), withdrawing=False, secret="").retry_after_s == 7
    assert judge(answer(500, Retry_After="7"), withdrawing=False, secret="").retry_after_s == 0
    assert judge(answer(200, envelope(1000), Retry_After="7"), withdrawing=False, secret="").retry_after_s == 0


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"Authorization: Token {SECRET}",
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc",
        '{"token": "short"}',
        '{"credentials_token":"abc def"}',
        '{"password" : "hunter2"}',
        base64.b64encode(SECRET.encode() * 2).decode(),
    ],
)
def test_secrets_are_not_shown(text: str) -> None:
    """What an answer repeats of a token is hidden: by its value, its name, or its look."""
    shown = show(f'{{"why":"bad {text}"}}'.encode(), SECRET)

    for secret in (SECRET, "eyJhbGci", "short", "abc def", "hunter2", base64.b64encode(SECRET.encode() * 2).decode()):
        assert secret not in shown
    assert "…" in shown
    assert "why" in shown


def test_what_helps_is_shown() -> None:
    """Words, numbers, ids and messages stay."""
    body = b'{"status_code":2001,"status_message":"evses/0/uid is missing","id":"0b8f7f5e-6a52-4c6b-9c5e-0a4bca2c3a11"}'

    assert show(body, SECRET) == body.decode()


def test_what_is_shown_is_bounded_and_printable() -> None:
    """4 KiB at most, no control character of any kind, whatever the bytes."""
    assert len(show(b"word " * 10_000, "")) == SHOWN_MAX_CHARS
    assert "\x1b" not in show(b"\x1b[31m\x00\xff\r\nred", "")


@pytest.mark.parametrize("body", [b'"' * 8192, b"token " * 1500, b"A" * 8192, b'"token' * 1400, b"a-" * 4096])
def test_hostile_bodies_are_read_quickly(body: bytes) -> None:
    """No answer makes the search for secrets slow."""
    started = time.perf_counter()
    for _ in range(5):
        show(body, SECRET)

    assert time.perf_counter() - started < 0.5
