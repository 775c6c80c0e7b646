"""What the hub did at a partner, call by call, for the person who asked for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call: `GET versions` at `ocpi.partner.example`, HTTP 200, OCPI 1000, 84 ms, `2.2, 2.2.1`."""

    method: str
    what: str
    """`versions`, `2.2.1 details` or `credentials`."""
    host: str
    http_status: int = 0
    """0: no answer came."""
    ocpi_status: int = 0
    """0: the answer was no OCPI envelope."""
    duration_ms: float = 0.0
    ok: bool = False
    note: str = ""
