"""What a demonstration can be told, and how it ends badly."""

from dataclasses import dataclass

DEFAULT_CPOS = 15
DEFAULT_EMSPS = 2
EMSPS_MAX = 4


class DemoFailed(Exception):
    """The demonstration cannot go on; the message is the sentence for the person who watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """`speed` is how many times as fast as the clock sessions run; `stations` None means all that the operators have."""

    once: bool = False
    """Play the story once and end; else traffic goes on, for `duration_s` or until interrupted."""
    duration_s: float | None = None
    seed: int = 1
    speed: float = 10.0
    port: int = 8000
    cpos: int = DEFAULT_CPOS
    emsps: int = DEFAULT_EMSPS
    stations: int | None = None
    browser: bool = False
    """Open the operations page, where there is a screen to show it on."""
