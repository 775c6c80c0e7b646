"""Searches, held against brute force: near, in a box, along a route, page by page."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hub.apps import codes
from hub.apps.geometry import Box, Point, distances_m, to_path_m
from hub.apps.index import Arrival, Index
from hub.apps.search import Along, Hit, Inside, Near, Where, nearest_first, search
from hub.apps.sites import GREEN, PUBLISHED, Site
from hub.apps.wanted import Sight, Wanted
from tests.hub.apps.samples import AVAILABLE, CHARGING, LATITUDES, LONGITUDES, OWNERS, point, site, some_sites

ALL = Sight(owners=frozenset(OWNERS))
PLACES = st.builds(Point, LATITUDES, LONGITUDES)
BOXES = st.builds(
    lambda one, other, west, east: Box(min(one, other), west, max(one, other), east),
    LATITUDES,
    LATITUDES,
    LONGITUDES,
    LONGITUDES,
)
WHERE = st.one_of(
    st.builds(Near, PLACES, st.one_of(st.floats(1, 500_000), st.just(3e7))),
    st.builds(Inside, BOXES),
    st.builds(
        Along,
        st.lists(st.builds(Point, st.floats(-70, 75), LONGITUDES), min_size=2, max_size=6).map(tuple),
        st.floats(1, 200_000),
    ),
)
WANTED = st.builds(
    Wanted,
    standards=st.frozensets(st.integers(0, len(codes.STANDARDS) - 1), max_size=8),
    min_watts=st.sampled_from([0, 22_000, 50_000]),
    max_watts=st.sampled_from([22_000, 2**31 - 1]),
    free=st.booleans(),
    capabilities=st.sampled_from([0, 1, 3]),
    facilities=st.sampled_from([0, 1]),
    without_restrictions=st.sampled_from([0, 1]),
    operators=st.sampled_from([frozenset(), frozenset(OWNERS[:1])]),
    green=st.booleans(),
    confirmed_since_ms=st.sampled_from([0, 5]),
)
SIGHTS = st.builds(Sight, owners=st.frozensets(st.sampled_from(OWNERS)))


def loaded(sites: Iterable[Site], *, sort: bool = True) -> Index:
    """An index with these sites, the first received at 0 ms, the next at 1 ms, and so on."""
    indexed = Index()
    indexed.load([Arrival(one, at_ms) for at_ms, one in enumerate(sites)], sort=sort)
    return indexed


def away_m(where: Where, one: Site) -> float | None:
    """How far a site is, by the plainest way to say it; None when it is outside."""
    latitude, longitude = np.array([one.latitude]), np.array([one.longitude])
    if isinstance(where, Near):
        away = float(distances_m(where.origin, latitude, longitude)[0])
        return away if away <= where.radius_m else None
    if isinstance(where, Inside):
        box = where.box
        east = (box.east - box.west) % 360.0
        middle = Point((box.south + box.north) / 2, (box.west + east / 2 + 180.0) % 360.0 - 180.0)
        return float(distances_m(middle, latitude, longitude)[0]) if box.holds(latitude, longitude)[0] else None
    away = min(float(to_path_m(where.path[at : at + 2], latitude, longitude)[0]) for at in range(len(where.path) - 1))
    return away if away <= where.buffer_m else None


def fitting(one: Site, received_ms: int, wanted: Wanted) -> list[int]:
    """Places of the EVSEs that fit."""
    return [
        place
        for place, each in enumerate(one.points)
        if (not wanted.free or each.status == AVAILABLE)
        and each.capabilities & wanted.capabilities == wanted.capabilities
        and not each.restrictions & wanted.without_restrictions
        and received_ms >= wanted.confirmed_since_ms
        and any(
            wanted.min_watts <= plug.watts <= wanted.max_watts
            and (not wanted.standards or plug.standard in wanted.standards)
            for plug in each.plugs
        )
    ]


def brute_force(sites: list[Site], where: Where, wanted: Wanted, sight: Sight) -> list[tuple[float, str, list[int]]]:
    """Every site that fits, nearest first: distance, key, places of its fitting EVSEs."""
    found = []
    for received_ms, one in enumerate(sites):
        away = away_m(where, one)
        seen = one.owner in sight.owners and one.flags & PUBLISHED
        fits = (
            (not wanted.operators or one.owner in wanted.operators)
            and (not wanted.green or one.flags & GREEN)
            and one.facilities & wanted.facilities == wanted.facilities
        )
        which = fitting(one, received_ms, wanted)
        if away is not None and seen and fits and which:
            found.append((away, one.key, which))
    return sorted(found, key=lambda each: each[:2])


def told(indexed: Index, hits: Iterable[Hit]) -> list[tuple[float, str, list[int]]]:
    """Hits as brute force tells them."""
    return [
        (
            hit.distance_m,
            indexed.site(hit.row).key,
            [each - int(indexed.sites["first_point"][hit.row]) for each in hit.points],
        )
        for hit in hits
    ]


def same(found: list[tuple[float, str, list[int]]], expected: list[tuple[float, str, list[int]]]) -> bool:
    """The same sites and EVSEs in the same order, distances but for rounding."""
    return [one[1:] for one in found] == [one[1:] for one in expected] and bool(
        np.allclose([one[0] for one in found], [one[0] for one in expected], rtol=1e-9, atol=1e-3)
    )


@given(some_sites(), WHERE, WANTED, SIGHTS, st.booleans())
def test_every_search_is_that_of_brute_force(
    sites: list[Site], where: Where, wanted: Wanted, sight: Sight, sort: bool
) -> None:
    """Whatever is wanted, wherever, sorted into the grid or not yet."""
    indexed = loaded(sites, sort=sort)

    assert same(told(indexed, nearest_first(indexed, where, wanted, sight)), brute_force(sites, where, wanted, sight))


@given(some_sites(), WHERE, WANTED, st.integers(1, 5))
def test_pages_are_disjoint_and_complete(sites: list[Site], where: Where, wanted: Wanted, limit: int) -> None:
    """Page after page, each beyond the last of the one before, gives the whole list once."""
    indexed = loaded(sites)
    whole = told(indexed, nearest_first(indexed, where, wanted, ALL))
    paged: list[tuple[float, str, list[int]]] = []
    after = None
    while page := told(indexed, search(indexed, where, wanted, ALL, limit=limit, after=after)):
        assert len(page) <= limit
        paged += page
        after = page[-1][:2]

    assert paged == whole


def test_sites_at_one_place_are_told_by_key() -> None:
    """Equal distances are in the order of keys, so that a page can end between them."""
    sites = [site(name) for name in ("loc3", "loc1", "loc2")]
    indexed = loaded(sites)
    here = Near(Point(52.09, 5.11), 100.0)
    hits = search(indexed, here, Wanted(), ALL, limit=2)
    after = (hits[-1].distance_m, indexed.site(hits[-1].row).key)

    assert [indexed.site(hit.row).key[-4:] for hit in hits] == ["loc1", "loc2"]
    assert [indexed.site(hit.row).key[-4:] for hit in search(indexed, here, Wanted(), ALL, limit=2, after=after)] == [
        "loc3"
    ]


def test_a_question_of_the_caller_is_asked_nearest_first() -> None:
    """Until there are enough: what columns do not hold is not worked out for the whole city."""
    indexed = loaded(site(f"loc{number}", latitude=52.0 + number / 1000) for number in range(50))
    asked: list[int] = []

    def accepts(hit: Hit) -> bool:
        asked.append(hit.row)
        return hit.row % 2 == 0

    hits = search(indexed, Near(Point(52.0, 5.11), 50_000.0), Wanted(), ALL, limit=3, accepts=accepts)

    assert [hit.row for hit in hits] == [0, 2, 4]
    assert asked == [0, 1, 2, 3, 4]


def test_an_unpublished_site_is_seen_by_row_alone() -> None:
    """By the driver for whom it is, whose rows the caller names; its owner must be in sight all the same."""
    indexed = loaded([site("loc1", flags=0)])
    here = Near(Point(52.09, 5.11), 100.0)
    row = frozenset({0})

    assert search(indexed, here, Wanted(), ALL, limit=9) == []
    assert len(search(indexed, here, Wanted(), Sight(owners=ALL.owners, unpublished=row), limit=9)) == 1
    assert search(indexed, here, Wanted(), Sight(owners=frozenset(), unpublished=row), limit=9) == []


def test_a_long_route_finds_what_is_along_all_of_it() -> None:
    """Pieces of a route of many points overlap at their ends: every site once, by its least distance."""
    path = tuple(Point(45.0 + at / 200, 2.0 + at / 150) for at in range(400))
    sites = [
        site(f"loc{at:03}", point("1", CHARGING), latitude=45.0 + at / 200 + 0.004, longitude=2.0 + at / 150)
        for at in range(400)
    ]
    indexed = loaded(sites)
    found = told(indexed, nearest_first(indexed, Along(path, 1_000.0), Wanted(), ALL))

    assert len(found) == 400
    assert same(found, brute_force(sites, Along(path, 1_000.0), Wanted(), ALL))


@given(some_sites(), WANTED)
def test_counts_and_the_filter_for_free_agree(sites: list[Site], wanted: Wanted) -> None:
    """A site is found as free exactly when it counts a fitting EVSE as available."""
    indexed = loaded(sites)
    world = Inside(Box(-90, -180, 90, 180))
    anything = nearest_first(indexed, world, Wanted(), ALL)
    counted = {
        hit.row
        for hit in anything
        if any(codes.GROUPS[codes.STATUSES[indexed.points["status"][each]]] == "available" for each in hit.points)
    }
    free = {hit.row for hit in nearest_first(indexed, world, Wanted(free=True), ALL)}

    assert free == counted
