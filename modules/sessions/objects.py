"""The classes of the Sessions chapter. Source: OCPI 2.2.1, mod_sessions."""

from enum import StrEnum
from typing import Annotated, Self

from hub.wire.types import (
    Bool,
    CiString,
    CountryCode,
    Currency,
    DateTime,
    Id,
    Many,
    NullIs,
    Number,
    OcpiObject,
    OcpiString,
    PartyId,
)
from modules.shared import AuthMethod, CdrToken, ChargingPeriod, Price, ProfileType


class SessionStatus(StrEnum):
    """What a session is doing; RESERVED, which the prose of the chapter says once, reads as RESERVATION."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    INVALID = "INVALID"
    PENDING = "PENDING"
    RESERVATION = "RESERVATION"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls("RESERVATION") if value == "RESERVED" else None


class ChargingPreferencesResponse(StrEnum):
    """An operator's answer to charging preferences: plain text in `data`."""

    ACCEPTED = "ACCEPTED"
    DEPARTURE_REQUIRED = "DEPARTURE_REQUIRED"
    ENERGY_NEED_REQUIRED = "ENERGY_NEED_REQUIRED"
    NOT_POSSIBLE = "NOT_POSSIBLE"
    PROFILE_TYPE_NOT_SUPPORTED = "PROFILE_TYPE_NOT_SUPPORTED"


class Session(OcpiObject):
    """One charging session, or the reservation before it."""

    country_code: CountryCode
    party_id: PartyId
    id: Id
    start_date_time: DateTime
    end_date_time: DateTime | None = None
    kwh: Number
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: Annotated[str, CiString(36)] | None = None
    location_id: Annotated[str, CiString(36)]
    evse_uid: Annotated[str, CiString(36)]
    connector_id: Annotated[str, CiString(36)]
    meter_id: Annotated[str, OcpiString(255)] | None = None
    currency: Currency
    charging_periods: Many[ChargingPeriod] = ()
    total_cost: Price | None = None
    status: SessionStatus
    last_updated: DateTime


class ChargingPreferences(OcpiObject):
    """What a driver wishes for a session; energy in kWh."""

    profile_type: ProfileType
    departure_time: DateTime | None = None
    energy_need: Number | None = None
    discharge_allowed: Annotated[Bool, NullIs(False)] = False
