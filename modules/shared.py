"""The classes and enums that more than one chapter of the specification uses.

Source: OCPI 2.2.1, types; mod_locations, mod_cdrs, mod_tariffs, mod_tokens and mod_sessions for what they share.
"""

from enum import StrEnum
from typing import Annotated

from hub.wire.types import (
    Bool,
    CiString,
    CountryCode,
    DateTime,
    Id,
    Language,
    Many,
    Number,
    OcpiObject,
    OcpiString,
    PartyId,
    Pattern,
    Some,
    Url,
    WholeNumber,
)

PAGING = ("date_from", "date_to", "offset", "limit")
"""Query parameters of every list (H7.08)."""

TimeOfDay = Annotated[str, Pattern("([0-1][0-9]|2[0-3]):[0-5][0-9]", "a time of day such as 18:15")]
Latitude = Annotated[
    str, Pattern(r"-?([0-8]?[0-9]\.[0-9]{5,7}|90\.0{5,7})", "a latitude with 5 to 7 decimals such as 50.770774")
]
Longitude = Annotated[
    str,
    Pattern(
        r"-?((0?[0-9]{1,2}|1[0-7][0-9])\.[0-9]{5,7}|180\.0{5,7})",
        "a longitude with 5 to 7 decimals such as -126.104965",
    ),
]


class DisplayText(OcpiObject):
    """A text for people in one language."""

    language: Language
    text: Annotated[str, OcpiString(512)]


class Price(OcpiObject):
    """An amount in the currency of the object around it."""

    excl_vat: Number
    incl_vat: Number | None = None


class GeoLocation(OcpiObject):
    """A point: decimal degrees, WGS 84, as strings."""

    latitude: Latitude
    longitude: Longitude


class ImageCategory(StrEnum):
    """What an image shows."""

    CHARGER = "CHARGER"
    ENTRANCE = "ENTRANCE"
    LOCATION = "LOCATION"
    NETWORK = "NETWORK"
    OPERATOR = "OPERATOR"
    OTHER = "OTHER"
    OWNER = "OWNER"


class Image(OcpiObject):
    """A link to an image."""

    url: Url
    thumbnail: Url | None = None
    category: ImageCategory
    type: Annotated[str, CiString(4)]
    width: Annotated[int, WholeNumber(0, 99_999)] | None = None
    height: Annotated[int, WholeNumber(0, 99_999)] | None = None


class BusinessDetails(OcpiObject):
    """Who a company is."""

    name: Annotated[str, OcpiString(100)]
    website: Url | None = None
    logo: Image | None = None


class EnergySourceCategory(StrEnum):
    """Where energy comes from."""

    NUCLEAR = "NUCLEAR"
    GENERAL_FOSSIL = "GENERAL_FOSSIL"
    COAL = "COAL"
    GAS = "GAS"
    GENERAL_GREEN = "GENERAL_GREEN"
    SOLAR = "SOLAR"
    WIND = "WIND"
    WATER = "WATER"


class EnvironmentalImpactCategory(StrEnum):
    """What producing energy leaves behind."""

    NUCLEAR_WASTE = "NUCLEAR_WASTE"
    CARBON_DIOXIDE = "CARBON_DIOXIDE"


class EnergySource(OcpiObject):
    """A share of an energy mix, in percent."""

    source: EnergySourceCategory
    percentage: Number


class EnvironmentalImpact(OcpiObject):
    """An impact in g/kWh."""

    category: EnvironmentalImpactCategory
    amount: Number


class EnergyMix(OcpiObject):
    """The energy that a location or a tariff supplies."""

    is_green_energy: Bool
    energy_sources: Many[EnergySource] = ()
    environ_impact: Many[EnvironmentalImpact] = ()
    supplier_name: Annotated[str, OcpiString(64)] | None = None
    energy_product_name: Annotated[str, OcpiString(64)] | None = None


class ConnectorFormat(StrEnum):
    """Whether the driver brings the cable."""

    SOCKET = "SOCKET"
    CABLE = "CABLE"


class PowerType(StrEnum):
    """Kind of current and number of phases."""

    AC_1_PHASE = "AC_1_PHASE"
    AC_2_PHASE = "AC_2_PHASE"
    AC_2_PHASE_SPLIT = "AC_2_PHASE_SPLIT"
    AC_3_PHASE = "AC_3_PHASE"
    DC = "DC"


class ConnectorType(StrEnum):
    """Standard of a plug or socket."""

    CHADEMO = "CHADEMO"
    CHAOJI = "CHAOJI"
    DOMESTIC_A = "DOMESTIC_A"
    DOMESTIC_B = "DOMESTIC_B"
    DOMESTIC_C = "DOMESTIC_C"
    DOMESTIC_D = "DOMESTIC_D"
    DOMESTIC_E = "DOMESTIC_E"
    DOMESTIC_F = "DOMESTIC_F"
    DOMESTIC_G = "DOMESTIC_G"
    DOMESTIC_H = "DOMESTIC_H"
    DOMESTIC_I = "DOMESTIC_I"
    DOMESTIC_J = "DOMESTIC_J"
    DOMESTIC_K = "DOMESTIC_K"
    DOMESTIC_L = "DOMESTIC_L"
    DOMESTIC_M = "DOMESTIC_M"
    DOMESTIC_N = "DOMESTIC_N"
    DOMESTIC_O = "DOMESTIC_O"
    GBT_AC = "GBT_AC"
    GBT_DC = "GBT_DC"
    IEC_60309_2_SINGLE_16 = "IEC_60309_2_single_16"
    IEC_60309_2_THREE_16 = "IEC_60309_2_three_16"
    IEC_60309_2_THREE_32 = "IEC_60309_2_three_32"
    IEC_60309_2_THREE_64 = "IEC_60309_2_three_64"
    IEC_62196_T1 = "IEC_62196_T1"
    IEC_62196_T1_COMBO = "IEC_62196_T1_COMBO"
    IEC_62196_T2 = "IEC_62196_T2"
    IEC_62196_T2_COMBO = "IEC_62196_T2_COMBO"
    IEC_62196_T3A = "IEC_62196_T3A"
    IEC_62196_T3C = "IEC_62196_T3C"
    NEMA_5_20 = "NEMA_5_20"
    NEMA_6_30 = "NEMA_6_30"
    NEMA_6_50 = "NEMA_6_50"
    NEMA_10_30 = "NEMA_10_30"
    NEMA_10_50 = "NEMA_10_50"
    NEMA_14_30 = "NEMA_14_30"
    NEMA_14_50 = "NEMA_14_50"
    PANTOGRAPH_BOTTOM_UP = "PANTOGRAPH_BOTTOM_UP"
    PANTOGRAPH_TOP_DOWN = "PANTOGRAPH_TOP_DOWN"
    TESLA_R = "TESLA_R"
    TESLA_S = "TESLA_S"


class TokenType(StrEnum):
    """What a Token is; with the uid it is the Token's identity."""

    AD_HOC_USER = "AD_HOC_USER"
    APP_USER = "APP_USER"
    OTHER = "OTHER"
    RFID = "RFID"


class ProfileType(StrEnum):
    """How a driver wants to charge."""

    CHEAP = "CHEAP"
    FAST = "FAST"
    GREEN = "GREEN"
    REGULAR = "REGULAR"


class WhitelistType(StrEnum):
    """When an operator may decide about a Token without asking its eMSP."""

    ALWAYS = "ALWAYS"
    ALLOWED = "ALLOWED"
    ALLOWED_OFFLINE = "ALLOWED_OFFLINE"
    NEVER = "NEVER"


class EnergyContract(OcpiObject):
    """A driver's own energy supplier."""

    supplier_name: Annotated[str, OcpiString(64)]
    contract_id: Annotated[str, OcpiString(64)] | None = None


class Token(OcpiObject):
    """What a driver identifies with: a card, an app, an ad hoc user."""

    country_code: CountryCode
    party_id: PartyId
    uid: Id
    type: TokenType
    contract_id: Annotated[str, CiString(36)]
    visual_number: Annotated[str, OcpiString(64)] | None = None
    issuer: Annotated[str, OcpiString(64)]
    group_id: Annotated[str, CiString(36)] | None = None
    valid: Bool
    whitelist: WhitelistType
    language: Language | None = None
    default_profile_type: ProfileType | None = None
    energy_contract: EnergyContract | None = None
    last_updated: DateTime


class CdrToken(OcpiObject):
    """The Token of a Session or a CDR."""

    country_code: CountryCode
    party_id: PartyId
    uid: Annotated[str, CiString(36)]
    type: TokenType
    contract_id: Annotated[str, CiString(36)]


class AuthMethod(StrEnum):
    """How a session was authorized."""

    AUTH_REQUEST = "AUTH_REQUEST"
    COMMAND = "COMMAND"
    WHITELIST = "WHITELIST"


class CdrDimensionType(StrEnum):
    """What a volume counts: kWh, A, kW, hours or percent."""

    CURRENT = "CURRENT"
    ENERGY = "ENERGY"
    ENERGY_EXPORT = "ENERGY_EXPORT"
    ENERGY_IMPORT = "ENERGY_IMPORT"
    MAX_CURRENT = "MAX_CURRENT"
    MIN_CURRENT = "MIN_CURRENT"
    MAX_POWER = "MAX_POWER"
    MIN_POWER = "MIN_POWER"
    PARKING_TIME = "PARKING_TIME"
    POWER = "POWER"
    RESERVATION_TIME = "RESERVATION_TIME"
    STATE_OF_CHARGE = "STATE_OF_CHARGE"
    TIME = "TIME"


class CdrDimension(OcpiObject):
    """One volume of a charging period."""

    type: CdrDimensionType
    volume: Number


class ChargingPeriod(OcpiObject):
    """A stretch of a session with one set of volumes and one tariff."""

    start_date_time: DateTime
    dimensions: Some[CdrDimension]
    tariff_id: Annotated[str, CiString(36)] | None = None
