"""A Tariff and its parts: the Tariffs chapter describes them, and a CDR carries copies of them.

Source: OCPI 2.2.1, mod_tariffs.
"""

from enum import StrEnum
from typing import Annotated

from hub.wire.types import (
    CountryCode,
    Currency,
    DateTime,
    Id,
    Int,
    Many,
    Number,
    OcpiObject,
    PartyId,
    Pattern,
    Some,
    Url,
)
from modules.shared import DisplayText, EnergyMix, Price, TimeOfDay

LocalDate = Annotated[
    str, Pattern("[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date such as 2015-12-24")
]


class TariffType(StrEnum):
    """For which sessions a tariff is meant."""

    AD_HOC_PAYMENT = "AD_HOC_PAYMENT"
    PROFILE_CHEAP = "PROFILE_CHEAP"
    PROFILE_FAST = "PROFILE_FAST"
    PROFILE_GREEN = "PROFILE_GREEN"
    REGULAR = "REGULAR"


class TariffDimensionType(StrEnum):
    """What a price component prices."""

    ENERGY = "ENERGY"
    FLAT = "FLAT"
    PARKING_TIME = "PARKING_TIME"
    TIME = "TIME"


class ReservationRestrictionType(StrEnum):
    """Which reservations an element prices."""

    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class DayOfWeek(StrEnum):
    """A day of the week, local time."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class PriceComponent(OcpiObject):
    """A price excluding VAT: per kWh, per hour or once; `step_size` in Wh or seconds; `vat` in percent."""

    type: TariffDimensionType
    price: Number
    vat: Number | None = None
    step_size: Int


class TariffRestrictions(OcpiObject):
    """When an element applies; all that are given must hold. kWh, A, kW, seconds."""

    start_time: TimeOfDay | None = None
    end_time: TimeOfDay | None = None
    start_date: LocalDate | None = None
    end_date: LocalDate | None = None
    min_kwh: Number | None = None
    max_kwh: Number | None = None
    min_current: Number | None = None
    max_current: Number | None = None
    min_power: Number | None = None
    max_power: Number | None = None
    min_duration: Int | None = None
    max_duration: Int | None = None
    day_of_week: Many[DayOfWeek] = ()
    reservation: ReservationRestrictionType | None = None


class TariffElement(OcpiObject):
    """Price components that apply under the same restrictions."""

    price_components: Some[PriceComponent]
    restrictions: TariffRestrictions | None = None


class Tariff(OcpiObject):
    """What charging costs at some connectors of an operator."""

    country_code: CountryCode
    party_id: PartyId
    id: Id
    currency: Currency
    type: TariffType | None = None
    tariff_alt_text: Many[DisplayText] = ()
    tariff_alt_url: Url | None = None
    min_price: Price | None = None
    max_price: Price | None = None
    elements: Some[TariffElement]
    start_date_time: DateTime | None = None
    end_date_time: DateTime | None = None
    energy_mix: EnergyMix | None = None
    last_updated: DateTime
