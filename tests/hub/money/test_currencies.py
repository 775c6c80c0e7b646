"""Currencies: their codes, their decimals, and what a euro is roughly worth."""

import pytest

from hub.money.currencies import DIGITS, UNITS_PER_EURO, digits_of_currency


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("XYZ", 2), (None, 2)])
def test_decimals(code: str | None, digits: int) -> None:
    """Of ISO 4217; two for one that is not known."""
    assert digits_of_currency(code) == digits


def test_every_worth_is_of_a_currency() -> None:
    """No rate for a code that does not exist."""
    assert set(UNITS_PER_EURO) <= set(DIGITS)
    assert UNITS_PER_EURO["EUR"] == 1
    assert all(worth > 0 for worth in UNITS_PER_EURO.values())
