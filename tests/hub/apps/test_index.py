"""The index: whatever happens to it, it says of every site and EVSE what a plain dictionary says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.apps import codes, index
from hub.apps.geometry import Box
from hub.apps.index import Arrival, Change, Index, Kept
from hub.apps.sites import Plug, Site
from tests.hub.apps.samples import AVAILABLE, CHARGING, LATITUDES, LONGITUDES, STATUSES, point, points, site

WORLD = Box(-90, -180, 90, 180)
NAMES = st.sampled_from(["loc1", "loc2", "loc3"])


def status_of(indexed: Index, key: str) -> dict[str, int]:
    """By uid."""
    row = indexed.row(key)
    assert row is not None
    return {uid: kept.status for uid, kept in indexed.kept(row).items()}


def test_a_status_changes_in_place() -> None:
    """The row stays; the change says what was before and when; the same once more is no change."""
    indexed = Index()
    first = site("loc1", point("1"), point("2"))
    indexed.put(first, 1_000)
    row = indexed.row(first.key)
    busy = site("loc1", point("1", CHARGING), point("2"))

    assert indexed.put(busy, 2_000, part="1") == [Change(first.key, "1", CHARGING, AVAILABLE, 2_000)]
    assert indexed.put(busy, 3_000, part="1") == []
    assert indexed.row(first.key) == row
    assert row is not None
    assert indexed.kept(row) == {"1": Kept(CHARGING, 3_000, 2_000, 3_000), "2": Kept(AVAILABLE, 1_000, 1_000, 1_000)}


def test_a_push_about_one_evse_says_nothing_of_its_neighbour() -> None:
    """Unless the neighbour's own last_updated or status is another: then the push was about that one too."""
    indexed = Index()
    indexed.put(site("loc1", point("1"), point("2"), point("3")), 1_000)
    later = site("loc1", point("1"), point("2", last_updated="2026-02-01T00:00:00Z"), point("3", CHARGING))
    changes = indexed.put(later, 2_000, part="1")
    row = indexed.row(later.key)

    assert [one.uid for one in changes] == ["3"]
    assert row is not None
    assert [kept.received_ms for kept in indexed.kept(row).values()] == [2_000, 2_000, 2_000]


def test_what_a_site_was_survives_its_new_shape() -> None:
    """Another plug or EVSE moves the site to a new row; statuses keep their instants, and only news is told."""
    indexed = Index()
    first = site("loc1", point("1"), point("2"))
    indexed.put(first, 1_000)
    larger = site("loc1", point("1", plugs=(Plug(50_000, 1, 1, 1),)), point("2"), point("3", CHARGING))
    changes = indexed.put(larger, 2_000, part="3")
    row = indexed.row(first.key)

    assert changes == [Change(first.key, "3", CHARGING, None, 2_000)]
    assert row is not None
    assert indexed.kept(row) == {
        "1": Kept(AVAILABLE, 1_000, 1_000, 1_000),
        "2": Kept(AVAILABLE, 1_000, 1_000, 1_000),
        "3": Kept(CHARGING, 2_000, 2_000, 2_000),
    }


def test_an_evse_that_is_gone_is_told() -> None:
    """REMOVED, once: whoever follows would show it for ever."""
    indexed = Index()
    first = site("loc1", point("1"), point("2", CHARGING))
    indexed.put(first, 1_000)
    smaller = site("loc1", point("1"))

    assert indexed.put(smaller, 2_000) == [Change(first.key, "2", codes.REMOVED, CHARGING, 2_000)]
    assert indexed.put(smaller, 3_000) == []


def test_lasting_instants_are_taken_at_the_start() -> None:
    """A status that is the same keeps when it changed; one that is another changed when it was received."""
    indexed = Index()
    kept = {"1": Kept(AVAILABLE, 500, 100, 600), "2": Kept(CHARGING, 500, 100, 600)}
    loaded = site("loc1", point("1"), point("2"), point("3"))
    indexed.load([Arrival(loaded, 1_000, "2", kept)])
    row = indexed.row(loaded.key)

    assert row is not None
    assert indexed.kept(row) == {
        "1": Kept(AVAILABLE, 500, 100, 600),
        "2": Kept(AVAILABLE, 1_000, 1_000, 1_000),
        "3": Kept(AVAILABLE, 1_000, 1_000, 1_000),
    }


def test_a_confirmation_moves_no_instant_back() -> None:
    """What its owner was asked about is received and confirmed, and did not change."""
    indexed = Index()
    first = site()
    indexed.put(first, 1_000)
    indexed.confirm(first.key, 2_000)
    indexed.confirm(first.key, 1_500)
    indexed.confirm("locations/NL/CPA/nowhere", 9_000)
    row = indexed.row(first.key)

    assert row is not None
    assert indexed.kept(row)["1"] == Kept(AVAILABLE, 2_000, 1_000, 2_000)


def test_a_row_that_is_gone_says_so() -> None:
    """LookupError, for whoever kept a row too long."""
    indexed = Index()
    first = site()
    indexed.put(first, 1_000)
    row = indexed.row(first.key)
    indexed.remove(first.key)
    indexed.remove(first.key)

    assert indexed.row(first.key) is None
    assert indexed.point_row(first.key, "1") is None
    assert row is not None
    with pytest.raises(LookupError):
        indexed.site(row)


def test_a_search_under_way_keeps_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compact index is a new one; the old one answers as before."""
    monkeypatch.setattr(index, "BURIED_MIN", 1)
    indexed = Index()
    for name in ("loc1", "loc2", "loc3"):
        indexed.put(site(name), 1_000)
    rows = {indexed.row(site(name).key): name for name in ("loc2", "loc3")}
    indexed.remove(site("loc1").key)
    assert indexed.is_wasteful
    compact = indexed.compacted()

    assert {row: indexed.site(row).key.rpartition("/")[2] for row in rows if row is not None} == rows
    assert not compact.is_wasteful
    assert len(compact.sites) == 2
    compact.put(site("loc2", point("1", CHARGING)), 2_000)
    assert status_of(indexed, site("loc2").key) == {"1": AVAILABLE}


class Indexing(RuleBasedStateMachine):
    """Any order of pushes, removals and compactions, beside a dictionary that cannot be wrong."""

    @initialize()
    def begin(self) -> None:
        """Nothing is there."""
        self.indexed, self.sites, self.clock_ms = Index(), dict[str, Site](), 0
        self.kept: dict[str, dict[str, Kept]] = {}

    @rule(name=NAMES, drawn=st.data(), latitude=LATITUDES, longitude=LONGITUDES)
    def put(self, name: str, drawn: st.DataObject, latitude: float, longitude: float) -> None:
        """A whole Location, somewhere."""
        some = [drawn.draw(points(uid)) for uid in drawn.draw(st.lists(st.sampled_from("123"), unique=True))]
        self._put(site(name, latitude=latitude, longitude=longitude, flags=1, facilities=0), tuple(some), "")

    @rule(name=NAMES, drawn=st.data(), status=STATUSES)
    def change(self, name: str, drawn: st.DataObject, status: int) -> None:
        """One EVSE's status, of what is there."""
        known = self.sites.get(site(name).key)
        if known is None or not known.points:
            return
        which = drawn.draw(st.sampled_from(known.points))
        some = tuple(one._replace(status=status) if one.uid == which.uid else one for one in known.points)
        self._put(known, some, which.uid)

    def _put(self, where: Site, some: tuple[Any, ...], part: str) -> None:
        self.clock_ms += 1
        now = replace(where, points=some)
        before = self.kept.get(now.key, {})
        changes = self.indexed.put(now, self.clock_ms, part=part)
        told = {one.uid: (one.before, one.status) for one in changes}
        had = {uid: kept.status for uid, kept in before.items()}
        has = {one.uid: one.status for one in some}
        assert told == {
            uid: (had.get(uid), has.get(uid, codes.REMOVED))
            for uid in had | has
            if had.get(uid) != has.get(uid, codes.REMOVED)
        }
        self.kept[now.key] = {
            one.uid: self._stamped(before.get(one.uid), one.status, not part or one.uid == part) for one in some
        }
        self.sites[now.key] = now

    def _stamped(self, had: Kept | None, status: int, about: bool) -> Kept:
        now_ms = self.clock_ms
        if had is None or had.status != status:
            return Kept(status, now_ms, now_ms, now_ms)
        return Kept(status, now_ms, had.changed_ms, now_ms) if about else had

    @rule(name=NAMES)
    def remove(self, name: str) -> None:
        """A Location is gone."""
        key = site(name).key
        self.indexed.remove(key)
        self.sites.pop(key, None)
        self.kept.pop(key, None)

    @rule()
    def compact(self) -> None:
        """As the feed does now and then."""
        self.indexed = self.indexed.compacted()

    @rule()
    def sort(self) -> None:
        """As the index does when its end is long."""
        self.indexed.sort()

    @invariant()
    def agrees(self) -> None:
        """Sites, statuses, instants, plugs and places are those of the dictionary."""
        if not hasattr(self, "indexed"):
            return
        indexed = self.indexed
        assert len(indexed) == len(self.sites)
        found = [indexed.site(row).key for row in indexed.inside(WORLD).tolist()]
        assert sorted(found) == sorted(self.sites)
        for key, expected in self.sites.items():
            row = indexed.row(key)
            assert row is not None
            assert indexed.site(row) == expected
            assert indexed.kept(row) == self.kept[key]
            self._rows_agree(row, expected)

    def _rows_agree(self, row: int, expected: Site) -> None:
        indexed = self.indexed
        first_plug, plugs = int(indexed.sites["first_plug"][row]), int(indexed.sites["plugs"][row])
        written = [
            (indexed.plugs["point"][plug], indexed.plugs["watts"][plug], indexed.plugs["standard"][plug])
            for plug in range(first_plug, first_plug + plugs)
        ]
        assert written == [
            (indexed.point_row(expected.key, one.uid), plug.watts, plug.standard)
            for one in expected.points
            for plug in one.plugs
        ]
        for one in expected.points:
            assert indexed.points["site"][indexed.point_row(expected.key, one.uid)] == row


TestIndexing = Indexing.TestCase


@given(st.integers(0, 40), st.integers(0, 40))
def test_waste_is_bounded(kept: int, moved: int) -> None:
    """Compacting whenever it is due keeps what is buried below a quarter, or below the least number."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(index, "BURIED_MIN", 5)
        indexed = Index()
        for number in range(kept):
            indexed.put(site(f"still{number}"), 1)
        for number in range(moved):
            indexed.put(site("moving", latitude=float(number)), 1)
            if indexed.is_wasteful:
                indexed = indexed.compacted()
            buried = len(indexed.sites) - len(indexed)
            assert buried < 5 or buried <= len(indexed.sites) / 4
