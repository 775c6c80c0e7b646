"""Which roles stand on which side of a module, and who hears what one of them tells everybody.

Source: OCPI 2.2.1, terminology, typical OCPI implementations per Role; transport_and_format, Broadcast Push.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hub.wire.party import Role

OPERATORS = (Role.CPO, Role.NAP)
PROVIDERS = (Role.EMSP, Role.SCSP, Role.NSP, Role.OTHER)

BROADCAST_BY_OPERATORS: Mapping[Role, tuple[Role, ...]] = MappingProxyType(
    {
        Role.CPO: (Role.EMSP, Role.NSP, Role.OTHER, Role.NAP),
        Role.NAP: (Role.EMSP, Role.NSP, Role.OTHER),
    }
)
"""Locations and tariffs. A National Access Point hears operators, and passes on what it was told."""

BROADCAST_BY_PROVIDERS: Mapping[Role, tuple[Role, ...]] = MappingProxyType(
    {Role.EMSP: (Role.CPO,), Role.OTHER: (Role.CPO,)}
)
"""Tokens. OTHER counts as a kind of eMSP."""
