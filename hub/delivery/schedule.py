"""When to try again, and how fast to catch up. Pure: instants and chance are passed in."""

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 60.0
BACKOFF_LEAST_S = 0.05
RETRY_AFTER_MAX_S = 3600.0
_BURST_S = 0.1


def backoff_s(tries: int, jitter: float) -> float:
    """Seconds to wait after the `tries`-th failure in a row (from 1): anything up to a span that doubles each time.

    `jitter` is a fraction from 0 to 1: the whole of the wait is left to chance, so that what failed together comes back spread.
    Source: checklist D5.
    """
    whole_s = min(BACKOFF_FIRST_S * 2.0 ** min(tries - 1, 16), BACKOFF_MAX_S)
    return max(whole_s * jitter, BACKOFF_LEAST_S)


def read_retry_after_s(value: str) -> float:
    """Seconds of a Retry-After header, at most an hour; 0 when there is none, or it is a date."""
    written = value.strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        return 0.0
    return min(float(written), RETRY_AFTER_MAX_S)


class Pace:
    """At most so many objects a second, in bursts of a tenth of a second (one object at least)."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._burst = max(1.0, per_s * _BURST_S)
        self._left = self._burst
        self._counted_s = 0.0

    def take(self, now_s: float) -> bool:
        """Tell whether one more may go at `now_s`, and count it."""
        passed_s = max(0.0, now_s - self._counted_s)
        self._left = min(self._burst, self._left + passed_s * self._per_s)
        self._counted_s = max(self._counted_s, now_s)
        if self._left < 1:
            return False
        self._left -= 1
        return True
