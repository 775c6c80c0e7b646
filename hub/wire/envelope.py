"""The OCPI response format: `{data, status_code, status_message, timestamp}`.

Source: OCPI 2.2.1, transport_and_format, Response format.
"""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.types import format_datetime

SUCCESS = 1000


class Envelope(NamedTuple):
    """What another side's answer says."""

    status_code: int
    status_message: str
    data: Any

    @property
    def succeeded(self) -> bool:
        """1xxx."""
        return 1000 <= self.status_code < 2000


def write(
    status_code: int, at: datetime, *, message: str = "", data: Any = None, raw_data: bytes | None = None
) -> bytes:
    """Write an envelope; `data` (plain values without floats) or `raw_data` (JSON already) is left out when None."""
    head = b""
    if raw_data is not None:
        head = b'"data":' + raw_data + b","
    elif data is not None:
        head = b'"data":' + orjson.dumps(data) + b","
    said = b'"status_message":' + orjson.dumps(message) + b"," if message else b""
    return b'{%b"status_code":%d,%b"timestamp":"%b"}' % (head, status_code, said, format_datetime(at).encode())


def read(body: bytes) -> Envelope | None:
    """Read an envelope; None when the body is not one. Numbers in `data` are rounded: look at them, send the bytes."""
    try:
        value = json_text.check(body)
    except BrokenJson:
        return None
    if not isinstance(value, dict):
        return None
    code = value.get("status_code")
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    said = value.get("status_message")
    return Envelope(code, said if isinstance(said, str) else "", value.get("data"))
