"""How a route of the apps' API describes itself: a row that the server reads, and the OpenAPI document too."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from hub.apps.api.office import AppOffice
from hub.apps.api.sight import Eyes
from hub.store.app_access import App

SERVER = "ocpi-hub"
"""What answers; no versions of it."""
Json = Any
"""What orjson writes: plain values and dates; money is text."""


class Asked(BaseModel):
    """What an app says: in the query of a GET, in the JSON body of a POST. Words that it does not have are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


AskedT = TypeVar("AskedT", bound=Asked)


@dataclass(frozen=True, slots=True)
class AppCall(Generic[AskedT]):
    """One call: who asks, what it may see, the named segments of the path (percent-decoded), what it asks, and when."""

    office: AppOffice
    app: App
    eyes: Eyes
    path: Mapping[str, str]
    asked: AskedT
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is answered. `state` is everything in it that is no mere passing of time: the ETag is made of that."""

    json: Json
    state: bytes
    media_type: str = "application/json"
    next: str = ""
    """The cursor of the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRoute(Generic[AskedT]):
    """One row: `path` is below /apps/v1. Raises AppError."""

    method: str
    path: str
    act: Callable[[AppCall[AskedT]], Awaitable[Found]] | None = None
    stream: Callable[[AppCall[AskedT], web.Request], Awaitable[web.StreamResponse]] | None = None
    """In place of `act`: it answers by itself, bit by bit."""
    asks: type[AskedT]
    summary: str
    description: str = ""
    example: Json = None
    """An answer, for the document."""
    examples: Mapping[str, Json] = field(default_factory=dict)
    """Of parameters, or of fields of the body."""
    geojson: bool = False
    """It can answer with GeoJSON too."""
