"""OCPI's enumerations as numbers and bits."""

from hypothesis import given
from hypothesis import strategies as st

from hub.apps import codes
from modules.locations.objects import Capability, Facility, ParkingRestriction, Status
from modules.shared import ConnectorFormat, ConnectorType, PowerType


def test_every_word_has_a_number_of_its_own() -> None:
    """And the number leads back to the word."""
    for members, coded, table in (
        (Status, codes.status_code, codes.STATUSES),
        (ConnectorType, codes.standard_code, codes.STANDARDS),
        (ConnectorFormat, codes.format_code, codes.FORMATS),
        (PowerType, codes.power_type_code, codes.POWER_TYPES),
    ):
        assert [table[coded(word)] for word in members] == list(members)


def test_every_status_counts_as_something() -> None:
    """In one of six groups, but for REMOVED."""
    assert set(codes.GROUPS) == set(Status) - {Status.REMOVED}
    assert set(codes.GROUPS.values()) == set(codes.GROUP_NAMES)


@given(st.sets(st.sampled_from(Capability)), st.sets(st.sampled_from(Capability)))
def test_bits_are_sets(some: set[Capability], more: set[Capability]) -> None:
    """One bit for each word: what is wanted is there exactly when all its bits are."""
    have, want = codes.capability_bits(some), codes.capability_bits(more)

    assert (have & want == want) == (more <= some)


def test_bits_fit_their_columns() -> None:
    """uint32 for capabilities and facilities, uint8 for restrictions."""
    assert codes.capability_bits(Capability) < 2**32
    assert codes.facility_bits(Facility) < 2**32
    assert codes.restriction_bits(ParkingRestriction) < 2**8


@given(st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text())))
def test_unknown_words_are_nothing(written: object) -> None:
    """What OCPI does not have is UNKNOWN as a status, NONE as a standard, no bit."""
    if written not in list(Status):
        assert codes.status_code(written) == codes.UNKNOWN
    if written not in list(ConnectorType):
        assert codes.standard_code(written) == codes.NONE
    assert codes.capability_bits(["FLYING", written]) in {0, *(1 << bit for bit in range(32))}
