"""What a reader of a price should know: where it rests on a reading, and where it cannot be trusted."""

from enum import StrEnum
from typing import Any, NamedTuple


class Doubt(StrEnum):
    """Why a price proves nothing about a CDR."""

    NO_TARIFF = "no_tariff"
    TIME_ZONE = "time_zone"
    MEASURE = "measure"
    TOO_MUCH = "too_much"


class Note(NamedTuple):
    """One remark."""

    code: str
    text: str
    period: int | None = None
    """Index in charging_periods; None for the session."""
    doubt: Doubt | None = None

    def as_dict(self) -> dict[str, Any]:
        """The note as JSON."""
        said: dict[str, Any] = {"code": self.code, "text": self.text}
        if self.period is not None:
            said["period"] = self.period
        return said
