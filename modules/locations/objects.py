"""The classes of the Locations chapter. Source: OCPI 2.2.1, mod_locations."""

from enum import StrEnum
from typing import Annotated

from hub.wire.types import (
    Bool,
    CiString,
    Country,
    CountryCode,
    DateTime,
    Id,
    Int,
    Many,
    NullIs,
    OcpiObject,
    OcpiString,
    PartyId,
    Some,
    Url,
    WholeNumber,
)
from modules.shared import (
    BusinessDetails,
    ConnectorFormat,
    ConnectorType,
    DisplayText,
    EnergyMix,
    GeoLocation,
    Image,
    PowerType,
    TimeOfDay,
    TokenType,
)


class Status(StrEnum):
    """What an EVSE is doing."""

    AVAILABLE = "AVAILABLE"
    BLOCKED = "BLOCKED"
    CHARGING = "CHARGING"
    INOPERATIVE = "INOPERATIVE"
    OUTOFORDER = "OUTOFORDER"
    PLANNED = "PLANNED"
    REMOVED = "REMOVED"
    RESERVED = "RESERVED"
    UNKNOWN = "UNKNOWN"


class Capability(StrEnum):
    """What an EVSE can do."""

    CHARGING_PROFILE_CAPABLE = "CHARGING_PROFILE_CAPABLE"
    CHARGING_PREFERENCES_CAPABLE = "CHARGING_PREFERENCES_CAPABLE"
    CHIP_CARD_SUPPORT = "CHIP_CARD_SUPPORT"
    CONTACTLESS_CARD_SUPPORT = "CONTACTLESS_CARD_SUPPORT"
    CREDIT_CARD_PAYABLE = "CREDIT_CARD_PAYABLE"
    DEBIT_CARD_PAYABLE = "DEBIT_CARD_PAYABLE"
    PED_TERMINAL = "PED_TERMINAL"
    REMOTE_START_STOP_CAPABLE = "REMOTE_START_STOP_CAPABLE"
    RESERVABLE = "RESERVABLE"
    RFID_READER = "RFID_READER"
    START_SESSION_CONNECTOR_REQUIRED = "START_SESSION_CONNECTOR_REQUIRED"
    TOKEN_GROUP_CAPABLE = "TOKEN_GROUP_CAPABLE"  # noqa: S105 (a capability)
    UNLOCK_CAPABLE = "UNLOCK_CAPABLE"


class ParkingType(StrEnum):
    """What kind of place a location is."""

    ALONG_MOTORWAY = "ALONG_MOTORWAY"
    PARKING_GARAGE = "PARKING_GARAGE"
    PARKING_LOT = "PARKING_LOT"
    ON_DRIVEWAY = "ON_DRIVEWAY"
    ON_STREET = "ON_STREET"
    UNDERGROUND_GARAGE = "UNDERGROUND_GARAGE"


class ParkingRestriction(StrEnum):
    """Who may park at an EVSE."""

    EV_ONLY = "EV_ONLY"
    PLUGGED = "PLUGGED"
    DISABLED = "DISABLED"
    CUSTOMERS = "CUSTOMERS"
    MOTORCYCLES = "MOTORCYCLES"


class Facility(StrEnum):
    """What a location belongs to."""

    HOTEL = "HOTEL"
    RESTAURANT = "RESTAURANT"
    CAFE = "CAFE"
    MALL = "MALL"
    SUPERMARKET = "SUPERMARKET"
    SPORT = "SPORT"
    RECREATION_AREA = "RECREATION_AREA"
    NATURE = "NATURE"
    MUSEUM = "MUSEUM"
    BIKE_SHARING = "BIKE_SHARING"
    BUS_STOP = "BUS_STOP"
    TAXI_STAND = "TAXI_STAND"
    TRAM_STOP = "TRAM_STOP"
    METRO_STATION = "METRO_STATION"
    TRAIN_STATION = "TRAIN_STATION"
    AIRPORT = "AIRPORT"
    PARKING_LOT = "PARKING_LOT"
    CARPOOL_PARKING = "CARPOOL_PARKING"
    FUEL_STATION = "FUEL_STATION"
    WIFI = "WIFI"


class AdditionalGeoLocation(GeoLocation):
    """A point that matters to the driver, such as an entrance."""

    name: DisplayText | None = None


class PublishTokenType(OcpiObject):
    """Whose tokens may see a Location that is not published; all given fields must match."""

    uid: Annotated[str, CiString(36)] | None = None
    type: TokenType | None = None
    visual_number: Annotated[str, OcpiString(64)] | None = None
    issuer: Annotated[str, OcpiString(64)] | None = None
    group_id: Annotated[str, CiString(36)] | None = None


class RegularHours(OcpiObject):
    """Opening hours of one weekday (1 is Monday), local time."""

    weekday: Annotated[int, WholeNumber(1, 7)]
    period_begin: TimeOfDay
    period_end: TimeOfDay


class ExceptionalPeriod(OcpiObject):
    """A stretch of time in UTC in which other hours hold."""

    period_begin: DateTime
    period_end: DateTime


class Hours(OcpiObject):
    """When a location is open."""

    twentyfourseven: Bool
    regular_hours: Many[RegularHours] = ()
    exceptional_openings: Many[ExceptionalPeriod] = ()
    exceptional_closings: Many[ExceptionalPeriod] = ()


class StatusSchedule(OcpiObject):
    """A status that is planned."""

    period_begin: DateTime
    period_end: DateTime | None = None
    status: Status


class Connector(OcpiObject):
    """A plug or socket: volts, amperes, watts."""

    id: Id
    standard: ConnectorType
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: Int
    max_amperage: Int
    max_electric_power: Int | None = None
    tariff_ids: Many[Annotated[str, CiString(36)]] = ()
    terms_and_conditions: Url | None = None
    last_updated: DateTime


class EVSE(OcpiObject):
    """The part of a charge point that serves one car at a time."""

    uid: Id
    evse_id: Annotated[str, CiString(48)] | None = None
    status: Status
    status_schedule: Many[StatusSchedule] = ()
    capabilities: Many[Capability] = ()
    connectors: Some[Connector]
    floor_level: Annotated[str, OcpiString(4)] | None = None
    coordinates: GeoLocation | None = None
    physical_reference: Annotated[str, OcpiString(16)] | None = None
    directions: Many[DisplayText] = ()
    parking_restrictions: Many[ParkingRestriction] = ()
    images: Many[Image] = ()
    last_updated: DateTime


class Location(OcpiObject):
    """A place with EVSEs."""

    country_code: CountryCode
    party_id: PartyId
    id: Id
    publish: Bool
    publish_allowed_to: Many[PublishTokenType] = ()
    name: Annotated[str, OcpiString(255)] | None = None
    address: Annotated[str, OcpiString(255)]
    city: Annotated[str, OcpiString(45)]
    postal_code: Annotated[str, OcpiString(10)] | None = None
    state: Annotated[str, OcpiString(45)] | None = None
    country: Country
    coordinates: GeoLocation
    related_locations: Many[AdditionalGeoLocation] = ()
    parking_type: ParkingType | None = None
    evses: Many[EVSE] = ()
    directions: Many[DisplayText] = ()
    operator: BusinessDetails | None = None
    suboperator: BusinessDetails | None = None
    owner: BusinessDetails | None = None
    facilities: Many[Facility] = ()
    time_zone: Annotated[str, OcpiString(255)]
    opening_times: Hours | None = None
    charging_when_closed: Annotated[Bool, NullIs(True)] = True
    images: Many[Image] = ()
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
