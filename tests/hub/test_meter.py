"""What passes is counted by platform, leg, outcome and OCPI's numbers."""

from hub.meter import Meter
from hub.store.protocols import Leg, LegKind
from tests.hub.store.samples import leg


def _lines(*legs: Leg) -> list[str]:
    meter = Meter()
    for one in legs:
        meter.add((one.platform_id, one.kind.value), one.failed, one.http_status, one.ocpi_status, [one.duration_ms])
    return meter.lines(lambda platform_id: platform_id.upper() or "unknown")


def test_requests_and_refusals() -> None:
    """Each request once; a refusal by its number and the class of its HTTP status."""
    lines = _lines(
        leg(),
        leg(ocpi_status=2001),
        leg(kind=LegKind.OUT, http_status=0, ocpi_status=0),
        leg(platform_id="", http_status=401, ocpi_status=2000),
    )

    assert {line for line in lines if line.startswith(("ocpi_hub_requests", "ocpi_hub_refusals"))} == {
        'ocpi_hub_requests_total{platform="P-1",leg="in",outcome="ok"} 1',
        'ocpi_hub_requests_total{platform="P-1",leg="in",outcome="failed"} 1',
        'ocpi_hub_requests_total{platform="P-1",leg="out",outcome="failed"} 1',
        'ocpi_hub_requests_total{platform="unknown",leg="in",outcome="failed"} 1',
        'ocpi_hub_refusals_total{platform="P-1",leg="in",ocpi_status="2001",http_status="2xx"} 1',
        'ocpi_hub_refusals_total{platform="unknown",leg="in",ocpi_status="2000",http_status="4xx"} 1',
    }


def test_numbers_that_partners_make_up_are_one() -> None:
    """Nobody fills the memory of whoever collects these."""
    lines = _lines(*(leg(ocpi_status=number, http_status=200) for number in range(5000, 6000)))

    assert 'ocpi_hub_refusals_total{platform="P-1",leg="in",ocpi_status="other",http_status="2xx"} 1000' in lines


def test_how_long_they_took() -> None:
    """In seconds."""
    lines = _lines(leg(duration_ms=20.0), leg(duration_ms=700.0))

    assert 'ocpi_hub_request_duration_seconds_bucket{platform="P-1",leg="in",le="0.025"} 1' in lines
    assert 'ocpi_hub_request_duration_seconds_sum{platform="P-1",leg="in"} 0.720000' in lines
