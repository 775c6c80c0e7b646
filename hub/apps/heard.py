"""When each operator was last heard of: an EVSE that is silent while its operator speaks has most likely not changed. Pure."""

SILENCE_MS = 6 * 3_600_000
"""How long an EVSE may be silent while its operator is heard, before its status is doubted."""


class Heard:
    """By owner, as `NL*CPA`."""

    def __init__(self) -> None:
        self._last_ms: dict[str, int] = {}

    def note(self, owner: str, at_ms: int) -> None:
        """A push about a site of this owner came."""
        self._last_ms[owner] = max(at_ms, self._last_ms.get(owner, 0))

    def last_ms(self, owner: str) -> int:
        """0 for one that was not heard since the start."""
        return self._last_ms.get(owner, 0)
