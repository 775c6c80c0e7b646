"""When a platform should be judged again, and why. Pure."""

from datetime import datetime, timedelta
from zlib import crc32

from hub.platform import Platform, PlatformState
from hub.standing import Standing

_DAY = timedelta(days=1)


def reason(
    platform: Platform, *, now: datetime, suite_version: str, hour_utc: int, jitter_h: float, soon: timedelta
) -> str:
    """Why it is due now, in words; empty when it is not."""
    if platform.state is not PlatformState.REGISTERED or not platform.reachable:
        return ""
    exchanged_at = max((one.issued_at for one in platform.issued if one.issued_at), default=None)
    if exchanged_at is None or now < exchanged_at + soon:
        return ""
    judged_at = min((one.judged_at for one in platform.standings), default=None)
    if judged_at is None:
        return "it was never verified"
    if judged_at < exchanged_at:
        return "its credentials are new"
    return _aged(platform.standings, judged_at, now, suite_version) or (
        "the night's verification" if judged_at < night(platform.platform_id, now, hour_utc, jitter_h) else ""
    )


def night(platform_id: str, now: datetime, hour_utc: int, jitter_h: float) -> datetime:
    """This platform's latest nightly instant: around `hour_utc`, each platform at its own, the same every night."""
    share = crc32(platform_id.encode()) % 10_000 / 10_000
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    instant = midnight + timedelta(hours=hour_utc + (share * 2 - 1) * jitter_h)
    while instant > now:
        instant -= _DAY
    return instant


def _aged(standings: tuple[Standing, ...], judged_at: datetime, now: datetime, suite_version: str) -> str:
    if any(one.suite_version.partition(".")[0] != suite_version.partition(".")[0] for one in standings):
        return "the suite has a new major version"
    expired = any(one.expires_at <= now for one in standings)
    return "a verdict has expired" if expired and judged_at < now - timedelta(hours=1) else ""
