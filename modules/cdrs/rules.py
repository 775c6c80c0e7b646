"""What the shape of a CDR cannot say. Source: OCPI 2.2.1, mod_cdrs."""

from collections.abc import Iterator

from hub.wire.interface import ByIndex, ByParty, Call, Exchange, Json, Observed, OpenKey, Problem, SignKind, fold
from hub.wire.party import Role
from modules.content import instant, member, numbered, party, text

MAX_ID_LENGTH = 36
"""Of a CDR that is not a Credit CDR; those may have an appendix of three more."""

SESSION_ONLY = frozenset({"CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE"})
"""Dimensions that only Sessions may have."""


def check_cdr(call: Call) -> list[Problem]:
    """Rules for a CDR."""
    return [*_credit(call.body), *_dimensions(call.body)]


def open_key(call: Call) -> OpenKey | None:
    """A CDR goes to the eMSP of its token; 2.2 names none, so there the token index knows."""
    emsp = party(call.body, "cdr_token")
    if emsp is not None:
        return ByParty(emsp, Role.EMSP)
    uid, kind = text(call.body, "cdr_token", "uid"), text(call.body, "cdr_token", "type")
    return ByIndex("token", fold(f"{kind}/{uid}")) if uid and kind else None


def observe(exchange: Exchange) -> list[Observed]:
    """A CDR shows that its EVSE was free of this session when that ended; a Credit CDR comes long after and shows nothing."""
    body = exchange.call.body
    location_id, evse_uid = text(body, "cdr_location", "id"), text(body, "cdr_location", "evse_uid")
    ended_at = instant(body, "end_date_time")
    if not location_id or not evse_uid or ended_at is None or member(body, "credit") is True:
        return []
    return [
        Observed(
            owner=exchange.call.sender,
            kind=SignKind.CDR,
            location_id=fold(location_id),
            evse_uid=fold(evse_uid),
            session_id=fold(text(body, "session_id") or ""),
            at=ended_at,
        )
    ]


def _credit(cdr: Json) -> Iterator[Problem]:
    credit, reference, cdr_id = member(cdr, "credit"), text(cdr, "credit_reference_id"), text(cdr, "id")
    if credit is True:
        if reference is None:
            yield Problem("/credit_reference_id", "is required for a Credit CDR")
        elif cdr_id and fold(cdr_id) == fold(reference):
            yield Problem("/id", "should differ from credit_reference_id")
        return
    if reference is not None:
        yield Problem("/credit_reference_id", "may only be set for a Credit CDR")
    if cdr_id and len(cdr_id) > MAX_ID_LENGTH:
        yield Problem("/id", f"is longer than {MAX_ID_LENGTH} characters, which only Credit CDRs may be")


def _dimensions(cdr: Json) -> Iterator[Problem]:
    for period_at, period in numbered(cdr, "charging_periods"):
        for at, dimension in numbered(period, "dimensions"):
            if text(dimension, "type") in SESSION_ONLY:
                yield Problem(f"{period_at}{at}/type", "is a dimension that only Sessions may have")
