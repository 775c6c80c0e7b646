"""What the admin API shows of the hub's records, as plain values; no secret is in any of them."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from hub.admin.errors import BadRequest
from hub.admin.table import Json
from hub.partners.steps import Step
from hub.partners.views import Outcome, PartnerView, PartyView
from hub.platform import Agreement
from hub.standing import Standing, carries
from hub.store.judgements import Fault
from hub.store.protocols import FailedDelivery, Leg
from hub.timeliness import TimelyFigures
from hub.traffic import HIDDEN, Figures

_T = TypeVar("_T")


def read(parse: Callable[[str], _T], written: str) -> _T:
    """What `parse` makes of a caller's word; its ValueError becomes a BadRequest."""
    try:
        return parse(written)
    except ValueError as error:
        raise BadRequest(str(error)) from None


def party(one: PartyView) -> Json:
    """A party in one role."""
    return {
        "country_code": one.party.country_code,
        "party_id": one.party.party_id,
        "role": one.role,
        "name": one.name,
        "status": one.status,
        "status_changed_at": one.status_changed_at,
        "partner": one.partner,
    }


def partner(one: PartnerView, last_minute: Mapping[str, Figures]) -> Json:
    """A partner with its parties, endpoints and the figures of the last minute (of the process that answers)."""
    return {
        "name": one.name,
        "state": one.state,
        "status": one.status,
        "reachable": one.reachable,
        "parties": [party(hosted) for hosted in one.parties],
        "claims": [f"{claim.party.country_code}/{claim.party.party_id}/{claim.role}" for claim in one.claims],
        "version": one.version,
        "versions_url": one.versions_url,
        "endpoints": [
            {"module": offered.module, "interface": offered.interface, "url": offered.url} for offered in one.endpoints
        ],
        "trailing_slash": one.quirks.trailing_slash,
        "catch_up": one.quirks.catch_up,
        "repeats_request_ids": one.quirks.repeats_request_ids,
        "token_encoding": one.token_encoding,
        "token_age_days": one.token_age_days,
        "created_at": one.created_at,
        "registered_at": one.registered_at,
        "invitation_expires_at": one.invitation_expires_at,
        "last_seen_at": one.last_seen_at,
        "suspended_reason": one.suspended_reason,
        "audience": one.audience,
        "last_minute": asdict(last_minute.get(one.platform_id, Figures())),
        "platform_id": one.platform_id,
    }


def step(one: Step) -> Json:
    """One call to a partner."""
    return {
        "method": one.method,
        "what": one.what,
        "host": one.host,
        "http_status": one.http_status,
        "ocpi_status": one.ocpi_status,
        "duration_ms": round(one.duration_ms, 1),
        "ok": one.ok,
        "note": one.note,
    }


def outcome(done: Outcome, last_minute: Mapping[str, Figures]) -> Json:
    """A partner after something was done to it, and how."""
    return {"partner": partner(done.partner, last_minute), "steps": [step(one) for one in done.steps]}


def agreement(rule: Agreement) -> Json:
    """One rule; `*` stands for everyone or everything."""
    return {
        "from": str(rule.sender or "*"),
        "to": str(rule.receiver or "*"),
        "module": rule.module or "*",
        "effect": rule.effect,
        "created_by": rule.created_by,
        "created_at": rule.created_at,
    }


def standing(one: Standing) -> dict[str, Any]:
    """One side of one module, as the contract suite judged it."""
    return {
        "side": one.side,
        "module": one.module,
        "state": one.state,
        "carries": carries(one),
        "judged_at": one.judged_at,
        "expires_at": one.expires_at,
        "failing_since": one.failing_since,
        "failed_blockers": list(one.failed_blockers),
        "suite_version": one.suite_version,
        "override_until": one.override_until,
        "override_reason": one.override_reason,
    }


def fault(one: Fault) -> Json:
    """A rule that carried messages broke."""
    return {"rule": one.rule, "count": one.count, "last_at": one.last_at, "correlation_id": one.correlation_id}


def timeliness(party: str, figures: TimelyFigures | None) -> Json:
    """How a party kept its locations up to date in the last seven days; delays in seconds."""
    return {
        "party": party,
        "updates": figures.updates if figures else 0,
        "unchanged_share": round(figures.unchanged_share, 4) if figures else None,
        "delay_p50_s": figures.delay_p50_s if figures else None,
        "delay_p95_s": figures.delay_p95_s if figures else None,
        "last_push_at": figures.last_push_at if figures else None,
    }


def leg(one: Leg, partner_name: str) -> Json:
    """One leg of a message's way; `partner` is who was at the other end."""
    return {
        "at": one.at,
        "kind": one.kind,
        "partner": partner_name,
        "from": one.sender,
        "to": one.receiver,
        "method": one.method,
        "module": one.module,
        "path": one.path,
        "http_status": one.http_status,
        "ocpi_status": one.ocpi_status,
        "duration_ms": round(one.duration_ms, 1),
        "plan": one.plan,
        "note": one.note,
        "correlation_id": one.correlation_id,
        "request_id": one.request_id,
    }


def delivery(one: FailedDelivery, partner_name: str, credentials_token: str) -> Json:
    """Why one receiver does not have one object; the partner may have sent our token back in its answer, so that goes."""
    return {
        "delivery_id": one.delivery_id,
        "partner": partner_name,
        "receiver": one.receiver.rpartition(":")[2] or "the platform",
        "object": str(one.key),
        "state": one.state,
        "reason": without(credentials_token, one.reason),
        "http_status": one.http_status,
        "tries": one.tries,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "correlation_id": one.correlation_id,
        "answer": without(credentials_token, one.answer),
    }


def without(credentials_token: str, text: str) -> str:
    """`text` with the token taken out, raw or in Base64."""
    if not credentials_token:
        return text
    encoded = base64.b64encode(credentials_token.encode()).decode()
    return text.replace(credentials_token, HIDDEN).replace(encoded, HIDDEN).replace(encoded.rstrip("="), HIDDEN)
