"""Logs: one JSON line an event to stderr, keyed words, never a credentials token, never a body.

A thread of its own writes the lines: a full pipe at stderr must not stop the hub, so lines that do not fit are counted.
"""

import atexit
import json
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, MutableMapping
from typing import Any, BinaryIO

import orjson
import structlog

from hub.clock import now_utc

WAITING_MAX = 20_000
_PAUSE_S = 0.02
_HIDDEN = frozenset({"authorization", "body", "credentials_token", "password", "secret", "token", "tokens"})
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
Words = MutableMapping[str, Any]


class Lines:
    """Takes lines without waiting; writes them in order."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: deque[bytes] = deque()
        self._some = threading.Event()
        self._writing = threading.Lock()
        self.dropped = 0
        threading.Thread(target=self._write_forever, name="log", daemon=True).start()
        atexit.register(self.flush)

    def msg(self, line: bytes) -> None:
        """Take one line without its end."""
        if len(self._waiting) >= WAITING_MAX:
            self.dropped += 1
            return
        self._waiting.append(line)
        if not self._some.is_set():
            self._some.set()

    debug = info = warning = error = critical = msg

    def flush(self) -> None:
        """Write everything that waits; for the end and for tests."""
        with self._writing:
            self._write()

    def _write_forever(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_PAUSE_S)  # one waking for many lines: each costs the event loop a turn of the interpreter lock
            self._some.clear()
            with self._writing:
                self._write()

    def _write(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self.dropped:
            lines.append(write_line({"event": "log_lines_dropped", "level": "warning", "lines": self.dropped}))
            self.dropped = 0
        if lines:
            try:
                self._stream.write(b"\n".join(lines) + b"\n")
                self._stream.flush()
            except (OSError, ValueError):  # nobody reads stderr any more: there is no place left to say so
                return


class _Bridge(logging.Handler):
    """What libraries log becomes lines of the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        words: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            words["exc_info"] = record.exc_info
        level = max(logging.DEBUG, min(record.levelno // 10 * 10, logging.CRITICAL))
        structlog.get_logger().log(level, record.getMessage(), **words)


def configure(level: str, stream: BinaryIO | None = None) -> Lines:
    """Send all logging of this process to `stream` (stderr), from `level` (debug, info, warning, error) on."""
    lines = Lines(stream or sys.stderr.buffer)
    structlog.configure(
        processors=[_stamp, structlog.processors.format_exc_info, _hide, _write_words],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Bridge()], level=max(_LEVELS[level], logging.WARNING), force=True)
    return lines


def often(level: str) -> Callable[[Words], None] | None:
    """How to say what happens thousands of times a second: past structlog's processors, in a tenth of their time.

    None when `level` is not logged. The words name their instant themselves (`at`), and hold nothing that must be hidden.
    """
    if not structlog.get_logger().is_enabled_for(_LEVELS[level]):
        return None
    lines = structlog.get_config()["logger_factory"]()

    def say(words: Words) -> None:
        lines.msg(write_line({"level": level, **words}))

    def say_elsewhere(words: Words) -> None:
        structlog.get_logger().log(_LEVELS[level], **words)

    return say if isinstance(lines, Lines) else say_elsewhere


def write_line(words: Words) -> bytes:
    """One line of JSON: control characters come out escaped, so no value can start a line or colour a terminal."""
    try:
        return orjson.dumps(words, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
    except orjson.JSONEncodeError:  # a text with half a surrogate pair, from bytes that are no UTF-8
        return json.dumps(words, default=str, ensure_ascii=True).encode()


def _stamp(_: Any, level: str, words: Words) -> Words:
    return {"at": now_utc(), "level": level, **words}


def _hide(_: Any, __: str, words: Words) -> Words:
    for name in _HIDDEN & words.keys():
        words[name] = "…"
    return words


def _write_words(_: Any, __: str, words: Words) -> bytes:
    return write_line(words)
