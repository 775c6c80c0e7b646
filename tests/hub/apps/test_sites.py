"""A stored Location as the index needs it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.apps import codes
from hub.apps.sites import GREEN, PUBLISHED, Plug, Site, read_site, watts_of
from tests import words
from tests.hub.apps.samples import points, some_sites

KEY, OWNER = "locations/NL/CPA/loc1", "NL*CPA"


def read(**changes: Any) -> Site | None:
    """A Location as it is stored."""
    return read_site(KEY, OWNER, words.body(words.location(**changes)))


def test_a_location_is_read() -> None:
    """Place, flags, and each EVSE with its plugs."""
    found = read(energy_mix={"is_green_energy": True}, facilities=["HOTEL", "UNHEARD_OF"])

    assert found is not None
    assert (found.key, found.owner) == (KEY, OWNER)
    assert (found.latitude, found.longitude) == (52.089444, 5.110278)
    assert found.flags == PUBLISHED | GREEN
    assert found.facilities == codes.facility_bits(["HOTEL"])
    (one,) = found.points
    assert (one.uid, codes.STATUSES[one.status]) == ("3256", "AVAILABLE")
    assert one.plugs == (
        Plug(
            22_000,
            codes.standard_code("IEC_62196_T2"),
            codes.format_code("SOCKET"),
            codes.power_type_code("AC_3_PHASE"),
        ),
    )


def test_what_is_removed_is_not_there() -> None:
    """OCPI cannot delete an EVSE: REMOVED says that it is gone. Ids are folded, as CiStrings compare."""
    found = read(evses=[words.evse(status="REMOVED"), words.evse(uid="ABC"), words.evse(uid="x", status="NEW_WORD")])

    assert found is not None
    assert [(one.uid, codes.STATUSES[one.status]) for one in found.points] == [("abc", "AVAILABLE"), ("x", "UNKNOWN")]


def test_publish_false_is_not_published() -> None:
    """Only false hides: 2.2 has locations without the field."""
    hidden = read(publish=False)
    assert hidden is not None
    assert not hidden.flags & PUBLISHED


@pytest.mark.parametrize(
    "coordinates",
    [
        None,
        {},
        "52.1,5.1",
        {"latitude": "north", "longitude": "5"},
        {"latitude": "91", "longitude": "5"},
        {"latitude": "NaN", "longitude": "5"},
        {"latitude": "52", "longitude": "181"},
    ],
)
def test_a_location_without_a_usable_place_is_none(coordinates: Any) -> None:
    """It cannot be near anything."""
    assert read(coordinates=coordinates) is None


@pytest.mark.parametrize(
    ("connector", "watts"),
    [
        ({"max_electric_power": 50_000, "max_voltage": 1, "max_amperage": 1}, 50_000),
        ({"max_electric_power": 22_000.0}, 22_000),
        ({"max_electric_power": 0, "power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32}, 22_080),
        ({"power_type": "AC_3_PHASE", "max_voltage": 400, "max_amperage": 32}, 22_170),
        ({"power_type": "AC_1_PHASE", "max_voltage": 230, "max_amperage": 16}, 3_680),
        ({"power_type": "DC", "max_voltage": 400, "max_amperage": 125}, 50_000),
        ({"power_type": "UNHEARD_OF", "max_voltage": 100, "max_amperage": 10}, 1_000),
        ({"max_voltage": "400", "max_amperage": 10}, 0),
        ({"max_voltage": -230, "max_amperage": 16}, 0),
        ({"max_electric_power": 10**30}, 2**31 - 1),
        ({}, 0),
    ],
)
def test_the_power_of_a_plug(connector: dict[str, Any], watts: int) -> None:
    """As it is given, else what volts, amperes and phases make; never more than the column holds."""
    assert watts_of(connector) == watts


@given(some_sites(most=3), st.data())
def test_a_status_does_not_change_a_shape(sites: list[Site], drawn: st.DataObject) -> None:
    """Everything else does."""
    for one in sites:
        other = drawn.draw(st.sampled_from(sites))
        plain = [(each.uid, each.plugs, each.capabilities, each.restrictions) for each in one.points]
        theirs = [(each.uid, each.plugs, each.capabilities, each.restrictions) for each in other.points]
        same = (one.latitude, one.longitude, one.flags, one.facilities, plain) == (
            other.latitude,
            other.longitude,
            other.flags,
            other.facilities,
            theirs,
        )
        assert one.same_shape(other) == same


@given(points("1"))
def test_the_shape_of_a_plug_counts(one: Any) -> None:
    """A site with one EVSE more, or with other plugs, has another shape."""
    plain = Site("k", "o", 0.0, 0.0, 0, 0, (one,), b"")

    assert plain.same_shape(Site("k", "o", 0.0, 0.0, 0, 0, (one._replace(status=0),), b"x"))
    assert not plain.same_shape(Site("k", "o", 0.0, 0.0, 0, 0, (one, one), b""))
    assert not plain.same_shape(
        Site("k", "o", 0.0, 0.0, 0, 0, (one._replace(plugs=(*one.plugs, Plug(1, 0, 0, 0))),), b"")
    )
