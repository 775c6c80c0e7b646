"""A search and its counts never disagree; nothing that is hidden is in an answer."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.apps.api.asked import Area, Form, Search
from hub.apps.api.clusters import ROUTES as CLUSTERS
from hub.apps.api.sight import Eyes
from hub.apps.api.table import AppCall
from hub.apps.codes import GROUP_NAMES, GROUPS
from modules.locations.objects import Status
from tests.hub.apps.api.asking import APP, NOW, OWNER, SEARCHES, ask, locations, office, read, run

Words = dict[str, Any]


def _fits(evse: Words, asked: Search | Area) -> bool:
    """In everything but being free; said here a second time, in few words."""
    wanted = {str(one) for one in asked.standard}
    return evse["status"] != "REMOVED" and any(
        one["max_electric_power"] >= asked.min_kw * 1000 and (not wanted or one["standard"] in wanted)
        for one in evse["connectors"]
    )


def _counts(location: Words, asked: Search | Area) -> Words:
    found = dict.fromkeys(GROUP_NAMES, 0)
    for evse in location["evses"]:
        if _fits(evse, asked):
            found[GROUPS[Status(evse["status"])]] += 1
    return found


def _expected(stored: list[Words], asked: Search | Area) -> dict[str, Words]:
    """Location -> its counts, of those that a search must find."""
    counted = {one["id"]: _counts(one, asked) for one in stored if one["publish"]}
    return {
        name: counts
        for name, counts in counted.items()
        if (counts["available"] if asked.free else sum(counts.values()))
    }


@given(locations(), SEARCHES)
def test_a_filter_and_its_counts_never_disagree(stored: list[Words], asked: Search) -> None:
    """What is found, on all pages, is what fits; its counts are of the EVSEs that fit; `matches` are those of the filter."""
    where = office(*stored)
    found: dict[str, Words] = {}
    page = read(ask(where, asked))
    while True:
        for one in page["locations"]:
            assert one["id"] not in found
            found[one["id"]] = one
        if page["next"] is None:
            break
        page = read(ask(where, asked.model_copy(update={"cursor": page["next"]})))

    assert {name: one["counts"] for name, one in found.items()} == _expected(stored, asked)
    for one in found.values():
        matching = [evse for evse in one["evses"] if evse["matches"]]
        counts = one["counts"]
        assert len(matching) == (counts["available"] if asked.free else sum(counts.values())) > 0
        assert sum(evse["status"] == "AVAILABLE" for evse in matching) == counts["available"]


@given(locations(), SEARCHES, st.sampled_from([*Form]))
def test_nothing_hidden_is_written(stored: list[Words], asked: Search, form: Form) -> None:
    """No owner's stamp, nobody's token, no site that is not published, no EVSE that is gone."""
    said = str(read(ask(office(*stored), asked.model_copy(update={"format": form, "limit": 50}))))
    hidden = {one["id"] for one in stored if not one["publish"]}

    assert "last_updated" not in said
    assert "SECRET" not in said
    assert "REMOVED" not in said
    assert not any(f"'{name}'" in said for name in hidden)


@given(locations(), SEARCHES)
def test_the_same_state_has_the_same_tag(stored: list[Words], asked: Search) -> None:
    """Two processes with the same index give the same ETag, which another status changes."""
    asked = asked.model_copy(update={"limit": 50})
    first, second = ask(office(*stored), asked), ask(office(*stored), asked)
    assert first.state == second.state

    for location in stored:
        for evse in location["evses"]:
            if location["publish"] and _fits(evse, asked) and not asked.free:
                evse["status"] = "BLOCKED" if evse["status"] != "BLOCKED" else "CHARGING"
                assert ask(office(*stored), asked).state != first.state
                return


@given(locations(), SEARCHES, st.integers(0, 20))
def test_clusters_count_what_a_search_counts(stored: list[Words], asked: Search, zoom: int) -> None:
    """Whatever the zoom, all clusters together have the locations and the counts of the list."""
    area = Area(bbox="4,51,6,53", zoom=zoom, free=asked.free, min_kw=asked.min_kw, standard=asked.standard)
    call = AppCall(office(*stored), APP, Eyes(frozenset({OWNER}), frozenset()), {}, area, NOW)
    act = CLUSTERS[0].act
    assert act is not None
    found: list[Words] = asyncio.run(run(act, call)).json["clusters"]
    expected = _expected(stored, area)
    totals = {name: sum(one["counts"][name] for one in found) for name in GROUP_NAMES}

    assert sum(one["locations"] for one in found) == len(expected)
    assert totals == {name: sum(one[name] for one in expected.values()) for name in GROUP_NAMES}
    assert all((one["location"] is None) == (one["locations"] != 1) for one in found)
