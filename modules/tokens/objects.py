"""The classes of the Tokens chapter; Token itself is shared with commands. Source: OCPI 2.2.1, mod_tokens."""

from enum import StrEnum
from typing import Annotated

from hub.wire.types import CiString, Many, OcpiObject
from modules.shared import DisplayText, EnergyContract, Token, TokenType, WhitelistType

__all__ = [
    "AllowedType",
    "AuthorizationInfo",
    "EnergyContract",
    "LocationReferences",
    "Token",
    "TokenType",
    "WhitelistType",
]


class AllowedType(StrEnum):
    """Whether a Token may charge."""

    ALLOWED = "ALLOWED"
    BLOCKED = "BLOCKED"
    EXPIRED = "EXPIRED"
    NO_CREDIT = "NO_CREDIT"
    NOT_ALLOWED = "NOT_ALLOWED"


class LocationReferences(OcpiObject):
    """Where a Token wants to charge."""

    location_id: Annotated[str, CiString(36)]
    evse_uids: Many[Annotated[str, CiString(36)]] = ()


class AuthorizationInfo(OcpiObject):
    """An eMSP's answer to a real-time authorization."""

    allowed: AllowedType
    token: Token
    location: LocationReferences | None = None
    authorization_reference: Annotated[str, CiString(36)] | None = None
    info: DisplayText | None = None
