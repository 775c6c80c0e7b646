"""OCPI's types as pydantic reads them, and how a body is checked against a class.

What is checked is parsed JSON as `hub.wire.json_text.loads` gives it. Classes are never used to write a body again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field, GetCoreSchemaHandler, StrictBool, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from hub.wire.interface import Json, Problem
from hub.wire.json_text import NumberText

MAX_ECHO = 40
MAX_NUMBER_LENGTH = 64

_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}):(\d{2})(?:\.(\d{1,12}))?(?:[Zz]|([+\- ])(\d{2}):?(\d{2}))?", re.ASCII
)
_NOT_PRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOT_PRINTABLE_ASCII = re.compile(r"[^ -~]")
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

_PLAIN_WORDS = {
    "missing": "is required",
    "model_type": "should be an object",
    "tuple_type": "should be a list",
    "too_short": "should have at least one element",
    "bool_type": "should be true or false",
}
"""What pydantic's error types are called in a reply to a partner."""


class OcpiObject(BaseModel):
    """A class of the specification: immutable, and blind to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def parse_datetime(written: str) -> datetime:
    """Read a DateTime as aware UTC; raises ValueError.

    Takes more than OCPI allows, because the field writes it: a space for the `T`, an offset, and a `+` that became a
    space in a query string. No designator means UTC.
    Source: OCPI 2.2.1, types, DateTime type.
    """
    matched = _TIMESTAMP.fullmatch(written)
    if matched is None:
        raise ValueError("is not a timestamp such as 2015-06-29T20:39:09Z")
    day, minute, second, fraction, sign, hours, minutes = matched.groups()
    try:
        instant = datetime.fromisoformat(f"{day}T{minute}:00.{(fraction or '').ljust(6, '0')[:6]}+00:00")
        instant += timedelta(seconds=_up_to(60, second))
        if sign is None:
            return instant
        offset = timedelta(hours=_up_to(23, hours), minutes=_up_to(59, minutes))
        return instant + offset if sign == "-" else instant - offset
    except (ValueError, OverflowError):
        raise ValueError("is not a date and time of the calendar") from None


def format_datetime(instant: datetime) -> str:
    """Write an aware datetime as `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds when it has any (at most 25 characters)."""
    if instant.tzinfo is None:
        raise ValueError("a time without a zone is nobody's time")
    spec = "milliseconds" if instant.microsecond >= 1000 else "seconds"
    return f"{instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec)}Z"


def _up_to(limit: int, digits: str) -> int:
    value = int(digits)
    if value > limit:
        raise ValueError
    return value


class _Reader(Protocol):
    """Reads one JSON value; raises the error that `_wrong` makes."""

    def read(self, value: Any) -> Any: ...


class _Word:
    """Base of the annotations below: hands `read` to pydantic, and `schema` to the API description."""

    __slots__ = ()

    def __get_pydantic_core_schema__(self: _Reader, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return self.schema()

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


def _wrong(words: str) -> PydanticCustomError:
    return PydanticCustomError("ocpi", "{words}", {"words": words})


def _text(value: object, max_length: int) -> str:
    if not isinstance(value, str) or isinstance(value, NumberText):
        raise _wrong("may not be null" if value is None else "should be a string")
    if len(value) > max_length:
        raise _wrong(f"is longer than {max_length} characters ({len(value)})")
    return value


@dataclass(frozen=True, slots=True)
class CiString(_Word):
    """Case-insensitive printable ASCII of at most `max_length` characters; kept as it was written."""

    max_length: int
    min_length: int = 0

    def read(self, value: object) -> str:
        text = _text(value, self.max_length)
        if len(text) < self.min_length:
            raise _wrong("may not be empty")
        if _NOT_PRINTABLE_ASCII.search(text):
            raise _wrong("has characters that are not printable ASCII")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": self.min_length, "maxLength": self.max_length}


@dataclass(frozen=True, slots=True)
class OcpiString(_Word):
    """Case-sensitive printable text of at most `max_length` characters: no tabs, no line breaks."""

    max_length: int

    def read(self, value: object) -> str:
        text = _text(value, self.max_length)
        if _NOT_PRINTABLE.search(text):
            raise _wrong("has characters that cannot be printed, such as a line break")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length}


@dataclass(frozen=True, slots=True)
class Pattern(_Word):
    """A string that matches `pattern` from end to end; `meaning` says what that is."""

    pattern: str
    meaning: str

    def read(self, value: object) -> str:
        text = _text(value, 255)
        if re.fullmatch(self.pattern, text, re.ASCII) is None:
            raise _wrong(f"is not {self.meaning}")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({self.pattern})$"}


class _Url(_Word):
    __slots__ = ()

    def read(self, value: object) -> str:
        text = _text(value, 255)
        if _NOT_PRINTABLE.search(text) or _URL.fullmatch(text) is None:
            raise _wrong("is not an http or https URL")
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "uri", "maxLength": 255}


class _DateTime(_Word):
    __slots__ = ()

    def read(self, value: object) -> datetime:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        try:
            return parse_datetime(_text(value, 40))
        except ValueError as error:
            raise _wrong(str(error)) from None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class _Number(_Word):
    __slots__ = ()

    def read(self, value: object) -> Decimal:
        return _decimal(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}


@dataclass(frozen=True, slots=True)
class WholeNumber(_Word):
    """A JSON number without a fraction between `low` and `high`; `16.0` is one, since JSON knows no other integers."""

    low: int = -(2**63)
    high: int = 2**63 - 1

    def read(self, value: object) -> int:
        number = _decimal(value)
        if number != number.to_integral_value():
            raise _wrong("should be a whole number")
        if not self.low <= number <= self.high:
            raise _wrong(f"should be between {self.low} and {self.high}")
        return int(number)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


def _decimal(value: object) -> Decimal:
    """Read a JSON number exactly; a number inside a string is none, nor are NaN and (an int to Python) true."""
    if not isinstance(value, NumberText | int | float | Decimal):
        raise _wrong("may not be null" if value is None else "should be a number")
    written = str(value)
    if len(written) > MAX_NUMBER_LENGTH:
        raise _wrong(f"has more than {MAX_NUMBER_LENGTH} characters")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise _wrong("should be a number") from None
    if not number.is_finite() or _NUMBER.fullmatch(written) is None:
        raise _wrong("should be a number")
    if number and abs(number.adjusted()) > MAX_NUMBER_LENGTH:
        raise _wrong("is too large or too small a number")
    return number


@dataclass(frozen=True, slots=True)
class NullIs:
    """An optional field whose null means `default`, as its absence does."""

    default: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(source)
        return core_schema.no_info_before_validator_function(
            lambda value: self.default if value is None else value,
            inner,
            json_schema_input_schema=core_schema.nullable_schema(inner),
        )


Element = TypeVar("Element")
Many = Annotated[tuple[Element, ...], FailFast(), NullIs(())]
"""Cardinality `*`: null, an empty list and absence are the same. A list is read up to its first wrong element, so that a
hostile one costs no more than a good one."""
Some = Annotated[tuple[Element, ...], FailFast(), Field(min_length=1)]
"""Cardinality `+`: at least one element."""

Bool = StrictBool
DateTime = Annotated[datetime, _DateTime()]
Url = Annotated[str, _Url()]
Number = Annotated[Decimal, _Number()]
Int = Annotated[int, WholeNumber()]
Id = Annotated[str, CiString(36, min_length=1)]
"""The id of an object: CiString(36), and a segment of a path, so not empty."""
CountryCode = Annotated[str, Pattern("[A-Za-z]{2}", "a country code of two letters (ISO 3166-1 alpha-2)")]
PartyId = Annotated[str, Pattern("[A-Za-z0-9]{3}", "a party id of three letters or digits")]
Country = Annotated[str, Pattern("[A-Za-z]{3}", "a country code of three letters (ISO 3166-1 alpha-3)")]
Currency = Annotated[str, Pattern("[A-Za-z]{3}", "a currency code of three letters (ISO 4217)")]
Language = Annotated[str, Pattern("[A-Za-z]{2}", "a language code of two letters (ISO 639-1)")]


def validate(model: type[BaseModel], value: Json) -> list[Problem]:
    """Say what is wrong with `value` as a whole object of class `model`."""
    return _problems(_errors(model, value))


def validate_partial(model: type[BaseModel], value: Json) -> list[Problem]:
    """Say what is wrong with `value` as the body of a PATCH: only the fields it has, and `last_updated` must be one.

    Source: OCPI 2.2.1, transport_and_format, PATCH; status_codes, 2001.
    """
    return _problems(
        error
        for error in _errors(model, value)
        if error["type"] != "missing" or len(error["loc"]) > 1 or error["loc"] == ("last_updated",)
    )


def _errors(model: type[BaseModel], value: Json) -> list[ErrorDetails]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _problems(errors: Iterable[ErrorDetails]) -> list[Problem]:
    """Leave out that a list is too short when all it lacks is a right element: that one is a fault already."""
    return [
        Problem(_pointer(error["loc"]), _words(error))
        for error in errors
        if error["type"] != "too_short" or not error["input"]
    ]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in location)


def _words(error: ErrorDetails) -> str:
    if error["type"] == "enum":
        return f"{shown(error['input'])} is not one of {_choices(error)}"
    return _PLAIN_WORDS.get(error["type"], error["msg"])


def shown(value: Json) -> str:
    """What a peer wrote, quoted, at most MAX_ECHO characters of it."""
    if not isinstance(value, str):
        return "this value"
    return repr(value if len(value) <= MAX_ECHO else f"{value[: MAX_ECHO - 1]}…")


def _choices(error: ErrorDetails) -> str:
    """The values that would do, without the quotes that pydantic puts around them, as far as a line holds them."""
    choices = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
    return choices if len(choices) <= 200 else f"{choices[:200].rpartition(', ')[0]}, …"
