"""Demand is remembered, drivers are forgotten."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps import demand
from hub.apps.codes import standard_code
from hub.apps.demand import CELL_DEGREES, Demand, asked, cell_of
from hub.apps.geometry import Point
from hub.apps.wanted import Wanted
from hub.store.observing import Searches
from hub.store.protocols import StoreUnavailable
from tests.hub.apps.samples import LATITUDES, LONGITUDES

NOON = datetime(2026, 1, 31, 12, 34, 56, tzinfo=UTC)
UTRECHT = Point(52.0907, 5.1214)
FAST = Wanted(min_watts=50_000, free=True, standards=frozenset({standard_code("IEC_62196_T2_COMBO")}))


class Shelf:
    """A DemandStore that can be away."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[Searches] = []

    async def add(self, searches: Sequence[Searches]) -> None:
        """Keep, or refuse."""
        if self.away:
            raise StoreUnavailable("away")
        self.kept += searches

    async def since(self, hour: datetime) -> list[Searches]:
        """Of this hour and later."""
        return [one for one in self.kept if one.hour >= hour]


async def test_searches_of_one_cell_and_hour_are_summed() -> None:
    """Those that found something free beside those that did not; another hour or filter is another count."""
    shelf = Shelf()
    counted = Demand(shelf)
    for found in (True, True, False):
        counted.searched(UTRECHT, NOON, FAST, found_free=found)
    counted.searched(UTRECHT, NOON + timedelta(hours=1), FAST, found_free=False)
    counted.searched(UTRECHT, NOON, Wanted(), found_free=False)
    await counted.tell()

    assert sorted((one.hour.hour, one.asked, one.found, one.nothing) for one in shelf.kept) == [
        (12, "anything", 0, 1),
        (12, "kw>=50 IEC_62196_T2_COMBO free", 2, 1),
        (13, "kw>=50 IEC_62196_T2_COMBO free", 0, 1),
    ]


async def test_a_store_that_is_away_loses_no_search() -> None:
    """What it did not take comes with the next telling, together with what was searched meanwhile."""
    shelf = Shelf()
    counted = Demand(shelf)
    counted.searched(UTRECHT, NOON, FAST, found_free=True)
    shelf.away = True
    await counted.tell()
    counted.searched(UTRECHT, NOON, FAST, found_free=True)
    shelf.away = False
    await counted.tell()
    await counted.tell()

    assert [one.found for one in shelf.kept] == [2]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches of more kinds than fit are counted as dropped; known kinds go on counting."""
    monkeypatch.setattr(demand, "KINDS_MAX", 2)
    counted = Demand(Shelf())
    for latitude in (1.0, 2.0, 3.0, 1.0):
        counted.searched(Point(latitude, 0), NOON, FAST, found_free=True)

    assert counted.dropped == 1


@given(LATITUDES, LONGITUDES)
def test_a_cell_tells_no_exact_place(latitude: float, longitude: float) -> None:
    """Every place within the cell gives the same, and the cell holds the place."""
    row, column = cell_of(Point(latitude, longitude))

    assert 0 <= latitude + 90 - row * CELL_DEGREES <= CELL_DEGREES + 1e-9
    assert 0 <= longitude + 180 - column * CELL_DEGREES <= CELL_DEGREES + 1e-9


@given(st.integers(0, 400_000), st.frozensets(st.integers(0, 255)), st.frozensets(st.text()))
def test_a_filter_is_told_in_few_words(watts: int, standards: frozenset[int], operators: frozenset[str]) -> None:
    """Bounded, and operators are not in it: a rare combination must not tell who asked."""
    words = asked(Wanted(min_watts=watts, standards=standards, operators=operators))

    assert words == asked(Wanted(min_watts=watts, standards=standards))
    assert len(words.split()) <= 6
