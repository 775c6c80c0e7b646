"""How sure the hub is of a status: what its owner says, how long ago, and what sessions, commands and CDRs say. Pure.

A status has three instants of the hub's own clock: `received` (a push was about this EVSE), `changed` (the value became
another) and `confirmed` (a push or other evidence agreed with it). The owner's last_updated is none of them: in the field it is
often years old, or new without a reason.
"""

from dataclasses import dataclass
from enum import StrEnum

from modules.locations.objects import Status

LIVE_MS = 15 * 60_000
AGING_MS = 24 * 3_600_000
SESSION_SILENCE_MS = 6 * 3_600_000
"""A session of which nothing was heard for so long proves nothing any more."""


class Confidence(StrEnum):
    """What an app may make of a status."""

    LIVE = "live"
    """Confirmed lately, or its owner is heard all the time and would have said otherwise."""
    AGING = "aging"
    STALE = "stale"
    CONTRADICTED = "contradicted"


class Kind(StrEnum):
    """What live traffic shows of an EVSE."""

    SESSION_ACTIVE = "session_active"
    SESSION_ENDED = "session_ended"
    START_FAILED = "start_failed"
    CDR = "cdr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that live traffic showed; newer ones replace older ones of the same EVSE."""

    kind: Kind
    at_ms: int
    session_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps:
    """The hub's three instants of a status."""

    received_ms: int
    changed_ms: int
    confirmed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is served beside a status."""

    confidence: Confidence
    confirmed_ms: int
    evidence: tuple[str, ...]


_AGREES = {
    Kind.SESSION_ACTIVE: frozenset({Status.CHARGING, Status.BLOCKED}),
    Kind.SESSION_ENDED: frozenset({Status.AVAILABLE, Status.BLOCKED, Status.RESERVED}),
    Kind.CDR: frozenset({Status.AVAILABLE, Status.BLOCKED, Status.RESERVED}),
    Kind.START_FAILED: frozenset({Status.INOPERATIVE, Status.OUTOFORDER, Status.BLOCKED, Status.CHARGING}),
}
_CONTRADICTS = {
    Kind.SESSION_ACTIVE: frozenset({Status.AVAILABLE, Status.INOPERATIVE, Status.OUTOFORDER, Status.PLANNED}),
    Kind.SESSION_ENDED: frozenset({Status.CHARGING}),
    Kind.CDR: frozenset({Status.CHARGING}),
    Kind.START_FAILED: frozenset({Status.AVAILABLE}),
}


def judge(
    status: Status, stamps: Stamps, sign: Sign | None, *, now_ms: int, owner_heard_ms: int, silence_ms: int
) -> Judgement:
    """`owner_heard_ms`: the owner's last push of any status. `silence_ms`: how long this owner's EVSEs are usually silent."""
    evidence = [f"status received {_ago(now_ms - stamps.received_ms)} ago"]
    confirmed_ms = stamps.confirmed_ms
    told = _current(sign, now_ms)
    if told is not None and told.at_ms >= stamps.changed_ms:
        evidence.append(f"{told.kind} {_ago(now_ms - told.at_ms)} ago")
        if status in _CONTRADICTS[told.kind]:
            return Judgement(confidence=Confidence.CONTRADICTED, confirmed_ms=confirmed_ms, evidence=tuple(evidence))
        if status in _AGREES[told.kind]:
            confirmed_ms = max(confirmed_ms, told.at_ms)
    age_ms = now_ms - confirmed_ms
    attentive = now_ms - owner_heard_ms <= LIVE_MS and age_ms <= max(silence_ms, LIVE_MS)
    if age_ms <= LIVE_MS or attentive:
        if age_ms > LIVE_MS:
            evidence.append(f"its operator was heard {_ago(now_ms - owner_heard_ms)} ago")
        confidence = Confidence.LIVE
    else:
        confidence = Confidence.AGING if age_ms <= AGING_MS else Confidence.STALE
    return Judgement(confidence=confidence, confirmed_ms=confirmed_ms, evidence=tuple(evidence))


def _current(sign: Sign | None, now_ms: int) -> Sign | None:
    if sign is None or (sign.kind is Kind.SESSION_ACTIVE and now_ms - sign.at_ms > SESSION_SILENCE_MS):
        return None
    return sign


def _ago(ms: int) -> str:
    seconds = max(0, ms // 1000)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
