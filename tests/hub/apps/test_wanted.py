"""Conditions on charging points, one at a time; all of them together are in test_search.py."""

import numpy as np
import pytest

from hub.apps import codes
from hub.apps.index import Arrival, Index
from hub.apps.sites import GREEN, PUBLISHED, Plug
from hub.apps.wanted import Sight, Wanted, points_that_fit, sites_in_sight
from modules.locations.objects import Capability, ParkingRestriction
from tests.hub.apps.samples import CHARGING, OWNERS, point, site

ALL = Sight(owners=frozenset(OWNERS))
TYPE_2, COMBO = codes.standard_code("IEC_62196_T2"), codes.standard_code("IEC_62196_T2_COMBO")
SOCKET, CABLE = codes.format_code("SOCKET"), codes.format_code("CABLE")
AC, DC = codes.power_type_code("AC_3_PHASE"), codes.power_type_code("DC")
SLOW = point("slow", CHARGING, plugs=(Plug(22_000, TYPE_2, SOCKET, AC),))
FAST = point(
    "fast",
    plugs=(Plug(50_000, COMBO, CABLE, DC), Plug(43_000, TYPE_2, CABLE, AC)),
    capabilities=codes.capability_bits([Capability.RESERVABLE, Capability.RFID_READER]),
    restrictions=codes.restriction_bits([ParkingRestriction.DISABLED]),
)


@pytest.mark.parametrize(
    ("wanted", "uids"),
    [
        (Wanted(), ["slow", "fast"]),
        (Wanted(min_watts=22_001), ["fast"]),
        (Wanted(max_watts=22_000), ["slow"]),
        (Wanted(min_watts=44_000, standards=frozenset({TYPE_2})), []),
        (Wanted(min_watts=43_000, standards=frozenset({TYPE_2})), ["fast"]),
        (Wanted(standards=frozenset({COMBO})), ["fast"]),
        (Wanted(forms=frozenset({SOCKET})), ["slow"]),
        (Wanted(power_types=frozenset({DC})), ["fast"]),
        (Wanted(free=True), ["fast"]),
        (Wanted(capabilities=codes.capability_bits([Capability.RESERVABLE])), ["fast"]),
        (Wanted(capabilities=codes.capability_bits([Capability.RESERVABLE, Capability.UNLOCK_CAPABLE])), []),
        (Wanted(without_restrictions=codes.restriction_bits([ParkingRestriction.DISABLED])), ["slow"]),
        (Wanted(confirmed_since_ms=1_001), []),
    ],
)
def test_an_evse_fits_by_one_of_its_plugs(wanted: Wanted, uids: list[str]) -> None:
    """Power, standard and format must be those of the same plug; an EVSE with two that fit is one EVSE."""
    indexed = Index()
    indexed.load([Arrival(site("loc1", SLOW, FAST), 1_000)])
    found, places = points_that_fit(indexed, np.array([0]), wanted)

    assert [("slow", "fast")[each] for each in found] == uids
    assert places.tolist() == [0] * len(uids)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Wanted(), [0, 1]),
        (Wanted(green=True), [1]),
        (Wanted(facilities=2), [0]),
        (Wanted(operators=frozenset(OWNERS[1:2])), [1]),
        (Wanted(operators=frozenset({"XX*XXX"})), []),
    ],
)
def test_a_site_has_what_a_site_must_have(wanted: Wanted, rows: list[int]) -> None:
    """Green energy, facilities, operator; an unpublished one is never there."""
    indexed = Index()
    sites = [
        site("loc1", facilities=3),
        site("loc2", flags=PUBLISHED | GREEN, owner=OWNERS[1]),
        site("loc3", flags=GREEN, facilities=3),
    ]
    indexed.load([Arrival(one, 1_000) for one in sites])

    assert sites_in_sight(indexed, np.arange(3), wanted, ALL).tolist() == rows
    assert sites_in_sight(indexed, np.arange(3), wanted, Sight(owners=frozenset())).tolist() == []


def test_an_empty_index_answers() -> None:
    """Nothing is in sight of anybody."""
    assert sites_in_sight(Index(), np.empty(0, np.int64), Wanted(), ALL).tolist() == []


def test_conditions_on_evses_are_told_from_those_on_sites() -> None:
    """For whoever may spare itself the look at EVSEs."""
    assert not Wanted(green=True, facilities=1, operators=frozenset(OWNERS)).asks_of_points
    assert Wanted(free=True).asks_of_points
