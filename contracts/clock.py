"""The only source of time and of names in this package."""

import secrets
import time
from datetime import UTC, datetime, timedelta


def now_utc() -> datetime:
    """This instant, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def monotonic_s() -> float:
    """Seconds of a clock that never jumps."""
    return time.monotonic()


def written(instant: datetime) -> str:
    """`2026-12-01T12:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_now(**shift: int) -> str:
    """An instant so far from now, as OCPI writes it; `days`, `hours`, `minutes`, `seconds`."""
    return written(now_utc() + timedelta(**shift))


def new_name(size: int = 6) -> str:
    """Random hexadecimal digits, two for each of `size`."""
    return secrets.token_hex(size)


def new_token() -> str:
    """A credentials token: 43 characters, 256 random bits."""
    return secrets.token_urlsafe(32)
