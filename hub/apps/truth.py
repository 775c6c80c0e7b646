"""How sure the hub is of a status: what its owner says, how long ago, and what sessions, commands and CDRs say. Pure.

A status has three instants of the hub's own clock: `received` (a push was about this EVSE), `changed` (the value became
another) and `confirmed` (a push or other evidence agreed with it). The owner's last_updated is none of them: in the field it is
often years old, or new without a reason.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hub.store.observing import SESSION_SILENCE_MS
from hub.wire.interface import SignKind
from modules.locations.objects import Status

LIVE_MS = 15 * 60_000
AGING_MS = 24 * 3_600_000
START_FAILED_MS = 3_600_000
"""A start that failed so long ago proves nothing any more: it may have been the token's fault, or the car's."""


class Confidence(StrEnum):
    """What an app may make of a status."""

    LIVE = "live"
    """Confirmed lately, or its owner is heard all the time and would have said otherwise."""
    AGING = "aging"
    STALE = "stale"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that live traffic showed; newer ones replace older ones of the same EVSE."""

    kind: SignKind
    at_ms: int
    session_id: str = ""


class Stamps(NamedTuple):
    """The hub's three instants of a status."""

    received_ms: int
    changed_ms: int
    confirmed_ms: int


class Judgement(NamedTuple):
    """What is served beside a status."""

    confidence: Confidence
    confirmed_ms: int
    evidence: tuple[str, ...]


_AGREES = {
    SignKind.SESSION_ACTIVE: frozenset({Status.CHARGING, Status.BLOCKED}),
    SignKind.SESSION_ENDED: frozenset({Status.AVAILABLE, Status.BLOCKED, Status.RESERVED}),
    SignKind.CDR: frozenset({Status.AVAILABLE, Status.BLOCKED, Status.RESERVED}),
    SignKind.VANISHED: frozenset[Status](),
    SignKind.START_FAILED: frozenset({Status.INOPERATIVE, Status.OUTOFORDER, Status.BLOCKED, Status.CHARGING}),
}
_CONTRADICTS = {
    SignKind.SESSION_ACTIVE: frozenset({Status.AVAILABLE, Status.INOPERATIVE, Status.OUTOFORDER, Status.PLANNED}),
    SignKind.SESSION_ENDED: frozenset({Status.CHARGING}),
    SignKind.CDR: frozenset({Status.CHARGING}),
    SignKind.START_FAILED: frozenset({Status.AVAILABLE}),
    SignKind.VANISHED: frozenset(Status),
}
_PROVES_FOR_MS = {SignKind.SESSION_ACTIVE: SESSION_SILENCE_MS, SignKind.START_FAILED: START_FAILED_MS}
"""What is not here is true until something else is heard."""


def judge(
    status: Status, stamps: Stamps, sign: Sign | None, *, now_ms: int, owner_heard_ms: int, silence_ms: int
) -> Judgement:
    """`owner_heard_ms`: the owner's last push of any status. `silence_ms`: how long this owner's EVSEs are usually silent."""
    evidence = [f"status received {_ago(now_ms - stamps.received_ms)} ago"]
    confirmed_ms = stamps.confirmed_ms
    if sign is not None and speaks(sign, stamps, now_ms):
        evidence.append(f"{sign.kind} {_ago(now_ms - sign.at_ms)} ago")
        if status in _CONTRADICTS[sign.kind]:
            return Judgement(confidence=Confidence.CONTRADICTED, confirmed_ms=confirmed_ms, evidence=tuple(evidence))
        if status in _AGREES[sign.kind]:
            confirmed_ms = max(confirmed_ms, sign.at_ms)
    age_ms = now_ms - confirmed_ms
    attentive = now_ms - owner_heard_ms <= LIVE_MS and age_ms <= max(silence_ms, LIVE_MS)
    if age_ms <= LIVE_MS or attentive:
        if age_ms > LIVE_MS:
            evidence.append(f"its operator was heard {_ago(now_ms - owner_heard_ms)} ago")
        confidence = Confidence.LIVE
    else:
        confidence = Confidence.AGING if age_ms <= AGING_MS else Confidence.STALE
    return Judgement(confidence=confidence, confirmed_ms=confirmed_ms, evidence=tuple(evidence))


def contradicts(sign: Sign | None, status: Status, stamps: Stamps, now_ms: int) -> bool:
    """Live traffic shows that this status cannot be."""
    return sign is not None and speaks(sign, stamps, now_ms) and status in _CONTRADICTS[sign.kind]


def agrees(sign: Sign, status: Status, stamps: Stamps, now_ms: int) -> bool:
    """Live traffic shows that this status is so."""
    return speaks(sign, stamps, now_ms) and status in _AGREES[sign.kind]


def speaks(sign: Sign, stamps: Stamps, now_ms: int) -> bool:
    """The sign is newer than what it is held against, and not too old to prove anything."""
    if now_ms - sign.at_ms > _PROVES_FOR_MS.get(sign.kind, now_ms):
        return False
    since_ms = stamps.received_ms if sign.kind is SignKind.VANISHED else stamps.changed_ms
    return sign.at_ms >= since_ms


def _ago(ms: int) -> str:
    seconds = max(0, ms // 1000)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
