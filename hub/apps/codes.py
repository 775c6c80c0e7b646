"""OCPI's enumerations as small numbers and bits, so that a filter is arithmetic on whole columns. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from modules.locations.objects import Capability, Facility, ParkingRestriction, Status
from modules.shared import ConnectorFormat, ConnectorType, PowerType

STATUSES = tuple(Status)
STANDARDS = tuple(ConnectorType)
FORMATS = tuple(ConnectorFormat)
POWER_TYPES = tuple(PowerType)

FREE = STATUSES.index(Status.AVAILABLE)
REMOVED = STATUSES.index(Status.REMOVED)
UNKNOWN = STATUSES.index(Status.UNKNOWN)
NONE = 255

GROUPS = {
    Status.AVAILABLE: "available",
    Status.CHARGING: "occupied",
    Status.RESERVED: "reserved",
    Status.BLOCKED: "blocked",
    Status.INOPERATIVE: "out_of_order",
    Status.OUTOFORDER: "out_of_order",
    Status.PLANNED: "unknown",
    Status.UNKNOWN: "unknown",
}
"""What a status counts as; REMOVED counts as nothing."""
GROUP_NAMES = ("available", "occupied", "reserved", "blocked", "out_of_order", "unknown")


def status_code(written: object) -> int:
    """The number of a status; UNKNOWN for what OCPI does not have."""
    return _STATUS_CODES.get(str(written), UNKNOWN)


def standard_code(written: object) -> int:
    """The number of a ConnectorType; NONE for what OCPI does not have: no filter ever asks for it."""
    return _STANDARD_CODES.get(str(written), NONE)


def format_code(written: object) -> int:
    """The number of a ConnectorFormat."""
    return _FORMAT_CODES.get(str(written), NONE)


def power_type_code(written: object) -> int:
    """The number of a PowerType."""
    return _POWER_TYPE_CODES.get(str(written), NONE)


def capability_bits(written: Iterable[object]) -> int:
    """One bit for each capability that is there."""
    return _bits(written, _CAPABILITY_BITS)


def facility_bits(written: Iterable[object]) -> int:
    """One bit for each facility."""
    return _bits(written, _FACILITY_BITS)


def restriction_bits(written: Iterable[object]) -> int:
    """One bit for each parking restriction."""
    return _bits(written, _RESTRICTION_BITS)


def _bits(written: Iterable[object], known: dict[str, int]) -> int:
    found = 0
    for one in written:
        found |= known.get(str(one), 0)
    return found


def _numbered(members: Iterable[StrEnum]) -> dict[str, int]:
    return {member.value: number for number, member in enumerate(members)}


def _flagged(members: Iterable[StrEnum]) -> dict[str, int]:
    return {member.value: 1 << number for number, member in enumerate(members)}


_STATUS_CODES = _numbered(STATUSES)
_STANDARD_CODES = _numbered(STANDARDS)
_FORMAT_CODES = _numbered(FORMATS)
_POWER_TYPE_CODES = _numbered(POWER_TYPES)
_CAPABILITY_BITS = _flagged(Capability)
_FACILITY_BITS = _flagged(Facility)
_RESTRICTION_BITS = _flagged(ParkingRestriction)
