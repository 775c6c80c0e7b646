"""Prometheus figures over the admin API: traffic by platform, lanes, verdicts, the process. Never open to the outside.

Labels come from bounded sets: platforms of the directory, OCPI's numbers, states. All but lanes and verdicts are of the process
that answers, since its start.
"""

import os
import resource
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Json, Nothing
from hub.delivery.worker import LaneFigures
from hub.metrics import MEDIA_TYPE, Labels, figures
from hub.platform import PlatformState
from hub.registry import platform_status
from hub.store.protocols import StoreUnavailable

_PLATFORM = ("platform",)


async def _metrics(call: AdminCall[Nothing]) -> Json:
    office = call.office
    lines = [
        *_hub(office),
        *_cdrs(office),
        *office.traffic.meter.lines(_namer(office)),
        *_directory(office),
        *await _lanes(office),
    ]
    return "\n".join([*lines, *_process()]) + "\n"


def _namer(office: AdminServices) -> Callable[[str], str]:
    """A platform's name by its id; strangers have none, and removed platforms share one."""
    platforms = office.directory().platforms

    def name(platform_id: str) -> str:
        platform = platforms.get(platform_id)
        if platform is None:
            return "unknown" if not platform_id else "other"
        return "removed" if platform.state is PlatformState.REMOVED else platform.name

    return name


def _hub(office: AdminServices) -> list[str]:
    info = [((version("ocpi-hub"), str(office.settings.party)), 1.0)]
    return [
        *figures("ocpi_hub_info", "gauge", "The hub's version and party.", ("version", "party"), info),
        *figures(
            "ocpi_hub_legs_dropped_total",
            "counter",
            "Legs without a trace, because the database or the log was too slow.",
            (),
            [((), office.traffic.dropped)],
        ),
    ]


def _cdrs(office: AdminServices) -> list[str]:
    """Of CDRs whose parties want them checked."""
    auditing = office.auditing
    return [
        *figures(
            "ocpi_hub_cdrs_checked_total",
            "counter",
            "CDRs that were checked on their way, by verdict and outcome: carried, held, or pulled in an answer.",
            ("verdict", "outcome"),
            [(labels, float(count)) for labels, count in sorted(auditing.counted.items())],
        ),
        *figures(
            "ocpi_hub_cdrs_unchecked_total",
            "counter",
            "CDRs that were carried unchecked, because there were too many at once.",
            (),
            [((), auditing.skipped)],
        ),
        *figures(
            "ocpi_hub_cdr_answers_unchecked_total",
            "counter",
            "Answers with CDRs that were carried unchecked, because there were too many at once.",
            (),
            [((), office.answered.skipped)],
        ),
    ]


def _directory(office: AdminServices) -> list[str]:
    live = [one for one in office.directory().platforms.values() if one.state is not PlatformState.REMOVED]
    statuses: list[tuple[Labels, float]] = [((one.name, platform_status(one).value), 1.0) for one in live]
    verdicts = Counter((one.name, str(each.side), each.state.value) for one in live for each in one.standings)
    return [
        *figures(
            "ocpi_hub_platform_status",
            "gauge",
            "1 for the connection status that a platform has.",
            ("platform", "status"),
            statuses,
        ),
        *figures(
            "ocpi_hub_verdicts",
            "gauge",
            "Modules of a platform by the state of their verdict.",
            ("platform", "side", "state"),
            verdicts.items(),
        ),
    ]


async def _lanes(office: AdminServices) -> list[str]:
    """Without the database these are left out, and `ocpi_hub_database_up` says why."""
    try:
        lanes, up = await office.deliveries.snapshot(), 1.0
    except StoreUnavailable:
        lanes, up = [], 0.0
    name = _namer(office)
    breakers: list[tuple[Labels, float]] = [((name(one.platform_id), one.breaker.name.lower()), 1.0) for one in lanes]
    return [
        *figures("ocpi_hub_database_up", "gauge", "1 when the database answers.", (), [((), up)]),
        *_gauge(lanes, name, "waiting", "Deliveries that wait in this process."),
        *_gauge(lanes, name, "in_flight", "Deliveries under way in this process."),
        *_gauge(lanes, name, "behind", "Objects that a platform lacks."),
        *figures(
            "ocpi_hub_lane_breaker",
            "gauge",
            "1 for the state that the breaker of a platform has in this process.",
            ("platform", "state"),
            breakers,
        ),
    ]


def _gauge(lanes: list[LaneFigures], name: Callable[[str], str], field: str, what: str) -> list[str]:
    values: list[tuple[Labels, float]] = [((name(one.platform_id),), getattr(one, field)) for one in lanes]
    return figures(f"ocpi_hub_lane_{field}", "gauge", what, _PLATFORM, values)


def _process() -> list[str]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    values = (
        ("process_cpu_seconds_total", "counter", "Processor time.", used.ru_utime + used.ru_stime),
        ("process_resident_memory_bytes", "gauge", "Memory in use.", pages * os.sysconf("SC_PAGE_SIZE")),
        ("process_open_fds", "gauge", "Open files and sockets.", len(list(Path("/proc/self/fd").iterdir()))),
    )
    return [line for name, kind, what, value in values for line in figures(name, kind, what, (), [((), value)])]


ROUTES = (
    AdminRoute(
        method="GET", path="/metrics", act=_metrics, asks=Nothing, summary="Figures for Prometheus.", text=MEDIA_TYPE
    ),
)
"""Below /admin/v1, with an admin token: platforms' names and volumes are nobody else's business."""
