"""The classes of CDRs beyond the examples."""

from decimal import Decimal

from hub.wire import json_text
from hub.wire.types import validate
from modules.cdrs.objects import CDR, SignedData
from tests import words


def test_an_id_has_room_for_an_appendix() -> None:
    """H6.41: a CDR id has up to 39 characters."""
    assert validate(CDR, words.cdr(id="x" * 39)) == []
    assert len(validate(CDR, words.cdr(id="x" * 40))) == 1


def test_money_is_exact() -> None:
    """H7.07: prices of many digits are read to the last of them."""
    cdr = json_text.loads(words.body(words.cdr(total_cost={"excl_vat": words.number("12345678901234567890.1234")})))

    assert CDR.model_validate(cdr).total_cost.excl_vat == Decimal("12345678901234567890.1234")


def test_signed_values_are_long() -> None:
    """H8.05: 2.2.1 has 5000 characters for plain and signed data (checklist 9.25)."""
    value = {"nature": "Start", "plain_data": "p" * 5000, "signed_data": "s" * 5000}

    assert validate(SignedData, {"encoding_method": "OCMF", "signed_values": [value]}) == []
    assert len(validate(SignedData, {"encoding_method": "OCMF", "signed_values": [value | {"nature": "n" * 33}]})) == 1


def test_a_reservation_may_not_know_its_evse() -> None:
    """H6.08: ids of the place may be #NA; a place without a postal code has none."""
    place = words.cdr()["cdr_location"] | {"evse_uid": "#NA", "evse_id": "#NA", "connector_id": "#NA"}
    del place["postal_code"]

    assert validate(CDR, words.cdr(cdr_location=place)) == []
