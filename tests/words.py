"""One valid example of each thing OCPI names, fresh on every call; keyword arguments replace or add fields.

Objects are parsed JSON as `hub.wire.json_text.loads` gives it (numbers are NumberText); `body` writes one as bytes.
The operator is NL*CPA, the eMSP DE*EMA, the hub NL*HUB.
"""

from typing import Any

from hub.wire import json_text
from hub.wire.json_text import NumberText
from hub.wire.party import Party

Words = dict[str, Any]

CPO = Party(country_code="NL", party_id="CPA")
EMSP = Party(country_code="DE", party_id="EMA")
HUB = Party(country_code="NL", party_id="HUB")


def body(value: object) -> bytes:
    """`value` as the bytes of a request or reply, number texts unchanged."""
    return json_text.dumps(value)


def number(text: str) -> NumberText:
    """A JSON number as it would be read from `text`."""
    return NumberText(text)


def _words(example: str, changes: Words) -> Words:
    value: Words = json_text.loads(example.encode())
    return value | changes


def connector(**changes: Any) -> Words:
    """A Connector of evse()."""
    return _words(
        """{"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
            "max_voltage": 230, "max_amperage": 32, "max_electric_power": 22000, "tariff_ids": ["TARIFF1"],
            "last_updated": "2024-03-01T08:00:00Z"}""",
        changes,
    )


def evse(**changes: Any) -> Words:
    """An EVSE of location() with one connector()."""
    example = """{"uid": "3256", "evse_id": "NL*CPA*E3256", "status": "AVAILABLE",
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE", "RESERVABLE"],
        "physical_reference": "1", "floor_level": "-1", "last_updated": "2024-03-01T08:00:00Z"}"""
    return _words(example, {"connectors": [connector()]} | changes)


def location(**changes: Any) -> Words:
    """A Location of NL*CPA with one evse()."""
    example = """{"country_code": "NL", "party_id": "CPA", "id": "LOC1", "publish": true, "name": "Stationsplein",
        "address": "Stationsplein 1", "city": "Utrecht", "postal_code": "3511 ED", "country": "NLD",
        "coordinates": {"latitude": "52.089444", "longitude": "5.110278"}, "parking_type": "ON_STREET",
        "operator": {"name": "Charge Point A", "website": "https://cpa.example"},
        "opening_times": {"twentyfourseven": true}, "time_zone": "Europe/Amsterdam",
        "last_updated": "2024-03-01T08:00:00Z"}"""
    return _words(example, {"evses": [evse()]} | changes)


def cdr_token(**changes: Any) -> Words:
    """The CdrToken of token()."""
    return _words(
        """{"country_code": "DE", "party_id": "EMA", "uid": "012345678", "type": "RFID",
            "contract_id": "DE8EMA12E46L89"}""",
        changes,
    )


def token(**changes: Any) -> Words:
    """An RFID Token of DE*EMA."""
    return _words(
        """{"country_code": "DE", "party_id": "EMA", "uid": "012345678", "type": "RFID",
            "contract_id": "DE8EMA12E46L89", "visual_number": "DF000-2001-8999-1", "issuer": "E-Mobility A",
            "group_id": "DF000-2001-8999", "valid": true, "whitelist": "ALLOWED", "language": "de",
            "last_updated": "2024-03-01T08:00:00Z"}""",
        changes,
    )


def location_references(**changes: Any) -> Words:
    """The LocationReferences of an authorize request at location()."""
    return _words('{"location_id": "LOC1", "evse_uids": ["3256"]}', changes)


def authorization_info(**changes: Any) -> Words:
    """An AuthorizationInfo that allows token() at location()."""
    given = {"token": token(), "location": location_references()} | changes
    return _words('{"allowed": "ALLOWED", "authorization_reference": "AUTH1"}', given)


def session(**changes: Any) -> Words:
    """An active Session of NL*CPA with a token of DE*EMA."""
    example = """{"country_code": "NL", "party_id": "CPA", "id": "SESSION1",
        "start_date_time": "2024-03-01T09:00:00Z", "kwh": 4.25, "auth_method": "WHITELIST", "location_id": "LOC1",
        "evse_uid": "3256", "connector_id": "1", "currency": "EUR",
        "charging_periods": [{"start_date_time": "2024-03-01T09:00:00Z",
                              "dimensions": [{"type": "ENERGY", "volume": 4.25}, {"type": "TIME", "volume": 0.5}],
                              "tariff_id": "TARIFF1"}],
        "total_cost": {"excl_vat": 1.70, "incl_vat": 2.06}, "status": "ACTIVE",
        "last_updated": "2024-03-01T09:30:00Z"}"""
    return _words(example, {"cdr_token": cdr_token()} | changes)


def charging_preferences(**changes: Any) -> Words:
    """ChargingPreferences for session()."""
    return _words(
        """{"profile_type": "GREEN", "departure_time": "2024-03-01T17:00:00Z", "energy_need": 20.5,
            "discharge_allowed": false}""",
        changes,
    )


def tariff(**changes: Any) -> Words:
    """A Tariff of NL*CPA: 0.40 EUR a kWh."""
    return _words(
        """{"country_code": "NL", "party_id": "CPA", "id": "TARIFF1", "currency": "EUR", "type": "REGULAR",
            "elements": [{"price_components": [{"type": "ENERGY", "price": 0.40, "vat": 21.0, "step_size": 1}]}],
            "last_updated": "2024-02-01T00:00:00Z"}""",
        changes,
    )


def cdr(**changes: Any) -> Words:
    """The CDR of session(), ended: 10 kWh in one hour."""
    example = """{"country_code": "NL", "party_id": "CPA", "id": "CDR1", "start_date_time": "2024-03-01T09:00:00Z",
        "end_date_time": "2024-03-01T10:00:00Z", "session_id": "SESSION1", "auth_method": "WHITELIST",
        "cdr_location": {"id": "LOC1", "name": "Stationsplein", "address": "Stationsplein 1", "city": "Utrecht",
                         "postal_code": "3511 ED", "country": "NLD",
                         "coordinates": {"latitude": "52.089444", "longitude": "5.110278"},
                         "evse_uid": "3256", "evse_id": "NL*CPA*E3256", "connector_id": "1",
                         "connector_standard": "IEC_62196_T2", "connector_format": "SOCKET",
                         "connector_power_type": "AC_3_PHASE"},
        "currency": "EUR",
        "charging_periods": [{"start_date_time": "2024-03-01T09:00:00Z",
                              "dimensions": [{"type": "ENERGY", "volume": 10.0}, {"type": "TIME", "volume": 1.0}],
                              "tariff_id": "TARIFF1"}],
        "total_cost": {"excl_vat": 4.00, "incl_vat": 4.84}, "total_energy": 10.0,
        "total_energy_cost": {"excl_vat": 4.00, "incl_vat": 4.84}, "total_time": 1.0,
        "last_updated": "2024-03-01T10:00:05Z"}"""
    return _words(example, {"cdr_token": cdr_token(), "tariffs": [tariff()]} | changes)


def start_session(**changes: Any) -> Words:
    """A StartSession command of DE*EMA."""
    example = """{"response_url": "https://emsp.example/ocpi/2.2.1/commands/START_SESSION/1",
        "location_id": "LOC1", "evse_uid": "3256", "connector_id": "1", "authorization_reference": "AUTH1"}"""
    return _words(example, {"token": token()} | changes)


def stop_session(**changes: Any) -> Words:
    """A StopSession command for session()."""
    return _words(
        """{"response_url": "https://emsp.example/ocpi/2.2.1/commands/STOP_SESSION/2", "session_id": "SESSION1"}""",
        changes,
    )


def reserve_now(**changes: Any) -> Words:
    """A ReserveNow command of DE*EMA."""
    example = """{"response_url": "https://emsp.example/ocpi/2.2.1/commands/RESERVE_NOW/3",
        "expiry_date": "2024-03-01T12:00:00Z", "reservation_id": "RES1", "location_id": "LOC1", "evse_uid": "3256"}"""
    return _words(example, {"token": token()} | changes)


def cancel_reservation(**changes: Any) -> Words:
    """A CancelReservation command for reserve_now()."""
    return _words(
        """{"response_url": "https://emsp.example/ocpi/2.2.1/commands/CANCEL_RESERVATION/4",
            "reservation_id": "RES1"}""",
        changes,
    )


def unlock_connector(**changes: Any) -> Words:
    """An UnlockConnector command for connector()."""
    return _words(
        """{"response_url": "https://emsp.example/ocpi/2.2.1/commands/UNLOCK_CONNECTOR/5", "location_id": "LOC1",
            "evse_uid": "3256", "connector_id": "1"}""",
        changes,
    )


def command_response(**changes: Any) -> Words:
    """The CommandResponse of an operator that passed the command on."""
    return _words('{"result": "ACCEPTED", "timeout": 30}', changes)


def command_result(**changes: Any) -> Words:
    """The CommandResult of a charge point that obeyed."""
    return _words('{"result": "ACCEPTED"}', changes)


def charging_profile(**changes: Any) -> Words:
    """A ChargingProfile of one period."""
    return _words(
        """{"start_date_time": "2024-03-01T09:00:00Z", "duration": 3600, "charging_rate_unit": "W",
            "min_charging_rate": 1400.0, "charging_profile_period": [{"start_period": 0, "limit": 11000.0}]}""",
        changes,
    )


def set_charging_profile(**changes: Any) -> Words:
    """A SetChargingProfile body with charging_profile()."""
    example = '{"response_url": "https://emsp.example/ocpi/2.2.1/chargingprofiles/result/6"}'
    return _words(example, {"charging_profile": charging_profile()} | changes)


def active_charging_profile(**changes: Any) -> Words:
    """An ActiveChargingProfile with charging_profile()."""
    return _words('{"start_date_time": "2024-03-01T09:00:00Z"}', {"charging_profile": charging_profile()} | changes)


def charging_profile_response(**changes: Any) -> Words:
    """The ChargingProfileResponse of an operator that passed the profile on."""
    return _words('{"result": "ACCEPTED", "timeout": 30}', changes)


def charging_profile_result(**changes: Any) -> Words:
    """A ChargingProfileResult of a charge point that took the profile."""
    return _words('{"result": "ACCEPTED"}', changes)


def active_charging_profile_result(**changes: Any) -> Words:
    """An ActiveChargingProfileResult with active_charging_profile()."""
    return _words('{"result": "ACCEPTED"}', {"profile": active_charging_profile()} | changes)


def client_info(**changes: Any) -> Words:
    """The ClientInfo of NL*CPA, connected."""
    return _words(
        """{"country_code": "NL", "party_id": "CPA", "role": "CPO", "status": "CONNECTED",
            "last_updated": "2024-03-01T08:00:00Z"}""",
        changes,
    )


def credentials_role(**changes: Any) -> Words:
    """The CredentialsRole of NL*CPA as operator."""
    return _words(
        """{"role": "CPO", "country_code": "NL", "party_id": "CPA",
            "business_details": {"name": "Charge Point A", "website": "https://cpa.example"}}""",
        changes,
    )


def credentials(**changes: Any) -> Words:
    """Credentials of the platform that hosts NL*CPA."""
    example = '{"token": "an-example-of-a-token", "url": "https://cpa.example/ocpi/versions"}'
    return _words(example, {"roles": [credentials_role()]} | changes)


def version(**changes: Any) -> Words:
    """One entry of a versions list."""
    return _words('{"version": "2.2.1", "url": "https://cpa.example/ocpi/2.2.1"}', changes)


def version_details(**changes: Any) -> Words:
    """The version details of an operator's platform: credentials, locations out, tokens in."""
    return _words(
        """{"version": "2.2.1", "endpoints": [
            {"identifier": "credentials", "role": "SENDER", "url": "https://cpa.example/ocpi/2.2.1/credentials"},
            {"identifier": "locations", "role": "SENDER", "url": "https://cpa.example/ocpi/2.2.1/locations"},
            {"identifier": "tokens", "role": "RECEIVER", "url": "https://cpa.example/ocpi/2.2.1/tokens"}]}""",
        changes,
    )
