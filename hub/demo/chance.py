"""What happens next when traffic has no script, drawn from a seed: the same seed draws the same events."""

import hashlib
from dataclasses import dataclass

PAUSE_MS = (600, 2400)
_BREAKS_EVERY = 6
_BY_APP_OF_TEN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A driver charges, or an EVSE breaks or is mended; `station` is any number, for the operator to make an EVSE of."""

    cpo: int
    emsp: int
    driver: int
    station: int
    by_app: bool
    """Started in the provider's app, else with a card at the EVSE."""
    breaks: bool
    pause_ms: int
    """Until the next event."""


def event(seed: int, number: int, *, cpos: int, emsps: int) -> Event:
    """Draw the event with this number among so many operators and providers."""

    def drawn(what: str, least: int, most: int) -> int:
        digest = hashlib.sha256(f"{seed}/{number}/{what}".encode()).digest()
        return least + int.from_bytes(digest[:8]) % (most - least + 1)

    return Event(
        cpo=drawn("operator", 0, cpos - 1),
        emsp=drawn("provider", 0, emsps - 1),
        driver=drawn("driver", 0, 999),
        station=drawn("station", 0, 999_999),
        by_app=drawn("how", 0, 9) < _BY_APP_OF_TEN,
        breaks=number % _BREAKS_EVERY == 0,
        pause_ms=drawn("pause", *PAUSE_MS),
    )
