"""The classes of the Credentials chapter. Source: OCPI 2.2.1, credentials."""

from typing import Annotated

from hub.wire.party import Role
from hub.wire.types import CountryCode, OcpiObject, PartyId, Pattern, Some, Url
from modules.shared import BusinessDetails

CredentialsToken = Annotated[str, Pattern("[!-~]{1,64}", "a token of 1 to 64 printable ASCII characters, no spaces")]


class CredentialsRole(OcpiObject):
    """One party in one role on a platform."""

    role: Role
    business_details: BusinessDetails
    party_id: PartyId
    country_code: CountryCode


class Credentials(OcpiObject):
    """How to call a platform, and for whom it speaks."""

    token: CredentialsToken
    url: Url
    roles: Some[CredentialsRole]
