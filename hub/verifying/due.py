"""When a platform should be judged again, and why. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from hub.platform import Platform, PlatformState
from hub.standing import Standing

_DAY = timedelta(days=1)
_AGAIN_AFTER = timedelta(hours=1)


class Due(NamedTuple):
    """Why a platform is to be judged now, and how."""

    why: str
    mode: str


def due(
    platform: Platform, *, now: datetime, suite_version: str, hour_utc: int, jitter_h: float, soon: timedelta
) -> Due | None:
    """None when it is not due. The nightly run reads; what must be judged anew is judged as it was before."""
    exchanged_at = max((one.issued_at for one in platform.issued if one.issued_at), default=None)
    registered = platform.state is PlatformState.REGISTERED and platform.reachable
    if not registered or exchanged_at is None or now < exchanged_at + soon:
        return None
    if not platform.standings:
        return Due("it was never verified", "observe")
    judged_at = max(one.judged_at for one in platform.standings)
    why = _anew(platform.standings, judged_at, exchanged_at, suite_version, now)
    if why:
        return Due(why, "exercise" if any(one.mode == "exercise" for one in platform.standings) else "observe")
    by_night = judged_at < night(platform.platform_id, now, hour_utc, jitter_h)
    return Due("the night's verification", "observe") if by_night else None


def _anew(
    standings: Iterable[Standing], judged_at: datetime, exchanged_at: datetime, suite_version: str, now: datetime
) -> str:
    """Why the verdicts count no more; empty when they do."""
    if judged_at < exchanged_at:
        return "its credentials are new"
    if any(_major(one.suite_version) != _major(suite_version) for one in standings):
        return "the suite has a new major version"
    if any(one.expires_at <= now for one in standings) and judged_at < now - _AGAIN_AFTER:
        return "a verdict has expired"
    return ""


def night(platform_id: str, now: datetime, hour_utc: int, jitter_h: float) -> datetime:
    """This platform's latest nightly instant: around `hour_utc`, each platform at its own, the same every night."""
    share = crc32(platform_id.encode()) % 10_000 / 10_000
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    instant = midnight + timedelta(hours=hour_utc + (share * 2 - 1) * jitter_h)
    while instant > now:
        instant -= _DAY
    return instant


def _major(version: str) -> str:
    return version.partition(".")[0]
