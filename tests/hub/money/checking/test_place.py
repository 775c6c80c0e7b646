"""The time zone of a CDR's place: told, in the CDR, or concluded; a wrong name is told."""

from typing import Any

import pytest

from hub.money.checking.known import NOTHING_KNOWN, Known
from hub.money.checking.place import zone_of

UTRECHT = {"country": "NLD", "coordinates": {"latitude": "52.089444", "longitude": "5.110278"}}
CHICAGO = {"country": "USA", "coordinates": {"latitude": "41.88", "longitude": "-87.63"}}


@pytest.mark.parametrize(
    ("cdr", "known", "zone", "told"),
    [
        ({"cdr_location": UTRECHT}, Known(time_zone="Europe/Berlin"), "Europe/Berlin", []),
        ({"location": UTRECHT | {"time_zone": "Europe/Paris"}}, NOTHING_KNOWN, "Europe/Paris", []),
        ({"cdr_location": UTRECHT}, NOTHING_KNOWN, "Europe/Amsterdam", ["I"]),
        ({"cdr_location": CHICAGO}, NOTHING_KNOWN, "America/Chicago", ["I"]),
        ({"cdr_location": {"country": "USA"}}, NOTHING_KNOWN, None, []),
        ({"cdr_location": []}, NOTHING_KNOWN, None, []),
        ({"location": {"time_zone": "Mars/Olympus"}}, NOTHING_KNOWN, None, ["E"]),
        ({"location": {"time_zone": "../../etc/passwd"}}, NOTHING_KNOWN, None, ["E"]),
    ],
)
def test_a_zone(cdr: Any, known: Known, zone: str | None, told: Any) -> None:
    """Known before written before concluded; what was concluded, or is no zone, is a finding."""
    place = zone_of(cdr, known, needed=True)

    assert (None if place.zone is None else place.zone.key) == zone
    assert [str(one.severity) for one in place.findings] == told


def test_nothing_is_concluded_where_nothing_needs_it() -> None:
    """A tariff without a clock needs no zone."""
    assert zone_of({"cdr_location": UTRECHT}, NOTHING_KNOWN, needed=False).zone is None
