"""Exact numbers: read from their text within bounds, added without rounding, rounded once, written as decimal strings."""

import re
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from enum import StrEnum
from typing import Any

from hub.wire.json_text import NumberText

MAX_TEXT = 64
MAX_EXPONENT = 64
"""A number has at most MAX_TEXT characters and lies between 10^-64 and 10^64, so that no arithmetic is expensive."""
_SHORT = 20
"""Nearly every number of a CDR has fewer characters and no exponent: it is within bounds, whatever it says."""
SHOWN_DIGITS = 10
"""Decimals of an amount that is no finite decimal, such as a third of an hour."""
_SHOWN_POWER: int = 10**SHOWN_DIGITS
SECONDS_PER_HOUR = 3600

EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation, Overflow, DivisionByZero])
"""Where Decimals are added and multiplied: bounded numbers fit, and a rounding would be an error."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class Rounding(StrEnum):
    """Which way an amount that lies between two steps of the currency goes; negative amounts mirror positive ones."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"
    UP = "up"


_HALF_UP = Rounding.HALF_UP


def read_number(value: Any) -> Decimal:
    """Read a JSON number, or a number in a string as OCPI 2.1.1 examples have it.

    Raises ValueError, in words, for anything else, a float included: its text is lost.
    """
    if type(value) is NumberText and len(value) <= _SHORT and "e" not in value and "E" not in value:
        number = _decimal(value)
        if number.is_finite():
            return number
    if isinstance(value, str):
        text: str = value
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        text = str(value)
    else:
        raise ValueError("may not be null" if value is None else "should be a number")
    if len(text) > MAX_TEXT:
        raise ValueError(f"has more than {MAX_TEXT} characters")
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("should be a number")
    number = Decimal(text)
    if number and not -MAX_EXPONENT <= number.adjusted() <= MAX_EXPONENT:
        raise ValueError("is too large or too small a number")
    return number


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("should be a number") from None


def read_whole(value: Any) -> int:
    """Read a JSON number without a fraction; raises ValueError, in words."""
    number = read_number(value)
    whole = int(number)
    if whole != number:
        raise ValueError("should be a whole number")
    return whole


def digits_of(number: Decimal) -> int:
    """Decimals that `number` needs: 2 for 1.50 as for 1.55; trailing zeros count, so that texts keep their precision."""
    exponent = number.as_tuple()[2]
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def scaled(number: Decimal, unit: int) -> int:
    """`number` in units of 1/`unit`, which must divide it."""
    numerator, denominator = number.as_integer_ratio()
    return numerator * (unit // denominator)


def seconds_of(hours: Decimal) -> int:
    """The whole second that `hours` mean: senders write 0.0833 for five minutes."""
    numerator, denominator = hours.as_integer_ratio()
    doubled = 2 * SECONDS_PER_HOUR * abs(numerator) + denominator
    seconds = doubled // (2 * denominator)
    return seconds if numerator >= 0 else -seconds


def rounded(numerator: int, denominator: int, digits: int, mode: Rounding = Rounding.HALF_UP) -> int:
    """`numerator` / `denominator` as a whole number of 10^-`digits`."""
    power: int = 10**digits
    whole, rest = divmod(abs(numerator) * power, denominator)
    if rest and _goes_up(whole, 2 * rest - denominator, mode):
        whole += 1
    return -whole if numerator < 0 else whole


def _goes_up(whole: int, beyond_half: int, mode: Rounding) -> bool:
    if mode is _HALF_UP:
        return beyond_half >= 0
    if mode is Rounding.HALF_EVEN:
        return beyond_half > 0 or (beyond_half == 0 and whole % 2 == 1)
    return mode is Rounding.UP


def fixed(value: int, digits: int) -> Decimal:
    """`value` times 10^-`digits`, with all of its decimals."""
    return Decimal(value).scaleb(-digits, EXACT)


def fixed_text(value: int, digits: int) -> str:
    """`563` and 2 digits as `5.63`."""
    text = str(value)
    if digits == 0:
        return text
    if value < 0 or len(text) <= digits:
        text = str(abs(value)).rjust(digits + 1, "0")
        return f"{'-' if value < 0 else ''}{text[:-digits]}.{text[-digits:]}"
    return f"{text[:-digits]}.{text[-digits:]}"


def shown(numerator: int, denominator: int) -> int:
    """The ratio as a whole number of 10^-SHOWN_DIGITS: what a line shows of its cost."""
    whole, rest = divmod(abs(numerator) * _SHOWN_POWER, denominator)
    if 2 * rest >= denominator:
        whole += 1
    return -whole if numerator < 0 else whole


def shown_text(value: int, digits: int = SHOWN_DIGITS) -> str:
    """A whole number of 10^-`digits` as a decimal string without idle zeros: `5.125`, `0.5166666667`, `5`."""
    text = fixed_text(value, digits)
    return text.rstrip("0").rstrip(".") if digits else text


def plain_text(number: Decimal) -> str:
    """A Decimal as a plain decimal string, never with an exponent."""
    text = str(number)
    return format(number, "f") if "E" in text else text
