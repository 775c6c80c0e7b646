"""The classes of the HubClientInfo chapter. Source: OCPI 2.2.1, mod_hub_client_info."""

from enum import StrEnum

from hub.wire.party import Role
from hub.wire.types import CountryCode, DateTime, OcpiObject, PartyId


class ConnectionStatus(StrEnum):
    """Whether a party can be reached through the hub."""

    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"


class ClientInfo(OcpiObject):
    """What the hub knows of a party in one of its roles."""

    party_id: PartyId
    country_code: CountryCode
    role: Role
    status: ConnectionStatus
    last_updated: DateTime
