"""How the hub keeps what it tells of a party."""

from modules.hubclientinfo.store import STORED
from tests import words
from tests.modules.calls import NL_CPA, call


def test_a_party_has_one_client_info_in_each_role() -> None:
    """H5.05: the role is the key, and two roles of a party go to one path."""
    as_emsp = words.client_info(role="EMSP")

    assert STORED.key(call("PUT", NL_CPA, words.client_info())) == "cpo"
    assert STORED.key(call("PUT", NL_CPA, as_emsp)) == "emsp"
    assert STORED.put_path(as_emsp) == STORED.put_path(words.client_info()) == "/NL/CPA"


def test_a_put_replaces() -> None:
    """H5.03: an invalid party is put as SUSPENDED; the body is kept as it is."""
    gone = words.client_info(status="SUSPENDED")

    assert STORED.apply(words.client_info(), call("PUT", NL_CPA, gone)) is gone
