"""What a simulated partner received, answers and is answered: three plain values, and exact JSON for them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import orjson
from multidict import CIMultiDictProxy

from hub.clock import now_utc
from hub.wire import envelope, json_text
from hub.wire.errors import OcpiError
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.party import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came in; `target` is path and query as written, `path` is percent-decoded without the query.

    `header_names` are spelled as they were sent.
    """

    method: str
    path: str
    target: str
    query: Mapping[str, str]
    headers: CIMultiDictProxy[str]
    header_names: tuple[str, ...]
    body: bytes
    received_at: datetime

    @property
    def segments(self) -> tuple[str, ...]:
        """The segments of the path, each percent-decoded."""
        return tuple(unquote(segment) for segment in self.target.partition("?")[0].strip("/").split("/"))

    @property
    def json(self) -> Any:
        """The parsed body with numbers as int and Decimal; raises ValueError when it is not JSON."""
        return read_json(self.body)

    @property
    def to(self) -> Party | None:
        """The party in the OCPI-to headers, None when they are absent or unreadable."""
        return _routing(self.headers).to

    @property
    def from_(self) -> Party | None:
        """The party in the OCPI-from headers, None when they are absent or unreadable."""
        return _routing(self.headers).sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a partner answers. The partner adds ids and swapped routing headers unless `bare`."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a partner was answered: HTTP status, headers, and the bytes of the body."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        """The parsed envelope with numbers as int and Decimal; raises ValueError when it is not JSON."""
        return read_json(self.body)

    @property
    def data(self) -> Any:
        """`data` of the envelope, None when it is absent."""
        return self.json.get("data")

    @property
    def status_code(self) -> int:
        """The OCPI status code of the envelope."""
        return int(self.json["status_code"])


def ok(data: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Reply 1000 with `data`; None leaves `data` out."""
    return _enveloped(None if data is None else write_json(data), envelope.SUCCESS, "Success", status, headers)


def refused(status_code: int, message: str, *, status: int = 200) -> Reply:
    """Reply with an OCPI error and no `data`."""
    return _enveloped(None, status_code, message, status, None)


def read_json(body: bytes) -> Any:
    """Parse `body`; a number with a fraction becomes a Decimal, so that money stays exact."""
    return json.loads(body, parse_float=Decimal)


def write_json(value: Any) -> bytes:
    """Write `value`; a Decimal becomes a JSON number with exactly its digits."""
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_SUBCLASS)
    except TypeError:  # a Decimal, a number as text, or an int beyond 64 bits: slower
        return json_text.dumps(_numbers_as_text(value))


def _enveloped(
    data: bytes | None, status_code: int, message: str, status: int, headers: Mapping[str, str] | None
) -> Reply:
    body = envelope.write(status_code, now_utc(), message=message, raw_data=data)
    return Reply(status=status, body=body, headers=headers or {})


def _numbers_as_text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return json_text.NumberText(format(value, "f"))
    if isinstance(value, dict):
        return {name: _numbers_as_text(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers_as_text(item) for item in value]
    return value


def _routing(headers: CIMultiDictProxy[str]) -> RoutingHeaders:
    try:
        return read_routing(headers)
    except OcpiError:
        return RoutingHeaders()
