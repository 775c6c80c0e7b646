"""Logs are one line of JSON an event, whatever a partner writes into a value."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hub.log import WAITING_MAX, Lines, configure

Read = list[dict[str, Any]]


class Log:
    """A configured log whose lines can be read."""

    def __init__(self, level: str = "info") -> None:
        self.stream = io.BytesIO()
        self.lines = configure(level, self.stream)

    def read(self) -> Read:
        """Every line so far."""
        self.lines.flush()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """A log at level info; the process's own logging comes back afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield Log()
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_an_event_is_one_line_with_its_words(log: Log) -> None:
    """Level, instant, event and words are there; what is below the level is not."""
    structlog.get_logger().debug("unseen")
    structlog.get_logger().info("message", method="PUT", http_status=200)

    (line,) = log.read()
    assert line.pop("at").endswith("Z")
    assert line == {"level": "info", "event": "message", "method": "PUT", "http_status": 200}


@pytest.mark.parametrize(
    "value", ["a\r\nb", "\x1b[31mred", "\x00", "\u2028", "a\udcff", "<script>", '","event":"forged', "\u202e\u200b"]
)
def test_a_hostile_value_stays_inside_its_line(log: Log, value: str) -> None:
    """SEC-20: CR, LF, ANSI, separators, half surrogates: one line of JSON that gives the value back, no control byte in it."""
    structlog.get_logger().info("message", note=value)

    (line,) = log.read()
    written = log.stream.getvalue()
    assert (line["note"], line["event"]) == (value, "message")
    assert not any(byte < 0x20 for byte in written[:-1])


@pytest.mark.parametrize("name", ["token", "authorization", "body", "credentials_token", "secret", "password"])
def test_secrets_are_hidden_by_their_name(log: Log, name: str) -> None:
    """A value that must never be logged is hidden even if someone passes it."""
    structlog.get_logger().warning("oops", **{name: "abc123"})

    assert b"abc123" not in log.stream.getvalue()
    assert log.read()[0][name] == "…"


def test_libraries_log_in_the_same_form(log: Log) -> None:
    """A warning of aiohttp or asyncio is a JSON line too, with its traceback in one value; their chatter is left out."""
    logging.getLogger("aiohttp.server").info("chatter")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("aiohttp.server").exception("Error handling %s", "request")

    (line,) = log.read()
    assert (line["event"], line["logger"], line["level"]) == ("Error handling request", "aiohttp.server", "error")
    assert "ValueError: broken" in line["exception"]


def test_lines_that_do_not_fit_are_counted() -> None:
    """A stream that nobody reads costs bounded memory and no waiting; the loss is said."""
    stream = io.BytesIO()
    lines = Lines(stream)
    with lines._writing:
        for number in range(WAITING_MAX + 2):
            lines.msg(b"%d" % number)
        dropped = lines.dropped
        lines._write()

    written = stream.getvalue().splitlines()
    assert 1 <= dropped <= 2
    assert json.loads(written[-1]) == {"event": "log_lines_dropped", "level": "warning", "lines": dropped}


def test_a_closed_stream_harms_nobody() -> None:
    """When stderr is gone the hub goes on."""
    stream = io.BytesIO()
    stream.close()
    lines = Lines(stream)
    lines.msg(b"{}")

    lines.flush()

    assert not lines._waiting
