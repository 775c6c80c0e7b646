"""When an operator's platform is pulled, and what of it. Pure: instants come in."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.config import Settings

OVERLAP = timedelta(minutes=5)
"""`date_from` is so much before the last pull: clocks differ, and an object may appear at its owner a little late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What is known of the pulls of one platform; kept by the process that pulls it."""

    next_at: datetime
    since: datetime | None = None
    """When the last pull began; None: the next one is a full one."""
    full_at: datetime | None = None
    """When the last full one began."""


def is_silent(
    settings: Settings, *, registered_at: datetime | None, last_push_at: datetime | None, now: datetime
) -> bool:
    """No push for so long, since it registered at the latest, that the hub should ask."""
    heard_at = max((one for one in (registered_at, last_push_at) if one is not None), default=None)
    if not settings.pull_after_h or heard_at is None:
        return False
    return now - heard_at >= timedelta(hours=settings.pull_after_h)


def first(settings: Settings, platform_id: str, now: datetime) -> Pulled:
    """Full, within one interval: each platform has a place of its own in it, so that they are not all asked at once."""
    share = zlib.crc32(platform_id.encode()) / 2**32
    return Pulled(next_at=now + timedelta(seconds=settings.pull_every_s * share))


def following(settings: Settings, before: Pulled, began_at: datetime, *, full: bool) -> Pulled:
    """After one that went well."""
    next_at = began_at + timedelta(seconds=settings.pull_every_s)
    return Pulled(next_at=next_at, since=began_at, full_at=began_at if full else before.full_at)


def again(settings: Settings, before: Pulled, now: datetime) -> Pulled:
    """After one that failed: the same question, an interval later."""
    return Pulled(next_at=now + timedelta(seconds=settings.pull_every_s), since=before.since, full_at=before.full_at)


def date_from(settings: Settings, pulled: Pulled, now: datetime) -> datetime | None:
    """From when on to ask; None asks for everything."""
    if pulled.since is None or pulled.full_at is None:
        return None
    if now - pulled.full_at >= timedelta(hours=settings.pull_full_every_h):
        return None
    return pulled.since - OVERLAP
