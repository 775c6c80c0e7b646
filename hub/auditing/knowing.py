"""What the hub knows beside a CDR: what its owner pushed to everybody, as it was when the session began, or not at all.

Of tariffs the hub remembers every state. Of other objects it keeps the newest: one that was changed after the session began
says nothing about that session.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.money.checking.known import EvseKnown, Known, PartnerLimits, TokenKnown
from hub.money.exact import read_number
from hub.store.cdr_records import TariffHistory
from hub.store.protocols import ObjectKey, ObjectStore, Store, StoredObject
from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.interface import ModuleId, fold
from hub.wire.party import Party
from hub.wire.types import parse_datetime

MAX_TARIFFS = 10
_W_PER_KW = 1000


async def known_of(
    cdr: Any, sender: Party, receiver: Party, store: Store, *, now: datetime, limits: PartnerLimits
) -> Known:
    """Read what the hub has of the CDR's tariffs, location and token. Raises StoreUnavailable."""
    if not isinstance(cdr, dict):
        return Known(now=now, limits=limits)
    start, objects = _instant(cdr.get("start_date_time")), store.objects
    tariffs = {name: await _tariff(name, sender, store.tariff_history, start) for name in _tariff_ids(cdr)}
    place, place_then = await _location(cdr, sender, objects, start)
    connector = _connector(cdr, place)
    return Known(
        time_zone=_text(place, "time_zone"),
        published=lambda _owner, tariff_id, _at: tariffs.get(fold(tariff_id)),
        connector_power_kw=_power(connector),
        token=await _token(cdr, receiver, objects, start),
        evse=_evse(cdr, place, connector if place_then else None),
        now=now,
        limits=limits,
    )


def _tariff_ids(cdr: Mapping[str, Any]) -> list[str]:
    """Folded ids of the tariffs that it carries, and of those that its periods name."""
    inside = [_text(one, "id") for one in _objects(cdr.get("tariffs"))]
    named = [_text(one, "tariff_id") for one in _objects(cdr.get("charging_periods"))]
    return [*dict.fromkeys(fold(name) for name in (*inside, *named) if name)][:MAX_TARIFFS]


async def _tariff(tariff_id: str, owner: Party, history: TariffHistory, start: datetime | None) -> Any:
    known = await history.at(owner, tariff_id, start) if start is not None else None
    return json_text.loads(known.body) if known is not None else None


async def _location(
    cdr: Mapping[str, Any], owner: Party, objects: ObjectStore, start: datetime | None
) -> tuple[Mapping[str, Any], bool]:
    """The location as it is, empty where it is not known; and whether it already was so when the session began."""
    location = cdr.get("cdr_location")
    identifier = _text(location, "id") if isinstance(location, dict) else None
    if identifier is None:
        return {}, False
    stored = await objects.get(ObjectKey(module=ModuleId("locations"), owner=owner, object_id=fold(identifier)))
    value = _value(stored) if stored is not None else None
    return (value, _then(stored, start)) if stored is not None and isinstance(value, dict) else ({}, False)


def _connector(cdr: Mapping[str, Any], place: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The connector that the CDR names; None where the hub does not know it."""
    evse = _evse_of(cdr, place)
    wanted = _text(cdr["cdr_location"], "connector_id") if evse else None
    connectors = _objects(evse.get("connectors")) if evse else []
    return next((one for one in connectors if wanted and fold(_text(one, "id") or "") == fold(wanted)), None)


def _evse_of(cdr: Mapping[str, Any], place: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wanted = _text(cdr["cdr_location"], "evse_uid") if place else None
    return next(
        (one for one in _objects(place.get("evses")) if wanted and fold(_text(one, "uid") or "") == fold(wanted)), None
    )


def _evse(cdr: Mapping[str, Any], place: Mapping[str, Any], then: Mapping[str, Any] | None) -> EvseKnown | None:
    """Of a location that the sender itself pushed; None where the hub does not know it."""
    if not place:
        return None
    names = then.get("tariff_ids") if then else None
    tariff_ids = [name for name in names if isinstance(name, str)] if isinstance(names, list) else None
    found = _evse_of(cdr, place) is not None
    return EvseKnown(found=found, owned_by_sender=True if found else None, tariff_ids=tariff_ids or None)


def _power(connector: Mapping[str, Any] | None) -> Decimal | None:
    try:
        watts = read_number(connector.get("max_electric_power")) if connector else None
    except ValueError:
        return None
    return watts / _W_PER_KW if watts else None


async def _token(
    cdr: Mapping[str, Any], receiver: Party, objects: ObjectStore, start: datetime | None
) -> TokenKnown | None:
    """That it says to be another provider's; else only of a token that its provider pushed to everybody: of another one the hub
    can say nothing.
    """
    token = cdr.get("cdr_token")
    if not isinstance(token, dict):
        return None
    uid, kind = _text(token, "uid"), _text(token, "type")
    if _party(token) not in {None, receiver}:
        return TokenKnown(found=True, belongs_to_receiver=False)
    if uid is None or kind is None:
        return None
    key = ObjectKey(module=ModuleId("tokens"), owner=receiver, object_id=f"{fold(kind)}/{fold(uid)}")
    stored = await objects.get(key)
    value = _value(stored) if stored is not None else None
    if stored is None or not isinstance(value, dict):
        return None
    valid = value.get("valid") is True if _then(stored, start) else None
    return TokenKnown(found=True, valid_at_start=valid, belongs_to_receiver=True)


def _party(token: Mapping[str, Any]) -> Party | None:
    """Whose token it is; a token of 2.2 does not say."""
    try:
        return Party.of(_text(token, "country_code") or "", _text(token, "party_id") or "")
    except ValueError:
        return None


def _then(stored: StoredObject, start: datetime | None) -> bool:
    """It was the same when the session began."""
    return not stored.withdrawn and start is not None and stored.last_updated <= start


def _value(stored: StoredObject | None) -> Any:
    try:
        return json_text.loads(stored.body) if stored is not None and stored.body else None
    except BrokenJson:
        return None


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def _instant(written: Any) -> datetime | None:
    try:
        return parse_datetime(written) if isinstance(written, str) else None
    except ValueError:
        return None
