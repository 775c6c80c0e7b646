"""Reading a body that may be anything."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.wire.json_text import NumberText
from hub.wire.party import Party
from modules.content import elements, instant, member, numbered, party, text

anything = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3) | st.integers().map(NumberText),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "country_code", "party_id"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(anything)
def test_no_body_is_too_strange_to_look_into(body: object) -> None:
    """Whatever a body is, looking into it finds something or nothing, and never fails."""
    assert text(body, "a", "b") is None or isinstance(text(body, "a", "b"), str)
    assert all(pointer.startswith("/a/") for pointer, _ in numbered(body, "a"))
    assert instant(body, "a") is None
    assert party(body, "a") is None or isinstance(party(body, "a"), Party)


def test_what_is_there_is_found() -> None:
    """Members, strings, elements, timestamps and owners are found where they are."""
    body = {"a": {"b": ["x", "y"], "at": "2024-01-01T00:00:00Z"}, "o": {"country_code": "nl", "party_id": "cpa"}}

    assert member(body, "a", "b") == elements(body, "a", "b") == ["x", "y"]
    assert list(numbered(body, "a", "b")) == [("/a/b/0", "x"), ("/a/b/1", "y")]
    assert instant(body, "a", "at") == datetime(2024, 1, 1, tzinfo=UTC)
    assert party(body, "o") == Party(country_code="NL", party_id="CPA")


def test_a_number_and_an_empty_string_are_no_text() -> None:
    """A number is no string, though it is kept as text inside; an empty string says nothing."""
    assert text({"a": NumberText("1")}, "a") is None
    assert text({"a": ""}, "a") is None
