"""What happened in a session, apart from what it costs: periods with their quantities, normalised once."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Period(NamedTuple):
    """A charging period; it ends where the next one starts. A quantity is None when the period does not state it."""

    start: datetime
    """Aware, UTC."""
    end: datetime
    energy_kwh: Decimal | None = None
    time_s: int | None = None
    """Charging; whole seconds, whatever the hours were rounded to."""
    parking_s: int | None = None
    reservation_s: int | None = None
    min_current_a: Decimal | None = None
    max_current_a: Decimal | None = None
    min_power_kw: Decimal | None = None
    max_power_kw: Decimal | None = None
    tariff_id: str | None = None

    @property
    def length_s(self) -> int:
        """Wall clock, whole seconds."""
        return whole_seconds(self.start, self.end)

    @property
    def charges(self) -> bool:
        """It belongs to the session itself: it states charging, parking or energy, or no reservation."""
        used = self.energy_kwh is not None or self.time_s is not None or self.parking_s is not None
        return used or self.reservation_s is None


class Facts(NamedTuple):
    """What a session was, whatever the version that told."""

    start: datetime
    end: datetime
    periods: Sequence[Period]
    currency: str | None = None
    expired: bool = False
    """The reservation never became a session."""
    profile: str | None = None
    """The type of tariff that was chosen (PROFILE_CHEAP, AD_HOC_PAYMENT); None: not known, any fits."""


def whole_seconds(start: datetime, end: datetime) -> int:
    """From `start` to `end`, whole seconds, a part of a second dropped; negative when they are the wrong way round."""
    passed = end - start
    return passed.days * 86400 + passed.seconds
