"""What an object must have before a simulated platform keeps it: the members that its class requires, each of its kind.

Source: OCPI 2.2.1, the object descriptions of mod_locations, mod_tariffs, mod_tokens, mod_sessions and
mod_hub_client_info. A member that is not listed here is kept as it is.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from hub.wire.party import Role
from hub.wire.types import parse_datetime

Kind = Callable[[Any], bool]
Shape = Mapping[str, Kind]
"""The kind of each required member; one whose name ends with `?` may be absent or null."""


def fault(shape: Shape, value: Any) -> str | None:
    """What is wrong with `value` as an object of `shape`, None when nothing is."""
    if not isinstance(value, dict):
        return "the body is not an object"
    return next((f"{name} is missing or wrong" for name in _wrong(shape, value)), None)


def fault_of_part(shape: Shape, value: Any) -> str | None:
    """The same for the body of a PATCH: what it has must be right, and last_updated must be there."""
    if not isinstance(value, dict):
        return "the body is not an object"
    given = {name.rstrip("?") for name in shape} & value.keys() | {"last_updated"}
    return fault({name: kind for name, kind in shape.items() if name.rstrip("?") in given}, value)


def _wrong(shape: Shape, value: Mapping[str, Any]) -> list[str]:
    return [
        name.rstrip("?")
        for name, kind in shape.items()
        if not (kind(value.get(name.rstrip("?"))) or (name.endswith("?") and value.get(name.rstrip("?")) is None))
    ]


def _text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _instant(value: Any) -> bool:
    try:
        parse_datetime(value)
    except (TypeError, ValueError):
        return False
    return True


def _one(shape: Shape) -> Kind:
    return lambda value: fault(shape, value) is None


def _some(shape: Shape) -> Kind:
    return lambda value: isinstance(value, list) and bool(value) and all(fault(shape, item) is None for item in value)


def _many(shape: Shape) -> Kind:
    return lambda value: isinstance(value, list) and all(fault(shape, item) is None for item in value)


def _of(*choices: str) -> Kind:
    return lambda value: isinstance(value, str) and value in choices


_OWNED: Shape = {"country_code": _text, "party_id": _text, "last_updated": _instant}
CONNECTOR: Shape = {
    "id": _text,
    "standard": _text,
    "format": _text,
    "power_type": _text,
    "max_voltage": _number,
    "max_amperage": _number,
    "last_updated": _instant,
}
EVSE: Shape = {"uid": _text, "status": _text, "connectors": _some(CONNECTOR), "last_updated": _instant}
LOCATION: Shape = _OWNED | {
    "id": _text,
    "publish": _flag,
    "address": _text,
    "city": _text,
    "country": _text,
    "coordinates": _one({"latitude": _text, "longitude": _text}),
    "time_zone": _text,
    "evses?": _many(EVSE),
}
NESTED: tuple[Shape, ...] = (LOCATION, EVSE, CONNECTOR)
"""By how many ids follow that of the Location in a path."""
_PRICE_COMPONENT: Shape = {"type": _text, "price": _number, "step_size": _number}
TARIFF: Shape = _OWNED | {
    "id": _text,
    "currency": _text,
    "elements": _some({"price_components": _some(_PRICE_COMPONENT)}),
}
TOKEN: Shape = _OWNED | {
    "uid": _text,
    "type": _text,
    "contract_id": _text,
    "issuer": _text,
    "valid": _flag,
    "whitelist": _text,
}
SESSION: Shape = _OWNED | {
    "id": _text,
    "start_date_time": _instant,
    "kwh": _number,
    "cdr_token": _one({"uid": _text, "type": _text, "contract_id": _text}),
    "auth_method": _text,
    "location_id": _text,
    "evse_uid": _text,
    "connector_id": _text,
    "currency": _text,
    "status": _text,
}
CLIENT_INFO: Shape = _OWNED | {
    "role": _of(*Role),
    "status": _of("CONNECTED", "OFFLINE", "PLANNED", "SUSPENDED"),
}
