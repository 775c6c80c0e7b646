"""The classes of Sessions beyond the examples."""

from typing import Any

import pytest

from hub.wire.types import validate
from modules.sessions.objects import ChargingPreferences, ChargingPreferencesResponse, Session, SessionStatus
from tests import words


@pytest.mark.parametrize("status", ["ACTIVE", "COMPLETED", "INVALID", "PENDING", "RESERVATION"])
def test_each_status(status: str) -> None:
    """H6.37: a session of each status of the enum is valid, a reservation too."""
    assert validate(Session, words.session(status=status)) == []


def test_reserved_reads_as_reservation() -> None:
    """H6.37: RESERVED, which the chapter's prose has, is an alias; other words and cases are not."""
    assert Session.model_validate(words.session(status="RESERVED")).status is SessionStatus.RESERVATION
    assert len(validate(Session, words.session(status="reserved"))) == 1


def test_a_reservation_may_not_know_its_evse() -> None:
    """H6.08: evse_uid and connector_id may be #NA."""
    assert validate(Session, words.session(status="RESERVATION", evse_uid="#NA", connector_id="#NA")) == []


def test_a_session_without_charging_periods() -> None:
    """H6.32: absent, null and empty charging_periods are one."""
    session = words.session()
    del session["charging_periods"]

    nothings: list[dict[str, Any]] = [{}, {"charging_periods": []}, {"charging_periods": None}]
    for nothing in nothings:
        assert Session.model_validate(session | nothing).charging_periods == ()


def test_preferences_have_defaults() -> None:
    """H6.03: discharge_allowed is false unless it says otherwise."""
    preferences = ChargingPreferences.model_validate({"profile_type": "FAST", "discharge_allowed": None})

    assert preferences.discharge_allowed is False
    assert ChargingPreferencesResponse("DEPARTURE_REQUIRED")
