"""The words in which a module describes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.interface import Interface, Problem, fold
from modules import locations

ASCII = st.text(st.characters(max_codepoint=0x7E))


@given(identifier=ASCII)
def test_identifiers_are_compared_without_case(identifier: str) -> None:
    """H7.05: a CiString in any case folds to the same key."""
    assert fold(identifier.upper()) == fold(identifier) == fold(identifier.lower())


@given(identifier=st.text())
def test_only_ascii_letters_fold(identifier: str) -> None:
    """H7.05: a letter beyond ASCII never becomes another, however alike: a Kelvin sign is no k."""
    folded = fold(identifier)

    assert len(folded) == len(identifier)
    assert all(one == other or other.isascii() for one, other in zip(folded, identifier, strict=True))
    assert fold(folded) == folded


def test_a_kelvin_sign_is_no_k() -> None:
    """H7.05: Unicode's own lower case would make an identifier of someone else's."""
    assert fold("\u212a1") != fold("K1")


@pytest.mark.parametrize("interface", list(Interface))
def test_a_module_knows_who_serves_an_interface(interface: Interface) -> None:
    """The roles of an interface are those of its side, the likeliest first."""
    expected = {
        Interface.SENDER: locations.MODULE.sender_roles,
        Interface.RECEIVER: locations.MODULE.receiver_roles,
    }

    assert locations.MODULE.roles(interface) == expected[interface]


def test_a_problem_says_where_and_what() -> None:
    """A JSON pointer and a sentence; a problem of the whole body points to its root."""
    assert str(Problem("/evses/0/uid", "is required")) == "/evses/0/uid: is required"
    assert str(Problem("", "a body is required")) == "/: a body is required"
