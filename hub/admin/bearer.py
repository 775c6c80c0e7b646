"""JSON Web Tokens that open the admin API: who made one, for whom, until when.

HS256 with a key derived from the server key, and no other algorithm: the header of a token never chooses (RFC 8725, 3.1).
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

AUDIENCE = "hub-admin"
ISSUER = "ocpi-hub"
ALGORITHM = "HS256"
LONGEST_LIFE = timedelta(days=90)
_MAX_CHARS = 2048
_MAX_SUBJECT_CHARS = 64
_LEEWAY_S = 30
_REQUIRED = ["exp", "iat", "aud", "iss", "sub"]


class BearerRefused(Exception):
    """This is no token that opens the admin API now; the message says why without showing any of it."""


def mint(key: bytes, *, subject: str, now: datetime, life: timedelta) -> str:
    """Return a token for `subject` (shown in the audit log).

    Raises ValueError for a life of nothing or more than LONGEST_LIFE, and for a subject that a log line must not hold.
    """
    if not timedelta() < life <= LONGEST_LIFE:
        raise ValueError(f"an admin token lives from 1 second to {LONGEST_LIFE.days} days")
    if not _may_be_subject(subject):
        raise ValueError(f"a subject is 1 to {_MAX_SUBJECT_CHARS} printable characters")
    claims = {"sub": subject, "aud": AUDIENCE, "iss": ISSUER, "iat": now, "exp": now + life}
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def check(key: bytes, token: str, *, audience: str = AUDIENCE) -> str:
    """Return the subject of a token; raises BearerRefused for every token that `mint` did not make or that has ended.

    `audience` is another one for the sessions of the page (hub.admin.session).
    """
    if len(token) > _MAX_CHARS:
        raise BearerRefused("the admin token is too long")
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            leeway=_LEEWAY_S,
            options={"require": _REQUIRED, "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise BearerRefused("the admin token has expired") from None
    except jwt.PyJWTError:
        raise BearerRefused("this is not an admin token of this hub") from None
    return _subject(claims)


def check_any(keys: Sequence[bytes], token: str, *, audience: str = AUDIENCE) -> str:
    """The same with several keys that may have signed it; raises what the first one says."""
    try:
        return check(keys[0], token, audience=audience)
    except BearerRefused:
        for key in keys[1:]:
            with suppress(BearerRefused):
                return check(key, token, audience=audience)
        raise


def ends_at(token: str) -> datetime:
    """When a token that `check` let in ends."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return datetime.fromtimestamp(int(claims["exp"]), UTC)


def _subject(claims: dict[str, Any]) -> str:
    if not 0 < int(claims["exp"]) - int(claims["iat"]) <= LONGEST_LIFE.total_seconds():
        raise BearerRefused(f"an admin token lives at most {LONGEST_LIFE.days} days")
    subject = claims["sub"]
    if not isinstance(subject, str) or not _may_be_subject(subject):
        raise BearerRefused("the admin token names no subject")
    return subject


def _may_be_subject(subject: str) -> bool:
    return 0 < len(subject) <= _MAX_SUBJECT_CHARS and subject.isprintable() and bool(subject.strip())
