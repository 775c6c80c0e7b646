"""Path, body and FROM agree about the owner, or the message is not even carried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.json_text import NumberText
from hub.wire.types import MAX_ECHO
from modules.owned import body_fits_path, id_fits_path, own_body, own_path, own_path_and_body, owned_key
from tests import words
from tests.modules.calls import DE_EMA, NL_CPA, call, said


def test_the_owner_may_write_and_read() -> None:
    """H6.02: a path and a body that name the sending party pass, in any case."""
    lower = {"country_code": "nl", "party_id": "cpa"}

    assert own_path(call("GET", NL_CPA)) == own_path(call("GET", lower)) == []
    assert own_path_and_body(call("PUT", NL_CPA, words.location(**lower))) == []
    assert own_path_and_body(call("PUT", lower, words.location())) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_nobody_acts_in_anothers_name(method: str) -> None:
    """H1.37, H6.02: a path with another owner than FROM is refused, whatever the method."""
    problems = said(own_path(call(method, DE_EMA)))

    assert problems == ["/: the owner in the path, 'DE*EMA', is not the sending party NL*CPA"]


@pytest.mark.parametrize("path", [{}, {"country_code": "NL"}, {"country_code": "NLD", "party_id": "CP"}])
def test_a_path_without_an_owner_is_nobodys(path: dict[str, str]) -> None:
    """H6.02: a path that names no party is not the sender's."""
    assert len(own_path(call("PUT", path))) == 1


def test_a_body_of_another_owner_is_refused() -> None:
    """H6.02: country_code and party_id of the body, if given, are those of the path."""
    problems = own_path_and_body(call("PUT", NL_CPA, words.location(**DE_EMA)))

    assert said(problems) == [
        "/country_code: 'DE' is not the one in the path, 'NL'",
        "/party_id: 'EMA' is not the one in the path, 'CPA'",
    ]


def test_a_foreign_path_is_refused_whatever_the_body_says() -> None:
    """H6.02: a body that agrees with a foreign path makes it no less foreign."""
    assert len(own_path_and_body(call("PUT", DE_EMA, words.location(**DE_EMA)))) == 1


def test_a_part_with_another_owner_is_refused() -> None:
    """H6.02: a PATCH cannot give an object away."""
    assert len(own_path_and_body(call("PATCH", NL_CPA, {"party_id": "EMA"}))) == 1


@pytest.mark.parametrize("body", [None, [], "text", {}, {"country_code": None, "party_id": NumberText("1")}])
def test_a_body_without_an_owner_blocks_nothing(body: object) -> None:
    """H3.05: what is merely malformed is for the receiver to refuse."""
    assert own_path_and_body(call("PUT", NL_CPA, body)) == []
    assert own_body(call("POST", {}, body)) == []


def test_an_object_without_an_owner_in_its_path_is_the_senders() -> None:
    """H1.37: the owner of a CDR is FROM."""
    assert own_body(call("POST", {}, words.cdr(country_code="nl"))) == []
    assert said(own_body(call("POST", {}, words.cdr(party_id="CPB")))) == [
        "/party_id: 'CPB' is not the sending party's (NL*CPA)"
    ]


def test_the_id_in_the_body_is_the_one_in_the_path() -> None:
    """H6.02: an object id that differs by more than case is a fault that names both."""
    check = id_fits_path("id", "session_id")

    assert check(call("PUT", {"session_id": "session1"}, words.session())) == []
    assert check(call("PATCH", {"session_id": "S2"}, {"status": "ACTIVE"})) == []
    assert said(check(call("PUT", {"session_id": "S2"}, words.session()))) == [
        "/id: 'SESSION1' is not the one in the path, 'S2'"
    ]


@given(st.text(min_size=1), st.text())
def test_a_mismatch_repeats_little_of_the_input(written: str, segment: str) -> None:
    """A message has at most 40 characters of each side."""
    for problem in body_fits_path(call("PUT", {"id": segment}, {"id": written}), id="id"):
        assert len(problem.message) <= len(repr(written[:MAX_ECHO])) + len(repr(segment[:MAX_ECHO])) + 40


def test_a_key_is_folded() -> None:
    """H6.38: an index key of an owned object is the same in any case."""
    assert owned_key(words.CPO, "Session1") == "nl/cpa/session1"
