"""JSON Web Tokens that the hub itself gives out, for one audience each: who has one, until when.

HS256 with keys derived from the server keys, and no other algorithm: the header of a token never chooses (RFC 8725, 3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

ISSUER = "ocpi-hub"
ALGORITHM = "HS256"
_MAX_CHARS = 2048
_LEEWAY_S = 30
_REQUIRED = ["exp", "iat", "aud", "iss", "sub"]


class BearerRefused(Exception):
    """This is no token for this audience, or it has ended; the message says why without showing any of it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """What a token opens, and what it is called in a refusal: `the admin token`, `an admin token of this hub`."""

    name: str
    title: str
    kind: str


def write(key: bytes, audience: Audience, subject: str, now: datetime, ends_at: datetime) -> str:
    """Return the token of a subject."""
    claims = {"sub": subject, "aud": audience.name, "iss": ISSUER, "iat": now, "exp": ends_at}
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def read(keys: Sequence[bytes], audience: Audience, token: str) -> dict[str, Any]:
    """Return the claims of a token that `write` made with one of these keys, and that has not ended.

    Which key that was is not asked of the token. Raises BearerRefused with what the first key says.
    """
    if len(token) > _MAX_CHARS:
        raise BearerRefused(f"{audience.title} is too long")
    refused = BearerRefused("the hub has no key")
    for key in keys:
        try:
            return _read(key, audience, token)
        except BearerRefused as said:
            refused = said if key is keys[0] else refused
    raise refused


def _read(key: bytes, audience: Audience, token: str) -> dict[str, Any]:
    try:
        return dict(
            jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=audience.name,
                issuer=ISSUER,
                leeway=_LEEWAY_S,
                options={"require": _REQUIRED, "strict_aud": True},
            )
        )
    except jwt.ExpiredSignatureError:
        raise BearerRefused(f"{audience.title} has expired") from None
    except jwt.PyJWTError:
        raise BearerRefused(f"this is not {audience.kind}") from None
