"""CDRs over the admin API: how they are checked for whom, and what came of those that passed."""

import zlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Literal

import orjson
from pydantic import Field, field_validator

from hub.admin import views
from hub.admin.errors import Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.clock import now_utc
from hub.money.checking.agreed import AgreedLimits, CdrPolicy, Direction, HoldOn, Mode
from hub.money.checking.deviations import text_of
from hub.money.checking.verdict import Verdict
from hub.money.clearing.reading import key_of
from hub.money.exact import read_number
from hub.platform import Platform, PlatformState
from hub.store.cdr_records import Came, CdrFilter, CdrVerdict
from hub.wire.party import Party

_Text = Annotated[str, Field(max_length=40)]
_Amount = Annotated[str, Field(max_length=20, description="A decimal number; empty for no limit.")]


class Listed(Asked):
    """Which verdicts; words mean AND."""

    party: _Text = ""
    verdict: Annotated[tuple[Verdict, ...], Field(max_length=5)] = ()
    cause: Annotated[str, Field(max_length=200)] = ""
    rule: Annotated[str, Field(pattern=r"^([CL]-[A-Z-]{1,30})?$")] = ""
    flagged: bool | None = None
    held: bool | None = None
    came: Came | None = None
    since_s: Annotated[float, Field(ge=0, le=90 * 86400)] = 86400.0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class Since(Asked):
    """How far back."""

    since_s: Annotated[float, Field(ge=0, le=90 * 86400)] = 86400.0


class SetPolicy(Asked):
    """How the CDRs are checked that a party sends or receives; `off` ends it."""

    party: _Text
    direction: Direction
    mode: Mode | Literal["off"]
    hold_on: HoldOn = HoldOn.MISMATCH
    max_energy_kwh: _Amount = ""
    max_hours: _Amount = ""
    max_cost: _Amount = ""
    max_power_kw: _Amount = ""
    max_age_days: Annotated[int | None, Field(ge=0, le=3650)] = None
    max_late_hours: Annotated[int | None, Field(ge=0, le=87600)] = None
    tolerance: _Amount = ""

    @field_validator("max_energy_kwh", "max_hours", "max_cost", "max_power_kw", "tolerance")
    @classmethod
    def _number(cls, written: str) -> str:
        if written and read_number(written) < 0:
            raise ValueError("is negative")
        return written


async def _list(call: AdminCall[Listed]) -> Json:
    asked = call.asked
    wanted = CdrFilter(
        party=views.read(Party.parse, asked.party) if asked.party else None,
        verdicts=frozenset(map(str, asked.verdict)),
        cause=asked.cause,
        rule=asked.rule,
        flagged=asked.flagged,
        held=asked.held,
        came=asked.came,
        since=now_utc() - timedelta(seconds=asked.since_s),
    )
    return [_verdict(one) for one in await call.office.store.cdr_verdicts.find(wanted, limit=asked.limit)]


async def _show(call: AdminCall[Nothing]) -> Json:
    sender = views.read(Party.parse, call.path["sender"])
    found = await call.office.store.cdr_verdicts.get(key_of(sender, call.path["cdr_id"]))
    if found is None:
        raise Unknown(
            f"No CDR {call.path['cdr_id']!r} of {sender} was checked in the last 90 days.",
            "hubctl cdrs list",
            code="unknown_cdr",
        )
    return _verdict(found) | {"report": orjson.loads(zlib.decompress(found.report))}


async def _counts(call: AdminCall[Since]) -> Json:
    since = now_utc() - timedelta(seconds=call.asked.since_s)
    counts = await call.office.store.cdr_verdicts.counts(since)
    rows = [
        {"sender": str(sender), "verdict": verdict, "cdrs": count}
        for (sender, verdict), count in sorted(counts.items())
    ]
    office = call.office
    return {"counts": rows, "skipped": office.auditing.skipped, "skipped_answers": office.answered.skipped}


async def _policies(call: AdminCall[Nothing]) -> Json:
    return _all_policies(call.office)


async def _set(call: AdminCall[SetPolicy]) -> Json:
    asked = call.asked
    party = views.read(Party.parse, asked.party)
    limits = AgreedLimits(
        max_energy_kwh=asked.max_energy_kwh,
        max_hours=asked.max_hours,
        max_cost=asked.max_cost,
        max_power_kw=asked.max_power_kw,
        max_age_days=asked.max_age_days,
        max_late_hours=asked.max_late_hours,
        tolerance=asked.tolerance,
    )

    def edit(current: Platform) -> Platform:
        others = [one for one in current.cdr_policies if (one.party, one.direction) != (party, asked.direction)]
        if asked.mode == "off":
            return replace(current, cdr_policies=tuple(others))
        wish = CdrPolicy(
            party=party,
            direction=asked.direction,
            mode=Mode(asked.mode),
            hold_on=asked.hold_on,
            limits=limits,
            changed_at=now_utc(),
            changed_by=call.subject,
        )
        return replace(current, cdr_policies=(*others, wish))

    for platform in platforms_of(call.office, party):
        await call.office.partners.amend(platform.platform_id, edit)
    return [one for one in _all_policies(call.office) if one["party"] == str(party)]


def platforms_of(office: AdminServices, party: Party) -> Sequence[Platform]:
    """Where a party is hosted; raises Unknown when nobody hosts it."""
    found = [one for one in _live(office) if one.hosts(party)]
    if not found:
        raise Unknown(f"{party} is not a party at this hub.", "hubctl parties list", code="unknown_party")
    return found


def _all_policies(office: AdminServices) -> list[dict[str, Json]]:
    """Each once, though several platforms host its party."""
    known = {(one.party, one.direction): one for platform in _live(office) for one in platform.cdr_policies}
    return [_policy(known[key]) for key in sorted(known)]


def _live(office: AdminServices) -> list[Platform]:
    return [one for one in office.directory().platforms.values() if one.state is not PlatformState.REMOVED]


def _policy(one: CdrPolicy) -> dict[str, Json]:
    return {
        "party": str(one.party),
        "direction": one.direction,
        "mode": one.mode,
        "hold_on": one.hold_on,
        **asdict(one.limits),
        "changed_at": one.changed_at,
        "changed_by": one.changed_by,
    }


def _verdict(one: CdrVerdict) -> dict[str, Json]:
    return {
        "cdr": one.cdr_id,
        "from": str(one.sender),
        "to": str(one.receiver),
        "at": one.at,
        "mode": one.mode,
        "verdict": one.verdict,
        "cause": one.cause,
        "cause_text": text_of(one.cause) if one.cause else "",
        "currency": one.currency,
        "stated": one.stated,
        "computed": one.computed,
        "rules": list(one.rules),
        "flagged": one.flagged,
        "held": one.held,
        "came": one.came,
        "correlation_id": one.correlation_id,
    }


ROUTES = (
    AdminRoute(method="GET", path="/cdrs", act=_list, asks=Listed, summary="Verdicts on CDRs that passed."),
    AdminRoute(method="GET", path="/cdrs/counts", act=_counts, asks=Since, summary="How many of each verdict."),
    AdminRoute(method="GET", path="/cdrs/policies", act=_policies, asks=Nothing, summary="How whose CDRs are checked."),
    AdminRoute(
        method="PUT", path="/cdrs/policies", act=_set, asks=SetPolicy, summary="Observe, flag or hold a party's CDRs."
    ),
    AdminRoute(
        method="GET",
        path="/cdrs/{sender}/{cdr_id}",
        act=_show,
        asks=Nothing,
        summary="One verdict with its findings, figures and the explanation of the price.",
    ),
)
