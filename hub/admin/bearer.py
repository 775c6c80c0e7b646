"""The tokens that open the admin API: who made one, for whom, until when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hub import bearer
from hub.bearer import Audience, BearerRefused

AUDIENCE = "hub-admin"
LONGEST_LIFE = timedelta(days=90)
OPERATORS = Audience(AUDIENCE, "the admin token", "an admin token of this hub")
_MAX_SUBJECT_CHARS = 64


def mint(key: bytes, *, subject: str, now: datetime, life: timedelta) -> str:
    """Return a token for `subject` (shown in the audit log).

    Raises ValueError for a life of nothing or more than LONGEST_LIFE, and for a subject that a log line must not hold.
    """
    if not timedelta() < life <= LONGEST_LIFE:
        raise ValueError(f"an admin token lives from 1 second to {LONGEST_LIFE.days} days")
    if not _may_be_subject(subject):
        raise ValueError(f"a subject is 1 to {_MAX_SUBJECT_CHARS} printable characters")
    return bearer.write(key, OPERATORS, subject, now, now + life)


def check(keys: Sequence[bytes], token: str, audience: Audience = OPERATORS) -> tuple[str, datetime]:
    """The subject of a token, and when it ends; raises BearerRefused for what `mint` did not make or what has ended.

    `audience` is another one for the sessions of the page (hub.admin.session).
    """
    claims = bearer.read(keys, audience, token)
    if not 0 < int(claims["exp"]) - int(claims["iat"]) <= LONGEST_LIFE.total_seconds():
        raise BearerRefused(f"an admin token lives at most {LONGEST_LIFE.days} days")
    subject = claims["sub"]
    if not isinstance(subject, str) or not _may_be_subject(subject):
        raise BearerRefused("the admin token names no subject")
    return subject, datetime.fromtimestamp(int(claims["exp"]), UTC)


def _may_be_subject(subject: str) -> bool:
    return 0 < len(subject) <= _MAX_SUBJECT_CHARS and subject.isprintable() and bool(subject.strip())
