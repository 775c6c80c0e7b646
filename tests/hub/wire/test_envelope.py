"""The response format: what is written is one, and whatever comes is read as one or as none."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire import envelope
from hub.wire.types import parse_datetime

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
INSTANTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC) | st.just(timezone(timedelta(hours=5, minutes=30))),
)


@given(data=PLAIN, message=st.text())
def test_what_is_written_is_read(data: Any, message: str) -> None:
    """H7.01: data, status_code and status_message come back as they went in."""
    read = envelope.read(envelope.write(1000, AT, message=message, data=data))

    assert read == envelope.Envelope(1000, message, data)


@given(at=INSTANTS)
def test_the_timestamp_is_utc_with_a_z(at: datetime) -> None:
    """H7.01, H7.06: the timestamp is the time given, in UTC with `Z`, at most 25 characters, to the millisecond."""
    timestamp = json.loads(envelope.write(1000, at))["timestamp"]

    assert timestamp.endswith("Z")
    assert len(timestamp) <= 25
    assert at - timedelta(milliseconds=1) < parse_datetime(timestamp) <= at


def test_only_what_is_said_is_written() -> None:
    """H7.01, H7.04: status_code and timestamp always; data and status_message only when there are any."""
    assert json.loads(envelope.write(2001, AT)) == {"status_code": 2001, "timestamp": "2026-01-31T12:00:00Z"}


def test_an_empty_list_is_written_as_one() -> None:
    """H7.03: nothing found is `[]`, not null and not absent."""
    assert json.loads(envelope.write(1000, AT, data=[]))["data"] == []


def test_data_that_is_json_already_is_not_touched() -> None:
    """Number texts of stored objects stay as their owner wrote them."""
    assert b'"data":[{"kwh":10.000}],' in envelope.write(1000, AT, raw_data=b'[{"kwh":10.000}]')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"1000"',
        b"{}",
        b'{"data":[]}',
        b'{"status_code":"1000"}',
        b'{"status_code":true}',
        b'{"status_code":NaN}',
        b'{"status_code":1000,"data":' + b"[" * 70 + b"]" * 70 + b"}",
    ],
)
def test_what_is_no_envelope_is_none(body: bytes) -> None:
    """An error page, a bare object or a status_code that is no number is no envelope."""
    assert envelope.read(body) is None


@given(body=st.binary())
def test_no_body_is_too_strange_to_read(body: bytes) -> None:
    """Whatever a partner answers, reading it raises nothing."""
    read = envelope.read(body)

    assert read is None or isinstance(read.status_code, int)


@pytest.mark.parametrize(
    ("status_code", "succeeded"), [(999, False), (1000, True), (1999, True), (2000, False), (4003, False)]
)
def test_one_thousand_something_is_success(status_code: int, succeeded: bool) -> None:
    """1xxx, the custom 19xx among them, is success; nothing else is."""
    assert envelope.Envelope(status_code, "", None).succeeded is succeeded


def test_a_status_message_that_is_no_text_is_left_out() -> None:
    """A partner that writes null, or an object, still has a status_code."""
    assert envelope.read(b'{"status_code":2000,"status_message":null}') == envelope.Envelope(2000, "", None)
