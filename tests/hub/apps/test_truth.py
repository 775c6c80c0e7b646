"""How sure the hub is of a status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps.truth import (
    AGING_MS,
    LIVE_MS,
    START_FAILED_MS,
    Confidence,
    Judgement,
    Sign,
    Stamps,
    agrees,
    contradicts,
    judge,
)
from hub.store.observing import SESSION_SILENCE_MS
from hub.wire.interface import SignKind
from modules.locations.objects import Status

NOW = 1_800_000_000_000
HOUR = 3_600_000
SIGNS = st.builds(Sign, kind=st.sampled_from(SignKind), at_ms=st.integers(NOW - 50 * HOUR, NOW))
STAMPS = st.builds(
    lambda changed, later, last: Stamps(
        changed_ms=NOW - changed - later - last, received_ms=NOW - later - last, confirmed_ms=NOW - last
    ),
    *[st.integers(0, 40 * HOUR)] * 3,
)


def stamps(ago_ms: int) -> Stamps:
    """Everything at one instant."""
    return Stamps(received_ms=NOW - ago_ms, changed_ms=NOW - ago_ms, confirmed_ms=NOW - ago_ms)


def judged(status: Status, ago_ms: int, sign: Sign | None = None, heard_ago_ms: int = 48 * HOUR) -> Judgement:
    """Of a status that came so long ago."""
    return judge(status, stamps(ago_ms), sign, now_ms=NOW, owner_heard_ms=NOW - heard_ago_ms, silence_ms=6 * HOUR)


def seen(kind: SignKind, ago_ms: int) -> Sign:
    """What traffic showed so long ago."""
    return Sign(kind=kind, at_ms=NOW - ago_ms)


@pytest.mark.parametrize(
    ("ago_ms", "confidence"),
    [
        (0, Confidence.LIVE),
        (LIVE_MS, Confidence.LIVE),
        (LIVE_MS + 1, Confidence.AGING),
        (AGING_MS, Confidence.AGING),
        (AGING_MS + 1, Confidence.STALE),
    ],
)
def test_age_alone(ago_ms: int, confidence: Confidence) -> None:
    """Of a status whose owner is silent."""
    assert judged(Status.AVAILABLE, ago_ms).confidence is confidence


def test_silence_of_an_owner_who_speaks_is_consent() -> None:
    """Its EVSEs would have said otherwise, for as long as they are usually silent."""
    assert judged(Status.AVAILABLE, 3 * HOUR, heard_ago_ms=LIVE_MS).confidence is Confidence.LIVE
    assert judged(Status.AVAILABLE, 3 * HOUR, heard_ago_ms=LIVE_MS + 1).confidence is Confidence.AGING
    assert judged(Status.AVAILABLE, 7 * HOUR, heard_ago_ms=0).confidence is Confidence.AGING
    assert judged(Status.AVAILABLE, 3 * HOUR, heard_ago_ms=0).evidence == (
        "status received 3 h ago",
        "its operator was heard 0 s ago",
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.AVAILABLE, SignKind.SESSION_ACTIVE),
        (Status.OUTOFORDER, SignKind.SESSION_ACTIVE),
        (Status.AVAILABLE, SignKind.START_FAILED),
        (Status.CHARGING, SignKind.CDR),
        (Status.CHARGING, SignKind.SESSION_ENDED),
        (Status.CHARGING, SignKind.VANISHED),
        (Status.AVAILABLE, SignKind.VANISHED),
    ],
)
def test_live_traffic_contradicts(status: Status, kind: SignKind) -> None:
    """However fresh the status: what came after it shows that it cannot be. The evidence says what that was."""
    found = judged(status, 60_000, seen(kind, 1_000))

    assert found.confidence is Confidence.CONTRADICTED
    assert found.evidence[-1] == f"{kind} 1 s ago"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.CHARGING, SignKind.SESSION_ACTIVE),
        (Status.AVAILABLE, SignKind.CDR),
        (Status.AVAILABLE, SignKind.SESSION_ENDED),
        (Status.OUTOFORDER, SignKind.START_FAILED),
    ],
)
def test_live_traffic_confirms(status: Status, kind: SignKind) -> None:
    """An old status that live traffic agrees with is live, and confirmed when that was."""
    found = judged(status, 30 * HOUR, seen(kind, 1_000))

    assert found.confidence is Confidence.LIVE
    assert found.confirmed_ms == NOW - 1_000


@pytest.mark.parametrize("kind", SignKind)
def test_what_came_before_the_status_says_nothing_of_it(kind: SignKind) -> None:
    """The newest of both counts."""
    assert judged(Status.AVAILABLE, 1_000, seen(kind, 1_001)).confidence is Confidence.LIVE


def test_an_operator_that_has_it_again_has_not_lost_it() -> None:
    """A site that vanished is there again with the next push, also of the same status."""
    back = Stamps(received_ms=NOW - 1_000, changed_ms=NOW - 9 * HOUR, confirmed_ms=NOW - 1_000)
    lost = seen(SignKind.VANISHED, 2_000)

    assert not contradicts(lost, Status.AVAILABLE, back, NOW)


@pytest.mark.parametrize(
    ("kind", "status", "for_ms"),
    [
        (SignKind.SESSION_ACTIVE, Status.AVAILABLE, SESSION_SILENCE_MS),
        (SignKind.START_FAILED, Status.AVAILABLE, START_FAILED_MS),
    ],
)
def test_some_signs_wear_out(kind: SignKind, status: Status, for_ms: int) -> None:
    """A session of which nothing is heard, a start that failed once."""
    assert contradicts(seen(kind, for_ms), status, stamps(20 * HOUR), NOW)
    assert not contradicts(seen(kind, for_ms + 1), status, stamps(20 * HOUR), NOW)


@given(st.sampled_from(Status), STAMPS, SIGNS)
def test_no_sign_both_confirms_and_contradicts(status: Status, told: Stamps, sign: Sign) -> None:
    """And the judgement says what they say; nothing is ever confirmed in the future or before it was."""
    found = judge(status, told, sign, now_ms=NOW, owner_heard_ms=0, silence_ms=0)
    against, by = contradicts(sign, status, told, NOW), agrees(sign, status, told, NOW)

    assert not (against and by)
    assert (found.confidence is Confidence.CONTRADICTED) == against
    assert told.confirmed_ms <= found.confirmed_ms <= NOW
    assert found.confirmed_ms == (max(told.confirmed_ms, sign.at_ms) if by else told.confirmed_ms)
