"""Counts what passes through the hub since its start: requests, refusals by OCPI's numbers, and how long they took."""

from collections.abc import Callable, Sequence

from hub.metrics import Counts, Durations, Labels, figures

_CODES = frozenset({*range(2000, 2005), *range(3000, 3004), *range(4000, 4004)})
"""OCPI 2.2.1, status_codes. Partners may write any number: the rest counts as one."""


class Meter:
    """Takes every leg."""

    def __init__(self) -> None:
        self._requests = Counts()
        self._refusals = Counts()
        self._durations = Durations()

    def add(
        self, labels: tuple[str, str], failed: bool, http_status: int, ocpi_status: int, durations_ms: Sequence[float]
    ) -> None:
        """Legs that ended alike; `labels` are their platform_id and kind."""
        number = len(durations_ms)
        self._requests.add((*labels, "failed" if failed else "ok"), number)
        for duration_ms in durations_ms:
            self._durations.add(labels, duration_ms / 1000)
        if ocpi_status >= 2000 or http_status >= 400:
            self._refusals.add((*labels, _code(ocpi_status), _class(http_status)), number)

    def lines(self, name: Callable[[str], str]) -> list[str]:
        """As text; `name` says what a platform is called."""

        def shown(labels: Labels) -> Labels:
            return (name(labels[0]), *labels[1:])

        return [
            *figures(
                "ocpi_hub_requests_total",
                "counter",
                "Requests that came from a platform (in) and that the hub sent to it (out).",
                ("platform", "leg", "outcome"),
                self._requests.values(shown),
            ),
            *figures(
                "ocpi_hub_refusals_total",
                "counter",
                "Requests that were refused, by OCPI status code and class of HTTP status.",
                ("platform", "leg", "ocpi_status", "http_status"),
                self._refusals.values(shown),
            ),
            *self._durations.lines(
                "ocpi_hub_request_duration_seconds", "How long requests took.", ("platform", "leg"), shown
            ),
        ]


def _code(ocpi_status: int) -> str:
    if ocpi_status in _CODES:
        return str(ocpi_status)
    return "other" if ocpi_status else "none"


def _class(http_status: int) -> str:
    return f"{http_status // 100}xx" if 100 <= http_status < 600 else "none"
