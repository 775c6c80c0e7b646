"""The classes of the CDRs chapter. Source: OCPI 2.2.1, mod_cdrs."""

from typing import Annotated

from hub.wire.types import (
    Bool,
    CiString,
    Country,
    CountryCode,
    Currency,
    DateTime,
    Int,
    Many,
    Number,
    OcpiObject,
    OcpiString,
    PartyId,
    Some,
)
from modules.shared import (
    AuthMethod,
    CdrToken,
    ChargingPeriod,
    ConnectorFormat,
    ConnectorType,
    GeoLocation,
    PowerType,
    Price,
)
from modules.shared_tariff import Tariff


class CdrLocation(OcpiObject):
    """Where the car charged, as it was when the session began."""

    id: Annotated[str, CiString(36)]
    name: Annotated[str, OcpiString(255)] | None = None
    address: Annotated[str, OcpiString(255)]
    """The table says 45, a Location 255: an operator copies the longer one (the larger of both is accepted)."""
    city: Annotated[str, OcpiString(45)]
    postal_code: Annotated[str, OcpiString(10)] | None = None
    state: Annotated[str, OcpiString(45)] | None = None
    country: Country
    coordinates: GeoLocation
    evse_uid: Annotated[str, CiString(36)]
    evse_id: Annotated[str, CiString(48)]
    connector_id: Annotated[str, CiString(36)]
    connector_standard: ConnectorType
    connector_format: ConnectorFormat
    connector_power_type: PowerType


class SignedValue(OcpiObject):
    """One signed meter value."""

    nature: Annotated[str, CiString(32)]
    plain_data: Annotated[str, OcpiString(5000)]
    signed_data: Annotated[str, OcpiString(5000)]


class SignedData(OcpiObject):
    """What a driver can check a bill with."""

    encoding_method: Annotated[str, CiString(36)]
    encoding_method_version: Int | None = None
    public_key: Annotated[str, OcpiString(512)] | None = None
    signed_values: Some[SignedValue]
    url: Annotated[str, OcpiString(512)] | None = None


class CDR(OcpiObject):
    """What a session costs: kWh, hours, and prices in `currency`."""

    country_code: CountryCode
    party_id: PartyId
    id: Annotated[str, CiString(39, min_length=1)]
    start_date_time: DateTime
    end_date_time: DateTime
    session_id: Annotated[str, CiString(36)] | None = None
    cdr_token: CdrToken
    auth_method: AuthMethod
    authorization_reference: Annotated[str, CiString(36)] | None = None
    cdr_location: CdrLocation
    meter_id: Annotated[str, OcpiString(255)] | None = None
    currency: Currency
    tariffs: Many[Tariff] = ()
    charging_periods: Some[ChargingPeriod]
    signed_data: SignedData | None = None
    total_cost: Price
    total_fixed_cost: Price | None = None
    total_energy: Number
    total_energy_cost: Price | None = None
    total_time: Number
    total_time_cost: Price | None = None
    total_parking_time: Number | None = None
    total_parking_cost: Price | None = None
    total_reservation_cost: Price | None = None
    remark: Annotated[str, OcpiString(255)] | None = None
    invoice_reference_id: Annotated[str, CiString(39)] | None = None
    credit: Bool | None = None
    credit_reference_id: Annotated[str, CiString(39)] | None = None
    home_charging_compensation: Bool | None = None
    last_updated: DateTime
