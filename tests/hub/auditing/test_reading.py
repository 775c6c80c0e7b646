"""CDRs out of an answer: each its very bytes, whatever surrounds them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.auditing.reading import cdrs_in
from hub.money.checking.ledger import entries_of
from hub.wire import json_text
from tests.hub.money.checking.cases import cdr
from tests.words import body

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    elements=st.lists(
        _JSON | st.builds(lambda name, more: {"id": name, "x": more}, st.text(max_size=6), _JSON), max_size=5
    ),
    before=st.dictionaries(st.text(max_size=5).filter(lambda name: name != "data"), _JSON, max_size=2),
    indent=st.sampled_from([None, 0, 3]),
    alone=st.booleans(),
)
def test_the_same_as_reading_it_whole(
    elements: list[Any], before: dict[str, Any], indent: int | None, alone: bool
) -> None:
    """In any layout, with anything around them: those objects that have an id, each as if it had been sent alone."""
    data = elements[0] if alone and elements else elements
    answer = json.dumps({**before, "data": data, "status_code": 1000}, indent=indent, ensure_ascii=False).encode(
        errors="replace"
    )
    whole = json_text.loads(answer)["data"]
    expected = [
        one for one in (whole if isinstance(whole, list) else [whole]) if isinstance(one, dict) and one.get("id")
    ]
    expected = [one for one in expected if next(entries_of(one), None) is not None]

    found = [*cdrs_in(answer)]

    assert [json_text.loads(one.body) for one in found] == expected
    assert [one.entry for one in found] == [next(entries_of(one)) for one in expected]


def test_numbers_keep_their_text() -> None:
    """What is checked is what was written, to the last digit."""
    written = body(cdr(id="C1"))

    (found,) = cdrs_in(b' {"status_code" : 1000, "data" : [ ' + written + b" ] } ")

    assert found.body == written
    assert (found.owner, found.entry.cdr) == ("NL*CPA", "C1")


@pytest.mark.parametrize(
    "answer", [b"[]", b"{}", b'"x"', b'{"data":null}', b'{"data":"x"}', b'{"date":[{"id":"C1"}]}', b""]
)
def test_nothing_in_it(answer: bytes) -> None:
    """Not an answer, or no CDR."""
    assert [*cdrs_in(answer)] == []
