"""The Session and the CDR that a simulated operator writes, in OCPI 2.2.1 or 2.2.

Source: OCPI 2.2.1, mod_sessions and mod_cdrs; 2.2 has no owner in CdrToken and demands a postal_code in CdrLocation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.simulate import tariffs
from hub.simulate.charging import ChargingPlan, hours
from hub.wire.interface import Version
from hub.wire.party import Party
from hub.wire.types import format_datetime

_UNKNOWN = "#NA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who charges where: whole Token, Location, EVSE and Connector objects, and how it was authorized."""

    session_id: str
    token: dict[str, Any]
    location: dict[str, Any]
    evse: dict[str, Any]
    connector: dict[str, Any]
    auth_method: str
    authorization_reference: str | None = None

    @property
    def emsp(self) -> Party:
        """The party that the token belongs to: it gets Session and CDR."""
        return Party.of(self.token["country_code"], self.token["party_id"])

    @property
    def power_kw(self) -> Decimal:
        """What the connector can give."""
        watts = self.connector.get("max_electric_power")
        if watts is not None:
            return Decimal(watts) / 1000
        return Decimal(self.connector["max_voltage"]) * Decimal(self.connector["max_amperage"]) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What one operator needs to write Sessions and CDRs of one Order."""

    party: Party
    version: Version
    tariff: dict[str, Any]
    order: Order
    plan: ChargingPlan
    start: datetime

    def session(self, elapsed_s: int, periods: list[dict[str, Any]], status: str, at: datetime) -> dict[str, Any]:
        """The whole Session after `elapsed_s`; `at` is its last_updated."""
        order = self.order
        ended = {"end_date_time": self._moment(elapsed_s)} if status == "COMPLETED" else {}
        return {
            **self._common(order.session_id),
            **ended,
            "kwh": self.plan.energy_after(elapsed_s),
            "location_id": order.location["id"],
            "evse_uid": order.evse["uid"],
            "connector_id": order.connector["id"],
            "charging_periods": periods,
            "total_cost": self._costs(elapsed_s)["total_cost"],
            "status": status,
            "last_updated": format_datetime(at),
        }

    def cdr(self, identifier: str, elapsed_s: int, periods: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
        """The CDR of a session that ended after `elapsed_s`; `at` is its last_updated."""
        return {
            **self._common(identifier),
            "end_date_time": self._moment(elapsed_s),
            "session_id": self.order.session_id,
            "cdr_location": self._cdr_location(),
            "tariffs": [self.tariff],
            "charging_periods": periods,
            **self._costs(elapsed_s),
            "total_energy": self.plan.energy_after(elapsed_s),
            "total_time": hours(elapsed_s),
            "last_updated": format_datetime(at),
        }

    def _common(self, identifier: str) -> dict[str, Any]:
        reference = self.order.authorization_reference
        return {
            "country_code": self.party.country_code,
            "party_id": self.party.party_id,
            "id": identifier,
            "start_date_time": self._moment(0),
            "cdr_token": self._cdr_token(),
            "auth_method": self.order.auth_method,
            **({"authorization_reference": reference} if reference else {}),
            "currency": self.tariff["currency"],
        }

    def _cdr_token(self) -> dict[str, Any]:
        owner = () if self.version is Version.V2_2 else ("country_code", "party_id")
        return {name: self.order.token[name] for name in (*owner, "uid", "type", "contract_id")}

    def _cdr_location(self) -> dict[str, Any]:
        location, evse, connector = self.order.location, self.order.evse, self.order.connector
        postal_code = location.get("postal_code") or (_UNKNOWN if self.version is Version.V2_2 else None)
        return {
            "id": location["id"],
            **({"name": location["name"]} if location.get("name") else {}),
            "address": location["address"][:45],
            "city": location["city"],
            **({"postal_code": postal_code} if postal_code else {}),
            "country": location["country"],
            "coordinates": location["coordinates"],
            "evse_uid": evse["uid"],
            "evse_id": evse.get("evse_id") or _UNKNOWN,
            "connector_id": connector["id"],
            "connector_standard": connector["standard"],
            "connector_format": connector["format"],
            "connector_power_type": connector["power_type"],
        }

    def _costs(self, elapsed_s: int) -> dict[str, dict[str, Decimal]]:
        return tariffs.cost_of(self.tariff, self.plan.energy_after(elapsed_s))

    def _moment(self, elapsed_s: int) -> str:
        return format_datetime(self.start + timedelta(seconds=elapsed_s))
