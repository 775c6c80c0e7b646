"""The session of the operations page: what buys it, what it opens, what it does not."""

from datetime import timedelta

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Response

from hub.admin import bearer, session
from hub.bearer import BearerRefused
from hub.clock import now_utc

KEY = b"k" * 32


def admin_token(life: timedelta) -> str:
    """A good admin token."""
    return bearer.mint(KEY, subject="jan@ops", now=now_utc(), life=life)


def test_it_ends_with_the_token_and_after_twelve_hours_at_the_latest() -> None:
    """A short token makes a short session, a long one makes one of twelve hours; both know their subject."""
    now = now_utc()
    for life, longest in ((timedelta(minutes=5), timedelta(minutes=5)), (timedelta(days=30), session.LONGEST)):
        made, ends_at = session.mint([KEY], admin_token(life), now)

        assert abs(ends_at - now - longest) < timedelta(seconds=2)
        assert session.check([KEY], made) == "jan@ops"


def test_neither_is_taken_for_the_other() -> None:
    """A session is no admin token, an admin token no session, and a session buys no other."""
    token = admin_token(timedelta(hours=1))
    made, _ = session.mint([KEY], token, now_utc())

    for check, value in ((bearer.check, made), (session.check, token)):
        with pytest.raises(BearerRefused):
            check([KEY], value)
    with pytest.raises(BearerRefused):
        session.mint([KEY], made, now_utc())


@pytest.mark.parametrize(
    ("host", "secure"),
    [
        ("127.0.0.1:8001", False),
        ("localhost", False),
        ("[::1]:8001", False),
        ("hub.example", True),
        ("10.0.0.1:8001", True),
    ],
)
def test_the_cookie_is_out_of_reach(host: str, secure: bool) -> None:
    """HttpOnly and SameSite=Strict always; Secure from every host but this machine."""
    response = Response()
    session.set_cookie(
        response, make_mocked_request("POST", "/session", headers={"Host": host}), "x", now_utc(), "/admin/v1"
    )
    (cookie,) = response.cookies.values()

    assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Strict", secure)
    assert cookie["path"] == "/admin/v1"


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8001"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "http://127.0.0.1:9999"}, True),
        ({"Origin": "null"}, True),
    ],
)
def test_other_origins_are_seen(headers: dict[str, str], foreign: bool) -> None:
    """A page of another origin, by either header that browsers send."""
    request = make_mocked_request("POST", "/session", headers={"Host": "127.0.0.1:8001", **headers})

    assert session.from_elsewhere(request) is foreign
