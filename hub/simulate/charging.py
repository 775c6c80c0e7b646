"""How a simulated car charges: duration and energy drawn from a seed, and the charging periods of a session.

Source: OCPI 2.2.1, mod_sessions and mod_cdrs, ChargingPeriod (ENERGY in kWh, TIME in hours).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.wire.types import format_datetime

_ONE_WH = Decimal("0.001")
_FOUR_DECIMALS = Decimal("0.0001")
_CENTIHOUR_S = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingPlan:
    """What a car will take if nobody stops it: `duration_s` of simulated time, `energy_kwh` in whole Wh."""

    duration_s: int
    energy_kwh: Decimal

    def energy_after(self, elapsed_s: int) -> Decimal:
        """The energy in kWh that was taken after `elapsed_s`, in whole Wh."""
        share = Decimal(min(elapsed_s, self.duration_s)) / self.duration_s
        return (self.energy_kwh * share).quantize(_ONE_WH, rounding=ROUND_HALF_UP)


def draw_plan(seed: str, power_kw: Decimal, minutes: tuple[int, int]) -> ChargingPlan:
    """Draw a plan: a duration within `minutes`, in hundredths of an hour, and 50 to 95 percent of `power_kw` on average.

    The same seed gives the same plan.
    """
    low, high = (limit * 60 // _CENTIHOUR_S for limit in minutes)
    duration_s = (low + _drawn(seed, "duration", high - low + 1)) * _CENTIHOUR_S
    share = Decimal(50 + _drawn(seed, "power", 46)) / 100
    energy_kwh = (power_kw * share * duration_s / 3600).quantize(_ONE_WH, rounding=ROUND_HALF_UP)
    return ChargingPlan(duration_s=duration_s, energy_kwh=energy_kwh)


def period(plan: ChargingPlan, start: datetime, from_s: int, to_s: int, tariff_id: str) -> dict[str, Any]:
    """The ChargingPeriod between two moments, in seconds after `start`; consecutive periods add up to the whole."""
    return {
        "start_date_time": format_datetime(start + timedelta(seconds=from_s)),
        "dimensions": [
            {"type": "ENERGY", "volume": plan.energy_after(to_s) - plan.energy_after(from_s)},
            {"type": "TIME", "volume": hours(to_s) - hours(from_s)},
        ],
        "tariff_id": tariff_id,
    }


def hours(seconds: int) -> Decimal:
    """Seconds as hours with 4 decimals."""
    return (Decimal(seconds) / 3600).quantize(_FOUR_DECIMALS, rounding=ROUND_HALF_UP)


def _drawn(seed: str, what: str, below: int) -> int:
    digest = hashlib.sha256(f"{seed}/{what}".encode()).digest()
    return int.from_bytes(digest[:8]) % below
