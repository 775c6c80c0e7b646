"""Tokens of apps: what this hub made opens, and nothing else does."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps import bearer
from hub.apps.bearer import check, mint
from hub.bearer import ALGORITHM, ISSUER, BearerRefused
from hub.clock import now_utc

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token; None leaves one out."""
    now = now_utc()
    good = {
        "sub": "app-1",
        "aud": bearer.AUDIENCE,
        "iss": ISSUER,
        "iat": now,
        "exp": now + timedelta(hours=1),
    } | changes
    return {name: value for name, value in good.items() if value is not None}


def signed(algorithm: str = ALGORITHM, key: bytes = KEY, **changes: Any) -> str:
    """A token with these claims."""
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


def test_a_token_names_its_app() -> None:
    """As long as it lives."""
    now = now_utc()

    assert check([KEY], mint(KEY, app_id="app-1", now=now, expires_at=now + timedelta(days=30))) == "app-1"


def without(name: str) -> str:
    """A token that lacks one claim."""
    return jwt.encode(claims(**{name: None}), KEY, algorithm=ALGORITHM)


@pytest.mark.parametrize(
    "token",
    [
        signed(key=OTHER_KEY),
        signed("HS512", key=b"k" * 64),
        signed(aud="hub-admin"),
        signed(aud=[bearer.AUDIENCE, "other"]),
        signed(iss="somebody"),
        signed(exp=datetime(2020, 1, 1, tzinfo=UTC)),
        *(without(name) for name in ("sub", "aud", "iss", "iat", "exp")),
        jwt.encode(claims(), "", algorithm="none"),
        "",
        "a.b.c",
        "x" * 3_000,
        signed() + "A" * 3_000,
    ],
)
def test_what_is_not_such_a_token_is_refused(token: str) -> None:
    """Another key, algorithm, audience or issuer, a claim too few, expired, too long: and the message shows nothing of it."""
    with pytest.raises(BearerRefused) as refused:
        check([KEY], token)

    assert token == "" or token not in str(refused.value)


def test_another_app_cannot_be_written_into_a_token() -> None:
    """The signature is over the claims."""
    head, _, signature = signed().split(".")
    forged = json.dumps({name: str(value) for name, value in claims(sub="app-2").items()}).encode()
    body = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()

    with pytest.raises(BearerRefused):
        check([KEY], f"{head}.{body}.{signature}")


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    """With BearerRefused, whatever it is."""
    with pytest.raises(BearerRefused):
        check([KEY], text)


@pytest.mark.parametrize("life", [timedelta(), timedelta(days=-1), bearer.LONGEST_LIFE + timedelta(seconds=1)])
def test_no_token_lives_for_ever(life: timedelta) -> None:
    """Nor for no time at all."""
    now = now_utc()
    with pytest.raises(ValueError, match="lives from"):
        mint(KEY, app_id="app-1", now=now, expires_at=now + life)
