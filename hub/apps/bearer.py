"""The tokens of eMSP apps: which app it is, until when; with a key of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub import bearer
from hub.bearer import Audience, BearerRefused

AUDIENCE = "hub-apps"
LONGEST_LIFE = timedelta(days=732)
_APPS = Audience(AUDIENCE, "the token", "an app's token of this hub")


def mint(key: bytes, *, app_id: str, now: datetime, expires_at: datetime) -> str:
    """Return the token of an app; raises ValueError for a life of nothing or more than LONGEST_LIFE."""
    if not timedelta() < expires_at - now <= LONGEST_LIFE:
        raise ValueError(f"an app's token lives from 1 second to {LONGEST_LIFE.days} days")
    return bearer.write(key, _APPS, app_id, now, expires_at)


def check(keys: Sequence[bytes], token: str) -> str:
    """Return the app_id; raises BearerRefused for a token that `mint` made with none of these keys, or that ended."""
    subject = bearer.read(keys, _APPS, token)["sub"]
    if not isinstance(subject, str):
        raise BearerRefused("the token names no app")
    return subject
