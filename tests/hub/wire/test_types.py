"""The types of the specification: what passes, what is refused, and with which words."""

from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from hub.wire import json_text
from hub.wire.json_text import NumberText
from hub.wire.party import Role
from hub.wire.types import (
    MAX_ECHO,
    Bool,
    CiString,
    CountryCode,
    Currency,
    DateTime,
    Id,
    Int,
    Language,
    Many,
    NullIs,
    Number,
    OcpiObject,
    OcpiString,
    PartyId,
    Some,
    Url,
    WholeNumber,
    shown,
    validate,
    validate_partial,
)


class Part(OcpiObject):
    """An element of a list."""

    name: Annotated[str, CiString(5)]


class Everything(OcpiObject):
    """One optional field of each type."""

    word: Annotated[str, CiString(5)] | None = None
    text: Annotated[str, OcpiString(5)] | None = None
    number: Number | None = None
    whole: Int | None = None
    small: Annotated[int, WholeNumber(1, 7)] | None = None
    at: DateTime | None = None
    url: Url | None = None
    flag: Bool | None = None
    on: Annotated[Bool, NullIs(True)] = True
    role: Role | None = None
    country_code: CountryCode | None = None
    party_id: PartyId | None = None
    currency: Currency | None = None
    language: Language | None = None
    parts: Many[Part] = ()


class Whole(OcpiObject):
    """What is required."""

    id: Id
    parts: Some[Part]
    note: Annotated[str, CiString(5)] | None = None
    last_updated: DateTime


def said(**fields: Any) -> list[str]:
    """What is wrong with these fields of Everything."""
    return [str(problem) for problem in validate(Everything, fields)]


def read(body: str) -> Everything:
    """Everything from JSON text."""
    return Everything.model_validate(json_text.loads(body.encode()))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=8))
def test_a_number_is_read_to_the_digit(value: Decimal) -> None:
    """H7.07: a JSON number becomes the same Decimal, however many digits it has."""
    assert read(f'{{"number": {value:f}}}').number == value


def test_trailing_zeros_and_exponents_are_kept() -> None:
    """H7.07: 0.10 stays 0.10, and 1.5e3 is 1500."""
    assert str(read('{"number": 0.10}').number) == "0.10"
    assert read('{"number": 1.5e3}').number == 1500


@pytest.mark.parametrize(
    "value",
    [
        "2.00",
        True,
        [],
        {},
        float("nan"),
        float("inf"),
        NumberText("NaN"),
        NumberText("Infinity"),
        NumberText("1_000"),
        NumberText("1e999999999"),
        NumberText("9" * 65),
    ],
)
def test_what_is_no_number(value: object) -> None:
    """H7.07: text, true, NaN, Infinity and numbers of absurd size are refused."""
    assert len(said(number=value)) == 1
    assert len(said(whole=value)) == 1


@pytest.mark.parametrize(("value", "fine"), [("16", True), ("16.0", True), ("1.6e1", True), ("16.5", False)])
def test_a_whole_number_has_no_fraction(value: str, fine: bool) -> None:
    """H7.07: an int is a JSON number without a fraction, however it is written."""
    assert (said(whole=NumberText(value)) == []) is fine


@given(st.integers(-20, 20))
def test_a_bounded_number_keeps_its_bounds(value: int) -> None:
    """H7.07: a weekday is 1 to 7."""
    assert (said(small=NumberText(value)) == []) is (1 <= value <= 7)


@given(st.text(max_size=8))
def test_a_cistring_is_short_printable_ascii(text: str) -> None:
    """H7.05: a CiString(5) is printable ASCII of at most 5 characters, kept in its own case."""
    fits = len(text) <= 5 and all(" " <= character <= "~" for character in text)

    assert (said(word=text) == []) is fits
    if fits:
        assert Everything(word=text).word == text


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=5))
def test_a_string_is_any_printable_text(text: str) -> None:
    """H7.05: a string may be any printable UTF-8 text up to its length."""
    assert said(text=text) == []


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb", "\x00", "a\x7f", "\x85", "\u2028", "sixsix"])
def test_what_no_string_may_have(text: str) -> None:
    """H7.05: control characters, line breaks and too much length are refused."""
    assert len(said(text=text)) == 1


@pytest.mark.parametrize("name", ["word", "text", "at", "url", "country_code", "party_id", "currency", "language"])
def test_a_number_is_no_string(name: str) -> None:
    """H7.05: a JSON number is not taken for a string, though numbers are kept as text inside."""
    assert said(**{name: NumberText("12")}) == [f"/{name}: should be a string"]


@pytest.mark.parametrize("url", ["https://a.example", "http://a.example/b?c=d#e", "HTTPS://a.example:8443/ü"])
def test_urls(url: str) -> None:
    """H7.07: an http or https URL passes."""
    assert said(url=url) == []


@pytest.mark.parametrize(
    "url",
    ["", "a.example", "ftp://a.example", "https://", "https:///a", "https://a b", "https://a\n", "javascript:a()"],
)
def test_what_is_no_url(url: str) -> None:
    """H7.07: what is no http or https URL is refused."""
    assert said(url=url) == ["/url: is not an http or https URL"]


def test_a_url_has_at_most_255_characters() -> None:
    """H7.07: 255 characters pass, 256 do not."""
    assert said(url="https://a.example/".ljust(255, "x")) == []
    assert len(said(url="https://a.example/".ljust(256, "x"))) == 1


@pytest.mark.parametrize("value", ["true", NumberText("1"), 1, 0, "yes"])
def test_a_boolean_is_true_or_false(value: object) -> None:
    """H7.05: nothing but JSON's true and false is a boolean."""
    assert said(flag=value) == ["/flag: should be true or false"]


def test_enums_are_case_sensitive_and_name_what_would_do() -> None:
    """H7.05: an enum value in another case is refused, with the values that would do."""
    assert said(role="cpo") == ["/role: 'cpo' is not one of CPO, EMSP, HUB, NAP, NSP, OTHER, SCSP"]


def test_codes_have_their_length() -> None:
    """H7.05: country codes, party ids, currencies and languages have two or three characters, in any case."""
    assert said(country_code="nl", party_id="t1m", currency="EUR", language="de") == []
    assert len(said(country_code="NLD", party_id="TN", currency="EURO", language="de-DE")) == 4


def test_null_means_absent() -> None:
    """H6.03: null in an optional field is its default, as is its absence, and null for a list is an empty one."""
    nothing = dict.fromkeys(Everything.model_fields)

    assert validate(Everything, nothing) == []
    assert Everything.model_validate(nothing) == Everything()
    assert Everything.model_validate({"parts": []}) == Everything()


def test_unknown_fields_are_ignored() -> None:
    """H3.04: a field that no table knows is no fault."""
    assert said(colour="green") == []


def test_a_pointer_leads_to_the_fault() -> None:
    """Each fault comes with its JSON pointer."""
    problems = validate(Whole, {"parts": [{"name": "a"}, {"name": "too long"}], "note": NumberText("1")})

    assert [str(problem) for problem in problems] == [
        "/id: is required",
        "/parts/1/name: is longer than 5 characters (8)",
        "/note: should be a string",
        "/last_updated: is required",
    ]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "should have at least one element"),
        (None, "should be a list"),
        ({"name": "a"}, "should be a list"),
        ("a", "should be a list"),
    ],
)
def test_a_list_that_needs_an_element(parts: object, words: str) -> None:
    """A list of cardinality + is a list, and not empty."""
    value = {"id": "1", "parts": parts, "last_updated": "2024-01-01T00:00:00Z"}

    assert [str(problem) for problem in validate(Whole, value)] == [f"/parts: {words}"]


@pytest.mark.parametrize("value", [None, [], "text", NumberText("1"), [{"id": "1"}]])
def test_what_is_no_object(value: object) -> None:
    """A body that is no JSON object is one fault, at its root."""
    assert [str(problem) for problem in validate(Whole, value)] == ["/: should be an object"]


def test_a_hostile_list_costs_one_fault() -> None:
    """A list of nothing but wrong elements yields the first of them."""
    assert len(validate(Everything, {"parts": [NumberText("1")] * 100_000})) == 1


def test_a_part_needs_only_last_updated() -> None:
    """H6.05, H6.04: the body of a PATCH may lack everything but last_updated."""
    assert validate_partial(Whole, {"last_updated": "2024-01-01T00:00:00Z"}) == []
    assert [str(problem) for problem in validate_partial(Whole, {"note": "a"})] == ["/last_updated: is required"]


def test_a_part_is_checked_where_it_says_something() -> None:
    """H6.04: what a PATCH does say must be right, in its depth too; null may clear an optional field only."""
    at = "2024-01-01T00:00:00Z"

    assert validate_partial(Whole, {"note": None, "last_updated": at}) == []
    assert [str(one) for one in validate_partial(Whole, {"id": None, "parts": [{}], "last_updated": at})] == [
        "/id: may not be null",
        "/parts/0/name: is required",
    ]


@given(st.text(min_size=41, max_size=300))
def test_little_of_the_input_is_repeated(text: str) -> None:
    """A message repeats at most 40 characters of what came."""
    (problem,) = validate(Everything, {"role": text})

    quoted = problem.message.partition(" is not one of ")[0]
    assert len(text[:MAX_ECHO]) == MAX_ECHO
    assert quoted == shown(text) == repr(f"{text[: MAX_ECHO - 1]}…")


def test_a_wrong_text_is_not_repeated() -> None:
    """The message about a wrong text, which may be a credentials token, says what is wrong and nothing of it."""
    (unprintable,) = validate(Everything, {"word": "Zq\tZq"})
    (too_long,) = validate(Everything, {"word": "ZqZqZqZq"})

    assert "Zq" not in unprintable.message + too_long.message


def test_a_pointer_is_escaped() -> None:
    """A slash and a tilde in a name are written as JSON pointers have them."""

    class Odd(OcpiObject):
        """A field whose name needs escaping."""

        odd: Int = Field(alias="a/b~c")

    assert str(validate(Odd, {"a/b~c": "x"})[0]) == "/a~1b~0c: should be a number"


def test_classes_describe_themselves() -> None:
    """The API description has numbers, dates and URLs as what they are on the wire, and nulls where allowed."""
    schema = Everything.model_json_schema()["properties"]

    assert schema["number"]["anyOf"][0] == {"type": "number"}
    assert schema["at"]["anyOf"][0] == {"type": "string", "format": "date-time"}
    assert schema["url"]["anyOf"][0]["format"] == "uri"
    assert schema["on"]["anyOf"] == [{"type": "boolean"}, {"type": "null"}]
    assert schema["small"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 7}
