"""The books over the admin API: who is cleared, months that are shown and closed, CDRs that are approved or disputed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from hub.admin import views
from hub.admin.cdrs import platforms_of
from hub.admin.errors import Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.auditing.clearing import Month, breakdowns_of
from hub.money.clearing.entry import CdrState, ClearedCdr
from hub.money.clearing.exporting import cdr_row, settlement_json, statement_json
from hub.money.clearing.reading import key_of
from hub.platform import Platform
from hub.wire.party import Party


class Member(Asked):
    """Whether the CDRs of a party are cleared."""

    party: Annotated[str, Field(max_length=40)]
    cleared: bool


class Move(Asked):
    """What a person says of a CDR; a dispute needs a reason."""

    state: Literal["accepted", "approved", "disputed"]
    reason: Annotated[str, Field(min_length=3, max_length=500)]


async def _members(call: AdminCall[Nothing]) -> Json:
    return _all_members(call.office)


def _all_members(office: AdminServices) -> Json:
    known = office.directory().platforms.values()
    return [{"party": str(party)} for party in sorted({party for one in known for party in one.clearing})]


async def _join(call: AdminCall[Member]) -> Json:
    party = views.read(Party.parse, call.asked.party)

    def edit(current: Platform) -> Platform:
        members = current.clearing | {party} if call.asked.cleared else current.clearing - {party}
        return replace(current, clearing=members)

    for platform in platforms_of(call.office, party):
        await call.office.partners.amend(platform.platform_id, edit)
    return _all_members(call.office)


async def _show(call: AdminCall[Nothing]) -> Json:
    return _month(await call.office.clearing.show(call.path["month"]))


async def _close(call: AdminCall[Nothing]) -> Json:
    return _month(await call.office.clearing.close(call.path["month"]))


async def _export(call: AdminCall[Nothing]) -> AsyncIterator[Json]:
    month = await call.office.clearing.show(call.path["month"])
    return _lines(month, await call.office.clearing.cdrs(call.path["month"]))


async def _lines(month: Month, cdrs: list[ClearedCdr]) -> AsyncIterator[Json]:
    """CDRs one by one, then the statements and what is owed."""
    for one in cdrs:
        yield {"cdr": cdr_row(one)}
    yield _month(month)


async def _cdr(call: AdminCall[Nothing]) -> Json:
    cdr = await _find(call.path, call.office.clearing.get)
    return _shown(cdr)


async def _move(call: AdminCall[Move]) -> Json:
    cdr = await _find(call.path, call.office.clearing.get)
    return _shown(await call.office.clearing.move(cdr, CdrState(call.asked.state), call.asked.reason, call.subject))


async def _find(path: Json, get: Json) -> ClearedCdr:
    operator = views.read(Party.parse, path["operator"])
    found: ClearedCdr | None = await get(key_of(operator, path["cdr_id"]))
    if found is None:
        raise Unknown(
            f"There is no CDR {path['cdr_id']!r} of {operator} in the books.",
            "hubctl clearing show",
            code="unknown_cdr",
        )
    return found


def _shown(cdr: ClearedCdr) -> Json:
    changes = [{"at": one.at, "by": one.by, "state": one.state, "reason": one.reason} for one in cdr.changes]
    vat = [{"rate": one.rate or None, "excl_vat": cdr.amount(one.net), "vat": cdr.amount(one.tax)} for one in cdr.vat]
    return cdr_row(cdr) | {"vat_groups": vat, "changes": changes, "dispute": breakdowns_of(cdr)}


def _month(month: Month) -> Json:
    return {
        "month": month.month,
        "closed_at": month.closed_at,
        "statements": [statement_json(one) for one in month.statements],
        "settlements": [settlement_json(one) for one in month.settlements],
        "undelivered": month.undelivered,
    }


ROUTES = (
    AdminRoute(method="GET", path="/clearing/parties", act=_members, asks=Nothing, summary="Who is cleared."),
    AdminRoute(
        method="PUT", path="/clearing/parties", act=_join, asks=Member, summary="Clear a party's CDRs, or no more."
    ),
    AdminRoute(
        method="GET", path="/clearing/cdrs/{operator}/{cdr_id}", act=_cdr, asks=Nothing, summary="A CDR in the books."
    ),
    AdminRoute(
        method="POST",
        path="/clearing/cdrs/{operator}/{cdr_id}",
        act=_move,
        asks=Move,
        summary="Accept, approve or dispute a CDR.",
    ),
    AdminRoute(method="GET", path="/clearing/{month}", act=_show, asks=Nothing, summary="Statements and what is owed."),
    AdminRoute(method="POST", path="/clearing/{month}/close", act=_close, asks=Nothing, summary="Close a month, once."),
    AdminRoute(
        method="GET",
        path="/clearing/{month}/export",
        act=_export,
        asks=Nothing,
        streams=True,
        summary="Each CDR of a month on a line, then its statements.",
    ),
)
