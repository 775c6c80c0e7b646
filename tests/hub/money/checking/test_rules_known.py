"""Rules that need what the hub knows: without that knowledge they say nothing."""

from decimal import Decimal
from typing import Any

import pytest

from hub.money.checking.check import check_cdr
from hub.money.checking.known import EvseKnown, Known, SignedKnown, TokenKnown
from tests.hub.money.checking.cases import cdr, findings
from tests.hub.money.sessions import amount, number

SESSION = {
    "start_date_time": "2024-03-01T09:00:00Z",
    "end_date_time": "2024-03-01T10:30:00Z",
    "kwh": number(10),
    "total_cost": amount("6.00", "7.26"),
}


def test_without_knowledge_nothing_is_said() -> None:
    """The same CDR has no finding of these rules."""
    rules = {one.rule for one in check_cdr(cdr(authorization_reference="A1")).findings}

    assert rules.isdisjoint({"C-TOKEN", "C-EVSE", "C-SESSION", "C-SIGNED"})


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (TokenKnown(found=False), [("E", "/cdr_token/uid")]),
        (TokenKnown(found=True, belongs_to_receiver=False), [("E", "/cdr_token")]),
        (TokenKnown(found=True, valid_at_start=False), [("W", "/cdr_token/uid")]),
        (TokenKnown(found=True, references=["A2"]), [("E", "/authorization_reference")]),
        (TokenKnown(found=True, valid_at_start=True, belongs_to_receiver=True, references=["A1"]), []),
    ],
)
def test_token(token: TokenKnown, told: Any) -> None:
    """Known, the receiver's, valid at the start, and its authorization was issued."""
    assert findings("C-TOKEN", cdr(authorization_reference="A1"), Known(token=token)) == told


@pytest.mark.parametrize(
    ("evse", "told"),
    [
        (EvseKnown(found=False), [("W", "/cdr_location/evse_uid")]),
        (EvseKnown(found=True, owned_by_sender=False), [("W", "/cdr_location/evse_uid")]),
        (EvseKnown(found=True, owned_by_sender=True, tariff_ids=["OTHER"]), [("W", "/tariffs")]),
        (EvseKnown(found=True, owned_by_sender=True, tariff_ids=["t1"]), []),
    ],
)
def test_evse(evse: EvseKnown, told: Any) -> None:
    """Known, the sender's, and its connector had the tariff; ids are compared without regard to case."""
    assert findings("C-EVSE", cdr(), Known(evse=evse)) == told


@pytest.mark.parametrize(
    ("session", "told"),
    [
        ({}, [("W", "/session_id")]),
        (SESSION | {"kwh": number("10.1")}, [("W", "/total_energy")]),
        (SESSION | {"start_date_time": "2024-03-01T09:01:00Z"}, [("W", "/start_date_time")]),
        (SESSION | {"total_cost": amount("6.00", "7.30")}, [("W", "/total_cost/incl_vat")]),
        (SESSION | {"total_cost": {"excl_vat": "much"}, "end_date_time": "soon"}, []),
        (SESSION, []),
    ],
)
def test_session(session: Any, told: Any) -> None:
    """The Session exists and says the same; what cannot be read of it says nothing."""
    assert findings("C-SESSION", cdr(), Known(session=session)) == told


@pytest.mark.parametrize(
    ("signed", "data", "told"),
    [
        (SignedKnown(verified=True), None, [("W", "/signed_data")]),
        (SignedKnown(verified=False), {"x": "y"}, [("W", "/signed_data")]),
        (SignedKnown(verified=True, energy_kwh=Decimal(9)), {"x": "y"}, [("W", "/total_energy")]),
        (SignedKnown(verified=True, energy_kwh=Decimal(10)), {"x": "y"}, []),
    ],
)
def test_signed(signed: SignedKnown, data: Any, told: Any) -> None:
    """Signed values are there, verify, and give the energy that is billed."""
    assert findings("C-SIGNED", cdr(signed_data=data), Known(signed=signed)) == told
