"""JSON Web Tokens of eMSP apps: which app it is, until when. HS256 with a key of its own, and no other algorithm."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import jwt

AUDIENCE = "hub-apps"
ISSUER = "ocpi-hub"
ALGORITHM = "HS256"
LONGEST_LIFE = timedelta(days=732)
_MAX_CHARS = 2048
_LEEWAY_S = 30
_REQUIRED = ["exp", "iat", "aud", "iss", "sub"]


class BearerRefused(Exception):
    """This is no token of an app of this hub, or it has expired; the message shows nothing of it."""


def mint(key: bytes, *, app_id: str, now: datetime, expires_at: datetime) -> str:
    """Return the token of an app; raises ValueError for a life of nothing or more than LONGEST_LIFE."""
    if not timedelta() < expires_at - now <= LONGEST_LIFE:
        raise ValueError(f"an app's token lives from 1 second to {LONGEST_LIFE.days} days")
    claims = {"sub": app_id, "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": expires_at}
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def check(keys: Sequence[bytes], token: str) -> str:
    """Return the app_id; raises BearerRefused for a token that `mint` made with none of these keys, or that ended."""
    refused = BearerRefused("the hub has no key")
    for key in keys:
        try:
            return _check(key, token)
        except BearerRefused as said:
            refused = said if key is keys[0] else refused
    raise refused


def _check(key: bytes, token: str) -> str:
    if len(token) > _MAX_CHARS:
        raise BearerRefused("the token is too long")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=_LEEWAY_S,
            options={"require": _REQUIRED, "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise BearerRefused("the token has expired") from None
    except jwt.PyJWTError:
        raise BearerRefused("this is not an app's token of this hub") from None
    subject = claims["sub"]
    if not isinstance(subject, str):
        raise BearerRefused("the token names no app")
    return subject
