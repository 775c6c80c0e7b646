"""How Tokens are kept."""

import pytest

from hub.wire.interface import NotStored
from modules.tokens.store import STORED
from tests import words
from tests.modules.calls import DE_EMA, call

PATH = DE_EMA | {"token_uid": "ABC"}


def test_a_put_replaces_and_a_patch_changes() -> None:
    """H6.03, H6.04, H3.55: the body of a PUT is the new Token, itself; a PATCH changes the members that it has."""
    new = words.token(valid=False)
    part = {"valid": False, "last_updated": "2024-04-01T00:00:00Z"}

    assert STORED.apply(words.token(), call("PUT", PATH, new)) is new
    assert STORED.apply(words.token(), call("PATCH", PATH, part)) == words.token() | part


def test_a_part_of_the_unknown_is_not_stored() -> None:
    """H3.55: a PATCH of a Token that this hub does not have is refused with 2004."""
    with pytest.raises(NotStored) as refused:
        STORED.apply(None, call("PATCH", PATH, {"valid": False}))

    assert refused.value.status_code == 2004


def test_tokens_may_share_a_uid() -> None:
    """H6.60: the key of a Token is its type and its uid, folded."""
    assert STORED.key(call("PUT", PATH)) == "rfid/abc"
    assert STORED.key(call("PUT", PATH, query={"type": "OTHER"})) == "other/abc"


def test_the_type_is_in_the_path_unless_it_is_rfid() -> None:
    """H6.60, H3.02: a PUT of the whole Token says its type where the default would be wrong."""
    assert STORED.put_path(words.token()) == "/DE/EMA/012345678"
    assert STORED.put_path(words.token(type="APP_USER")) == "/DE/EMA/012345678?type=APP_USER"
