"""Counts what passes through the hub since its start: requests, refusals by OCPI's numbers, and how long they took."""

from collections.abc import Callable

from hub.metrics import Counts, Durations, Labels, figures
from hub.store.protocols import Leg

_CODES = frozenset({*range(2000, 2005), *range(3000, 3004), *range(4000, 4004)})
"""OCPI 2.2.1, status_codes. Partners may write any number: the rest counts as one."""


class Meter:
    """Takes every leg."""

    def __init__(self) -> None:
        self._requests = Counts()
        self._refusals = Counts()
        self._durations = Durations()

    def add(self, leg: Leg, failed: bool) -> None:
        """One leg."""
        self._requests.add((leg.platform_id, leg.kind.value, "failed" if failed else "ok"))
        self._durations.add((leg.platform_id, leg.kind.value), leg.duration_ms / 1000)
        if leg.ocpi_status >= 2000 or leg.http_status >= 400:
            self._refusals.add((leg.platform_id, leg.kind.value, _code(leg.ocpi_status), _class(leg.http_status)))

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
