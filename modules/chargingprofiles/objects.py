"""The classes of the Charging Profiles chapter: W or A, seconds. Source: OCPI 2.2.1, mod_charging_profiles."""

from enum import StrEnum

from hub.wire.types import DateTime, Int, Many, Number, OcpiObject, Url


class ChargingRateUnit(StrEnum):
    """Unit of every limit in a profile."""

    W = "W"
    A = "A"


class ChargingProfileResponseType(StrEnum):
    """What the operator says at once."""

    ACCEPTED = "ACCEPTED"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TOO_OFTEN = "TOO_OFTEN"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class ChargingProfileResultType(StrEnum):
    """What the EVSE says later."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


class ChargingProfilePeriod(OcpiObject):
    """A limit that holds from `start_period` seconds after the start of the profile."""

    start_period: Int
    limit: Number


class ChargingProfile(OcpiObject):
    """Limits over time; without `start_date_time` relative to the start of charging."""

    start_date_time: DateTime | None = None
    duration: Int | None = None
    charging_rate_unit: ChargingRateUnit
    min_charging_rate: Number | None = None
    charging_profile_period: Many[ChargingProfilePeriod] = ()


class SetChargingProfile(OcpiObject):
    """A profile to obey, and where its result goes."""

    charging_profile: ChargingProfile
    response_url: Url


class ActiveChargingProfile(OcpiObject):
    """What the charge point plans, relative to `start_date_time`."""

    start_date_time: DateTime
    charging_profile: ChargingProfile


class ChargingProfileResponse(OcpiObject):
    """The operator's answer at once; `timeout` in seconds is how long the result may take."""

    result: ChargingProfileResponseType
    timeout: Int


class ActiveChargingProfileResult(OcpiObject):
    """Result of a GET; the profile is there when it was ACCEPTED."""

    result: ChargingProfileResultType
    profile: ActiveChargingProfile | None = None


class ChargingProfileResult(OcpiObject):
    """Result of a PUT."""

    result: ChargingProfileResultType


class ClearProfileResult(OcpiObject):
    """Result of a DELETE."""

    result: ChargingProfileResultType
