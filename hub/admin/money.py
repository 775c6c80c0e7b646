"""Prices over the admin API: examine a tariff, say what a session costs by it, check a CDR. Nothing of it is kept.

Objects come as JSON texts inside the body, so that their numbers stay as they are written.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from hub.admin.errors import BadRequest
from hub.admin.table import AdminCall, AdminRoute, Asked, Json
from hub.clock import now_utc
from hub.money.checking.check import check_cdr
from hub.money.checking.known import Known
from hub.money.compiling import compile_tariff
from hub.money.estimating import NoEstimate, Plan, estimate
from hub.money.exact import read_number
from hub.money.explaining import explain
from hub.money.linting.lint import lint_tariff
from hub.money.previewing import preview
from hub.money.refusal import TariffRefused
from hub.money.zones import UnknownZone, zone_named
from hub.wire import json_text
from hub.wire.errors import BrokenJson

_Object = Annotated[str, Field(min_length=2, max_length=60_000)]
_Zone = Annotated[str, Field(max_length=255)]
_Number = Annotated[str, Field(max_length=20, description="A decimal number.")]


class Lint(Asked):
    """A Tariff as JSON text."""

    tariff: _Object


class Explain(Asked):
    """A Tariff as JSON text, and a session that somebody has in mind."""

    tariff: _Object
    kwh: _Number
    minutes: Annotated[int, Field(ge=0, le=62 * 1440)]
    start: AwareDatetime | None = None
    """Now, if not given."""
    time_zone: _Zone = ""
    parked_minutes: Annotated[int, Field(ge=0, le=62 * 1440)] = 0
    power_kw: _Number = ""
    current_a: _Number = ""


class Preview(Asked):
    """A Tariff as JSON text."""

    tariff: _Object
    start: AwareDatetime | None = None
    """A day of the week that is priced: now, if not given."""
    time_zone: _Zone = ""


class Check(Asked):
    """A CDR as JSON text."""

    cdr: _Object
    time_zone: _Zone = ""


async def _lint(call: AdminCall[Lint]) -> Json:
    return [one.as_dict() for one in lint_tariff(_parsed(call.asked.tariff, "tariff"))]


async def _explain(call: AdminCall[Explain]) -> Json:
    asked = call.asked
    start: datetime = asked.start or now_utc()
    plan = Plan(
        kwh=_number(asked.kwh, "kwh") or Decimal(0),
        minutes=asked.minutes,
        start=start,
        power_kw=_number(asked.power_kw, "power_kw"),
        current_a=_number(asked.current_a, "current_a"),
        parked_minutes=asked.parked_minutes,
    )
    zone = _zone(asked.time_zone)
    try:
        tariff = compile_tariff(_parsed(asked.tariff, "tariff"))
        return explain(estimate(tariff, plan, zone))
    except (TariffRefused, NoEstimate) as refused:
        raise BadRequest(f"it cannot be priced: {refused}") from None


async def _preview(call: AdminCall[Preview]) -> Json:
    asked = call.asked
    zone = _zone(asked.time_zone)
    start = (asked.start or now_utc()).astimezone(zone or UTC)
    try:
        return preview(compile_tariff(_parsed(asked.tariff, "tariff")), start, zone)
    except (TariffRefused, NoEstimate) as refused:
        raise BadRequest(f"it cannot be priced: {refused}") from None


async def _check(call: AdminCall[Check]) -> Json:
    _zone(call.asked.time_zone)
    known = Known(time_zone=call.asked.time_zone or None, now=now_utc())
    checked = check_cdr(_parsed(call.asked.cdr, "cdr"), known)
    said = checked.as_dict()
    return said | {"explanation": explain(checked.priced)} if checked.priced is not None else said


def _parsed(written: str, name: str) -> Any:
    try:
        return json_text.loads(written.encode(errors="surrogatepass"))
    except BrokenJson as broken:
        raise BadRequest(f"{name}: {broken}") from None


def _number(written: str, name: str) -> Decimal | None:
    try:
        return read_number(written) if written else None
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from None


def _zone(written: str) -> Any:
    try:
        return zone_named(written) if written else None
    except UnknownZone as unknown:
        raise BadRequest(f"time_zone: {unknown}") from None


ROUTES = (
    AdminRoute(
        method="POST",
        path="/tariffs/lint",
        act=_lint,
        asks=Lint,
        computes=True,
        summary="What is wrong or odd about a tariff.",
    ),
    AdminRoute(
        method="POST",
        path="/tariffs/explain",
        act=_explain,
        asks=Explain,
        computes=True,
        summary="What a session will cost, and why.",
    ),
    AdminRoute(
        method="POST",
        path="/tariffs/preview",
        act=_preview,
        asks=Preview,
        computes=True,
        summary="What a tariff charges for a few standard sessions.",
    ),
    AdminRoute(
        method="POST",
        path="/cdrs/check",
        act=_check,
        asks=Check,
        computes=True,
        summary="Recompute a CDR, and name what is wrong.",
    ),
)
