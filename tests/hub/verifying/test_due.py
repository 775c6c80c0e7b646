"""Who is to be judged again, and when: soon after a handshake, each night, when verdicts or the suite get old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.platform import IssuedToken, Platform, PlatformState, TokenKind
from hub.standing import Side, Standing, State
from hub.verifying.due import due, night
from hub.wire.interface import ModuleId
from tests.hub.store import samples

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SOON = timedelta(seconds=60)


def standing(judged_at: datetime, **changes: Any) -> Standing:
    """A VERIFIED one."""
    return replace(
        Standing(
            side=Side.CPO,
            module=ModuleId("locations"),
            state=State.VERIFIED,
            judged_at=judged_at,
            expires_at=judged_at + timedelta(days=30),
            suite_version="1.4.0",
        ),
        **changes,
    )


def platform(*standings: Standing, exchanged_at: datetime = NOON - timedelta(days=9), **changes: Any) -> Platform:
    """A registered one with these standings."""
    issued = (IssuedToken(token_hash="h", kind=TokenKind.ESTABLISHED, issued_at=exchanged_at),)
    return samples.platform(standings=standings, issued=issued, **changes)


def why(one: Platform, now: datetime = NOON, suite_version: str = "1.4.0") -> str:
    """Why it is due."""
    found = due(one, now=now, suite_version=suite_version, hour_utc=2, jitter_h=2, soon=SOON)
    return found.why if found else ""


def test_a_new_partner_is_judged_soon_but_not_at_once() -> None:
    """It may still be busy with its side of the handshake."""
    assert why(platform(exchanged_at=NOON)) == ""
    assert why(platform(exchanged_at=NOON), NOON + SOON) == "it was never verified"


def test_new_credentials_are_judged_anew() -> None:
    """PUT credentials may have brought other endpoints or another software."""
    judged = standing(NOON - timedelta(hours=1))

    assert why(platform(judged)) == ""
    assert why(platform(judged, exchanged_at=NOON - SOON)) == "its credentials are new"


def test_only_who_is_there_is_judged() -> None:
    """Nobody learns anything from a partner that is away, suspended or gone."""
    assert why(platform(reachable=False)) == ""
    assert why(platform(state=PlatformState.SUSPENDED)) == ""


def test_each_night_once() -> None:
    """The night's instant makes it due; what was judged since then is not."""
    one = platform()
    tonight = night(one.platform_id, NOON, 2, 2)

    assert why(replace(one, standings=(standing(tonight - timedelta(seconds=1)),))) == "the night's verification"
    assert why(replace(one, standings=(standing(tonight + timedelta(seconds=1)),))) == ""


def test_a_new_major_version_of_the_suite_is_reason_enough() -> None:
    """It has new blockers; a minor one waits for the night."""
    one = platform(standing(NOON - timedelta(hours=1)))

    assert why(one, suite_version="2.0.0") == "the suite has a new major version"
    assert why(one, suite_version="1.5.0") == ""


def test_an_expired_verdict_is_renewed() -> None:
    """Of whichever module."""
    fresh, old = standing(NOON - timedelta(hours=2)), standing(NOON - timedelta(hours=2), expires_at=NOON)

    assert why(platform(fresh, replace(old, module=ModuleId("cdrs")))) == "a verdict has expired"


@given(st.uuids(), st.integers(0, 200_000))
def test_nights_are_spread_and_each_partner_keeps_its_own(name: object, minutes: int) -> None:
    """Within the jitter around the hour, never in the future, the same every night."""
    now = NOON + timedelta(minutes=minutes)
    instant = night(str(name), now, 2, 2)

    assert now - timedelta(days=1) < instant <= now
    assert instant.hour in {0, 1, 2, 3} or (instant.hour == 4 and instant.minute == 0)
    assert night(str(name), now + timedelta(days=1), 2, 2) == instant + timedelta(days=1)


def test_what_must_be_judged_anew_is_judged_as_it_was() -> None:
    """Who was exercised once is exercised again after new credentials; the nightly run only reads."""
    one = platform(standing(NOON - timedelta(hours=1), mode="exercise"), exchanged_at=NOON - SOON)
    tonight = night(one.platform_id, NOON, 2, 2)
    old = replace(one.standings[0], judged_at=tonight - timedelta(seconds=1))
    settled = replace(platform(old), standings=(old,))

    anew = due(one, now=NOON, suite_version="1.4.0", hour_utc=2, jitter_h=2, soon=SOON)
    nightly = due(settled, now=NOON, suite_version="1.4.0", hour_utc=2, jitter_h=2, soon=SOON)

    assert (anew, nightly) == (("its credentials are new", "exercise"), ("the night's verification", "observe"))
