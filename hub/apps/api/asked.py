"""What apps may ask, in words: parameters of a query, or members of a body. What they mean is read in places and filters."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field

from hub.apps.api.table import Asked
from modules.locations.objects import Capability, Facility, ParkingRestriction
from modules.shared import ConnectorFormat, ConnectorType, PowerType

LIMIT_MAX = 500
RADIUS_MAX_M = 250_000
BUFFER_MAX_M = 50_000
POLYLINE_MAX = 65_536
ZOOM_MAX = 20
LOCATIONS_MAX = 200


class Sort(StrEnum):
    """By what a list is sorted, the least first; power is sorted with the greatest first."""

    DISTANCE = "distance"
    PRICE = "price"
    POWER = "power"


class Form(StrEnum):
    """What an answer looks like."""

    JSON = "json"
    GEOJSON = "geojson"


def _many(value: Any) -> Any:
    """`A,B` and repeated values alike; a list of a body as it is."""
    if isinstance(value, str):
        value = [value]
    if isinstance(value, list):
        return [part for one in value for part in (one.split(",") if isinstance(one, str) else [one])]
    return value


def _several(kind: Any) -> Any:
    return Annotated[tuple[kind, ...], BeforeValidator(_many), Field(max_length=40)]


Operator = Annotated[str, Field(min_length=5, max_length=6, description="A party such as NL*CPA, NL-CPA or NL/CPA.")]
Kilowatt = Annotated[float, Field(ge=0, le=10_000)]
Box = Annotated[
    str,
    Field(
        max_length=200,
        description="west,south,east,north in degrees; west greater than east crosses the antimeridian.",
    ),
]
Kwh = Annotated[Decimal, Field(gt=0, le=1_000, max_digits=8, decimal_places=4)]
Minutes = Annotated[int, Field(ge=1, le=7 * 1440)]
Seq = Annotated[str, Field(pattern=r"^[0-9]{1,20}$", description="`seq` of an earlier answer.")]


class Filters(Asked):
    """Conditions on charging points: all must hold; of several values any will do (of capabilities and facilities all)."""

    standard: _several(ConnectorType) = Field((), description="Connector standards.")  # type: ignore[valid-type]
    connector_format: _several(ConnectorFormat) = ()  # type: ignore[valid-type]
    power_type: _several(PowerType) = ()  # type: ignore[valid-type]
    min_kw: Kilowatt = 0
    max_kw: Kilowatt | None = None
    free: bool = Field(False, description="AVAILABLE now.")
    operator: _several(Operator) = ()  # type: ignore[valid-type]
    capability: _several(Capability) = ()  # type: ignore[valid-type]
    facility: _several(Facility) = ()  # type: ignore[valid-type]
    without_parking_restriction: _several(ParkingRestriction) = Field(  # type: ignore[valid-type]
        (), description="Leave out EVSEs with any of these."
    )
    green: bool = Field(False, description="Energy that its owner calls green.")
    fresh_within_min: Annotated[int, Field(ge=1, le=525_600)] | None = Field(
        None, description="Status confirmed within so many minutes."
    )


class Trip(Asked):
    """A session that somebody has in mind; with it come prices."""

    kwh: Kwh | None = None
    minutes: Minutes | None = None
    start: AwareDatetime | None = Field(None, description="With an offset; now, if not given.")


class Search(Filters, Trip):
    """Which locations, in which order: one of near, bbox and along."""

    near: Annotated[str, Field(max_length=100)] | None = Field(None, description="latitude,longitude in degrees.")
    radius_m: Annotated[float, Field(gt=0, le=RADIUS_MAX_M)] | None = Field(
        None, description="With near; 5000 if not given."
    )
    bbox: Box | None = None
    along: Annotated[str, Field(max_length=POLYLINE_MAX)] | None = Field(
        None, description="A route as an encoded polyline (five decimals); a long one goes into the body of a POST."
    )
    buffer_m: Annotated[float, Field(gt=0, le=BUFFER_MAX_M)] | None = Field(
        None, description="With along; 1000 if not given."
    )
    open_now: bool = Field(False, description="Known to be open at this moment, in the time zone of the place.")
    max_price: Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12)] | None = Field(
        None, description="Of the session of kwh and minutes, in `currency`; with taxes where they are known."
    )
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "EUR"
    sort: Sort = Sort.DISTANCE
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = 50
    cursor: Annotated[str, Field(min_length=1, max_length=600)] | None = Field(
        None, description="`next` of the page before."
    )
    format: Form = Form.JSON


class One(Trip):
    """One location."""

    format: Form = Form.JSON


class Area(Filters):
    """A map's box and zoom."""

    bbox: Box
    zoom: Annotated[int, Field(ge=0, le=ZOOM_MAX)]
    format: Form = Form.JSON


class Since(Asked):
    """Changes after a number."""

    since: Seq
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


LocationKey = Annotated[
    str, Field(min_length=8, max_length=64, description="country_code/party_id/id, such as NL/CPA/LOC1.")
]


class Follow(Asked):
    """Whose changes a stream carries: a box, or some locations."""

    bbox: Box | None = None
    locations: Annotated[tuple[LocationKey, ...], BeforeValidator(_many), Field(max_length=LOCATIONS_MAX)] = ()
    last_event_id: Seq | None = Field(None, description="In place of the header Last-Event-ID.")


class Quote(Asked):
    """A session whose price is asked, at a location, an EVSE of it or one connector."""

    location: LocationKey
    evse_uid: Annotated[str, Field(min_length=1, max_length=36)] | None = None
    connector_id: Annotated[str, Field(min_length=1, max_length=36)] | None = None
    kwh: Kwh
    minutes: Minutes
    start: AwareDatetime | None = Field(None, description="With an offset; now, if not given.")
    explain: bool = Field(False, description="With every line, and why it is there.")


def starts_at(start: datetime | None, now: datetime) -> datetime:
    """When a session begins."""
    return now if start is None else start
