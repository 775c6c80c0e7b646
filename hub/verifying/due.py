"""When a platform should be judged again, and why. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from hub.platform import Platform, PlatformState

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
    if platform.state is not PlatformState.REGISTERED or not platform.reachable:
        return None
    exchanged_at = max((one.issued_at for one in platform.issued if one.issued_at), default=None)
    if exchanged_at is None or now < exchanged_at + soon:
        return None
    if not platform.standings:
        return Due("it was never verified", "observe")
    mode = "exercise" if any(one.mode == "exercise" for one in platform.standings) else "observe"
    judged_at = max(one.judged_at for one in platform.standings)
    if judged_at < exchanged_at:
        return Due("its credentials are new", mode)
    if any(_major(one.suite_version) != _major(suite_version) for one in platform.standings):
        return Due("the suite has a new major version", mode)
    if any(one.expires_at <= now for one in platform.standings) and judged_at < now - _AGAIN_AFTER:
        return Due("a verdict has expired", mode)
    if judged_at < night(platform.platform_id, now, hour_utc, jitter_h):
        return Due("the night's verification", "observe")
    return None


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
