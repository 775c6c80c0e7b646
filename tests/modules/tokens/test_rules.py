"""A Token is its uid and its type together."""

from hub.wire.interface import ByIndex, Interface, Learned
from modules.tokens import MODULE
from modules.tokens.rules import check_token, learn
from tests import words
from tests.modules.calls import DE_EMA, call, row, said

PATH = DE_EMA | {"token_uid": "012345678"}
AUTHORIZE = row(MODULE, Interface.SENDER, "POST", "token_uid", "=authorize")


def test_no_type_means_rfid() -> None:
    """H6.60: a PUT without `type` is of an RFID token; another type must be said in the query."""
    app = words.token(type="APP_USER")

    assert check_token(call("PUT", PATH, words.token())) == []
    assert check_token(call("PUT", PATH, app, {"type": "APP_USER"})) == []
    assert said(check_token(call("PUT", PATH, app))) == ["/type: 'APP_USER' is not the type in the query, 'RFID'"]


def test_the_uid_is_that_of_the_path() -> None:
    """H6.02: the uid in the body is the one in the path; a PATCH need not repeat either."""
    assert len(check_token(call("PUT", PATH, words.token(uid="other")))) == 1
    assert check_token(call("PATCH", PATH, {"valid": False})) == []


def test_an_authorization_goes_by_uid_and_type() -> None:
    """H3.41, H6.60: POST authorize without TO goes by the token index, RFID unless the query says otherwise."""
    assert AUTHORIZE.open_key is not None
    path = {"token_uid": "AbC"}

    assert AUTHORIZE.open_key(call("POST", path)) == ByIndex("token", "rfid/abc")
    assert AUTHORIZE.open_key(call("POST", path, query={"type": "APP_USER"})) == ByIndex("token", "app_user/abc")


def test_an_authorization_may_have_no_body() -> None:
    """LocationReferences are optional; what lacks is for the eMSP to say."""
    assert AUTHORIZE.body is not None
    assert not AUTHORIZE.body_required


def test_a_put_teaches_whose_token_it_is() -> None:
    """H3.41: the token index learns the owner in the path under the key that an authorization asks for."""
    put = call("PUT", PATH, words.token(), sender=words.EMSP)

    assert learn(put, words.HUB) == [Learned("token", "rfid/012345678", words.EMSP)]
