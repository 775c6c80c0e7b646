"""The classes of Credentials beyond the examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.types import validate
from modules.credentials.objects import Credentials
from tests import words


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=64))
def test_any_visible_token_passes(token: str) -> None:
    """H1.04: a credentials token is 1 to 64 characters from U+0021 to U+007E."""
    assert validate(Credentials, words.credentials(token=token)) == []


@pytest.mark.parametrize("token", ["", "x" * 65, "with space", "line\n", "naïve", None])
def test_what_is_no_token(token: str | None) -> None:
    """H1.04: an empty, long, spaced or non-ASCII token is refused, and the message does not repeat it."""
    (problem,) = validate(Credentials, words.credentials(token=token))

    assert problem.pointer == "/token"
    assert not token or token not in problem.message


@pytest.mark.parametrize("role", ["CPO", "EMSP", "HUB", "NAP", "NSP", "OTHER", "SCSP"])
def test_each_role(role: str) -> None:
    """H2.40: the seven roles of 2.2.1 are known."""
    assert validate(Credentials, words.credentials(roles=[words.credentials_role(role=role)])) == []


def test_credentials_have_a_role() -> None:
    """H2.40: at least one role, of a known kind, each with its business details."""
    assert len(validate(Credentials, words.credentials(roles=[]))) == 1
    assert len(validate(Credentials, words.credentials(roles=[words.credentials_role(role="PTP")]))) == 1
    assert len(validate(Credentials, words.credentials(roles=[words.credentials_role(business_details=None)]))) == 1
