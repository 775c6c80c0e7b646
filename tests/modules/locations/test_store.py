"""Pushes of a Location and its parts become one whole Location."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.wire.interface import Json, NotStored
from hub.wire.types import format_datetime, parse_datetime, validate
from modules.locations.objects import Location
from modules.locations.store import STORED
from tests import words
from tests.modules.calls import NL_CPA, call

LATER = "2024-03-02T08:00:00Z"
EARLIER = "2024-02-01T08:00:00Z"


def pushed(current: Json, method: str, body: Json, *ids: str) -> Any:
    """The Location after a push to LOC1, to an EVSE of it, or to a Connector of that."""
    path = NL_CPA | dict(zip(("location_id", "evse_uid", "connector_id"), ("LOC1", *ids), strict=False))
    return STORED.apply(current, call(method, path, body))


def test_a_put_replaces_the_whole() -> None:
    """H6.03, H3.55: what the new Location lacks is gone, and the body is kept as it is, itself."""
    new = words.location(name=None)

    assert pushed(words.location(), "PUT", new) is new
    assert pushed(None, "PUT", new) is new


def test_a_patch_replaces_the_members_that_it_has() -> None:
    """H6.04, H3.55: other members stay, number texts and unknown fields included; a list is replaced as a whole."""
    before = words.location(colour="green", weight=words.number("0.10"))

    after = pushed(before, "PATCH", {"name": "New", "evses": [], "postal_code": None, "last_updated": LATER})

    assert after == before | {"name": "New", "evses": [], "postal_code": None, "last_updated": LATER}
    assert before["name"] == "Stationsplein"


def test_a_new_evse_joins_its_location() -> None:
    """H6.10, H6.01: PUT of an EVSE under a known Location adds it and raises the Location's last_updated."""
    after = pushed(words.location(), "PUT", words.evse(uid="9", last_updated=LATER), "9")

    assert [evse["uid"] for evse in after["evses"]] == ["3256", "9"]
    assert after["last_updated"] == LATER
    assert validate(Location, after) == []


def test_an_evse_is_found_in_any_case_and_keeps_its_place() -> None:
    """H6.11: an EVSE goes to REMOVED by PATCH and stays in the Location, where it was."""
    before = words.location(evses=[words.evse(uid="aA"), words.evse(uid="b")])

    after = pushed(before, "PATCH", {"status": "REMOVED", "last_updated": LATER}, "Aa")

    assert [(evse["uid"], evse["status"]) for evse in after["evses"]] == [("aA", "REMOVED"), ("b", "AVAILABLE")]
    assert before["evses"][0]["status"] == "AVAILABLE"


def test_a_connector_raises_both_its_parents() -> None:
    """H6.10: PATCH of a Connector sets the new last_updated on its EVSE and its Location."""
    after = pushed(words.location(), "PATCH", {"tariff_ids": ["15"], "last_updated": LATER}, "3256", "1")

    evse = after["evses"][0]
    assert evse["connectors"][0]["tariff_ids"] == ["15"]
    assert [after["last_updated"], evse["last_updated"], evse["connectors"][0]["last_updated"]] == [LATER] * 3


def test_a_parent_is_never_set_back() -> None:
    """H6.10: an older part leaves its parents' newer last_updated as it is."""
    after = pushed(words.location(), "PUT", words.connector(id="2", last_updated=EARLIER), "3256", "2")

    assert [connector["id"] for connector in after["evses"][0]["connectors"]] == ["1", "2"]
    assert after["last_updated"] == after["evses"][0]["last_updated"] == "2024-03-01T08:00:00Z"


@pytest.mark.parametrize(
    ("current", "method", "ids"),
    [
        (None, "PATCH", ()),
        (None, "PUT", ("3256",)),
        (None, "PATCH", ("3256", "1")),
        (words.location(), "PATCH", ("other",)),
        (words.location(), "PUT", ("other", "1")),
        (words.location(), "PATCH", ("3256", "other")),
        (words.location(evses=None), "PATCH", ("3256",)),
    ],
)
def test_a_part_of_the_unknown_is_not_stored(current: Json, method: str, ids: tuple[str, ...]) -> None:
    """H6.13, H3.55: a part whose whole this hub does not have is refused with 2003, and says what to PUT."""
    with pytest.raises(NotStored, match="PUT the whole") as refused:
        pushed(current, method, {"last_updated": LATER}, *ids)

    assert refused.value.status_code == 2003


def test_key_and_path_of_a_location() -> None:
    """H3.02: a Location is known by its folded id, and PUT to its owner's path in the owner's own case."""
    assert STORED.key(call("PATCH", NL_CPA | {"location_id": "LOC1", "evse_uid": "3256"})) == "loc1"
    assert STORED.put_path(words.location(party_id="cPa", id="a/b c")) == "/NL/cPa/a%2Fb%20c"


pushes = st.lists(
    st.tuples(
        st.sampled_from(["PUT", "PATCH"]),
        st.sampled_from([(), ("3256",), ("3257",), ("3256", "1"), ("3256", "2")]),
        st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
    ),
    max_size=12,
)


@given(pushes)
def test_any_order_of_pushes_leaves_a_valid_location(steps: list[tuple[str, tuple[str, ...], datetime]]) -> None:
    """H6.10: after any pushes the Location is valid, and no older than the newest part that it was pushed last."""
    wholes = {0: words.location, 1: words.evse, 2: words.connector}
    location: Json = words.location()
    for method, ids, at in steps:
        written = format_datetime(at.replace(tzinfo=UTC))
        key = {0: "id", 1: "uid", 2: "id"}[len(ids)]
        whole = wholes[len(ids)](last_updated=written, **({key: ids[-1]} if ids else {}))
        body = whole if method == "PUT" else {"last_updated": written}
        try:
            location = pushed(location, method, body, *ids)
        except NotStored:
            continue

        assert validate(Location, location) == []
        assert not ids or parse_datetime(location["last_updated"]) >= parse_datetime(written)
