"""Every row of every functional module's table as a request that can be sent: who sends it, path, query and body."""

from dataclasses import dataclass

from hub.wire.interface import Endpoint, Interface, Module, ResponseUrl, Routing
from hub.wire.party import Role
from tests import words
from tests.whole.platforms import FUNCTIONAL, Scripted

_IDS = {
    "location_id": "LOC1",
    "evse_uid": "3256",
    "connector_id": "1",
    "session_id": "SESSION1",
    "tariff_id": "TARIFF1",
    "token_uid": "012345678",
    "command": "START_SESSION",
    "opaque": "no-such-address-of-this-hub",
}
_BODIES = {
    "Location": words.location,
    "EVSE": words.evse,
    "Connector": words.connector,
    "Session": words.session,
    "ChargingPreferences": words.charging_preferences,
    "CDR": words.cdr,
    "Tariff": words.tariff,
    "Token": words.token,
    "LocationReferences": words.location_references,
    "CancelReservation": words.cancel_reservation,
    "ReserveNow": words.reserve_now,
    "StartSession": words.start_session,
    "StopSession": words.stop_session,
    "UnlockConnector": words.unlock_connector,
    "SetChargingProfile": words.set_charging_profile,
    "ActiveChargingProfile": words.active_charging_profile,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a module's table."""

    module: Module
    endpoint: Endpoint

    def __str__(self) -> str:
        named = f"{self.module.identifier} {self.endpoint.interface} {self.endpoint.method}"
        return f"{named} {'/'.join(self.endpoint.path)}"

    def path(self, sender: Scripted) -> str:
        """The path after the endpoint URL, percent-encoded."""
        return path(self.endpoint.path, sender)

    def query(self, sender: Scripted) -> str:
        """The query with its question mark; every parameter of the row that is not about paging."""
        given = {
            "date_from": "2024-01-01T00:00:00Z",
            "duration": "900",
            "response_url": f"{sender.url}/results/1",
            "type": "RFID",
        }
        names = (*self.endpoint.required_query, *self.endpoint.optional_query)
        asked = [f"{name}={given[name]}" for name in names if name in given]
        return f"?{'&'.join(asked)}" if asked else ""

    def body(self, sender: Scripted) -> bytes | None:
        """A valid body, None when the row has none."""
        if self.endpoint.method == "PATCH":
            return b'{"last_updated": "2024-03-01T10:00:00Z"}'
        if self.endpoint.body is None:
            return None
        in_body = self.endpoint.response_url is ResponseUrl.BODY
        changes = {"response_url": f"{sender.url}/results/1"} if in_body else {}
        return words.body(_BODIES[self.endpoint.body.__name__](**changes))


ROWS = [
    Row(module, endpoint)
    for module in FUNCTIONAL
    for endpoint in module.endpoints
    if endpoint.routing is not Routing.CALLBACK
]
"""All but the three for addresses that the hub gave out."""
CALLBACKS = [
    Row(module, endpoint)
    for module in FUNCTIONAL
    for endpoint in module.endpoints
    if endpoint.routing is Routing.CALLBACK
]


def operators_answer(module: Module, interface: Interface) -> bool:
    """The operator has this interface and the provider calls it, not the other way round."""
    return module.roles(interface)[0] is Role.CPO


def path(names: tuple[str, ...], sender: Scripted) -> str:
    """A path of a module's table with ids in it and the sender as owner."""
    named = _IDS | {"country_code": sender.party.country_code, "party_id": sender.party.party_id}
    return "".join(f"/{named.get(name, name.removeprefix('='))}" for name in names)
