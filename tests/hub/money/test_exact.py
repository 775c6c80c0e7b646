"""Numbers: read from their text within bounds, rounded once, written without an exponent."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.money.exact import (
    Rounding,
    digits_of,
    fixed_text,
    plain_text,
    read_number,
    read_whole,
    rounded,
    seconds_of,
    shown,
    shown_text,
)
from hub.wire.json_text import NumberText

DECIMAL_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN, Rounding.DOWN: ROUND_DOWN,
    Rounding.UP: ROUND_UP,
}  # fmt: skip


@pytest.mark.parametrize("written", ["0.10", "12345678901234567890.1234", "1e3", "-0", "25E-2", "1e64", "1e-64"])
def test_a_number_is_read_from_its_text(written: str) -> None:
    """Exactly, whatever it looks like; a number in a string is one too, as 2.1.1 examples have it."""
    assert read_number(NumberText(written)) == Decimal(written)
    assert read_number(written) == Decimal(written)


@pytest.mark.parametrize(
    "written", ["1e400", "1e65", "1e-65", "1e999999999", "9" * 65, "9" * 100_000, "NaN", "Infinity"]
)
def test_what_is_out_of_bounds_is_refused(written: str) -> None:
    """No arithmetic on a number can be expensive, so what is huge is no number."""
    for value in (written, NumberText(written)):
        with pytest.raises(ValueError, match=r"number|characters"):
            read_number(value)


@pytest.mark.parametrize("written", ["", " 1", "1_0", "٣", "0x10", "1.", ".5", "+1"])
def test_what_json_does_not_know_is_no_number(written: str) -> None:
    """A string holds a number only if JSON would read it."""
    with pytest.raises(ValueError, match="should be a number"):
        read_number(written)


@pytest.mark.parametrize("value", [None, True, 1.5, [], {}, b"1"])
def test_other_types_are_refused(value: object) -> None:
    """A float has lost its text, null and true are no numbers."""
    with pytest.raises(ValueError, match=r"number|null"):
        read_number(value)


def test_whole_numbers() -> None:
    """`300` and `300.0` are whole, `300.5` is not."""
    assert (read_whole(NumberText("300")), read_whole(NumberText("3e2")), read_whole(300)) == (300, 300, 300)
    with pytest.raises(ValueError, match="whole"):
        read_whole(NumberText("300.5"))


@given(numerator=st.integers(-(10**12), 10**12), denominator=st.integers(1, 10**6), digits=st.integers(0, 6))
def test_rounding_is_exact(numerator: int, denominator: int, digits: int) -> None:
    """As Decimal rounds a number of a thousand digits, for every mode; ties and negative amounts included."""
    exact = Context(prec=1000).divide(Decimal(numerator), Decimal(denominator))
    for mode, decimal_mode in DECIMAL_MODES.items():
        wanted = exact.quantize(Decimal(1).scaleb(-digits), rounding=decimal_mode, context=Context(prec=1000))
        assert fixed_text(rounded(numerator, denominator, digits, mode), digits) == format(wanted, "f").replace(
            "-0" if not wanted else "--", "0" if not wanted else "--"
        )


@pytest.mark.parametrize(
    ("hours", "seconds"), [("0.0833", 300), ("1.973", 7103), ("-0.5", -1800), ("1e60", 3600 * 10**60)]
)
def test_hours_snap_to_seconds(hours: str, seconds: int) -> None:
    """The nearest second, half a second up."""
    assert seconds_of(Decimal(hours)) == seconds


@given(numerator=st.integers(-(10**20), 10**20), denominator=st.integers(1, 10**9))
def test_what_is_shown_is_near(numerator: int, denominator: int) -> None:
    """A shown amount differs from the exact one by no more than half of its last digit."""
    text = shown_text(shown(numerator, denominator))

    assert abs(Fraction(text) - Fraction(numerator, denominator)) <= Fraction(1, 2 * 10**10)
    assert "e" not in text.lower()


@pytest.mark.parametrize(
    ("value", "digits", "text", "short"),
    [
        (563, 2, "5.63", "5.63"),
        (-5, 2, "-0.05", "-0.05"),
        (500, 2, "5.00", "5"),
        (7, 0, "7", "7"),
        (0, 3, "0.000", "0"),
        (120, 0, "120", "120"),
    ],
)
def test_fixed_texts(value: int, digits: int, text: str, short: str) -> None:
    """With all of its decimals, or without idle zeros."""
    assert (fixed_text(value, digits), shown_text(value, digits)) == (text, short)


def test_plain_texts_have_no_exponent() -> None:
    """1E-7 is 0.0000001."""
    assert (plain_text(Decimal("1E-7")), plain_text(Decimal("1E+3")), plain_text(Decimal("1.50"))) == (
        "0.0000001",
        "1000",
        "1.50",
    )
    assert (digits_of(Decimal("1.50")), digits_of(Decimal("1E+3"))) == (2, 0)
