"""How a route of the admin API describes itself: a row that the server reads, and the OpenAPI document too."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.admin.services import AdminServices

Json = Any
"""What orjson writes: plain values, dates, no Decimal."""


class Asked(BaseModel):
    """What a caller says: in the query of GET and DELETE, in a JSON body otherwise. Words that it does not have are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


AskedT = TypeVar("AskedT", bound=Asked)


class Nothing(Asked):
    """The route asks nothing beyond its path."""


@dataclass(frozen=True, slots=True)
class AdminCall(Generic[AskedT]):
    """One call by someone who may: `subject` is who, for the audit log; `path` the named segments, percent-decoded."""

    office: AdminServices
    subject: str
    path: Mapping[str, str]
    asked: AskedT


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminRoute(Generic[AskedT]):
    """One row: `path` is below /admin/v1; `act` returns what the caller gets as JSON. Raises AdminError."""

    method: str
    path: str
    act: Callable[[AdminCall[AskedT]], Awaitable[Json | AsyncIterator[Json]]]
    asks: type[AskedT]
    summary: str
    http_status: int = 200
    streams: bool = False
    """It comes bit by bit, a line of JSON each (application/x-ndjson); the last line is the outcome."""
    computes: bool = False
    """It changes nothing, whatever its method: what it is asked about is not in the audit log."""
    text: str = ""
    """Media type of an answer that is text, and no JSON; `text/event-stream` with `streams`: the frames of hub.admin.events."""
