"""The endpoints of the Locations chapter. Source: OCPI 2.2.1, mod_locations, Interfaces and endpoints."""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import BaseModel

from hub.wire.interface import Call, Endpoint, Interface, Problem, Routing
from modules.locations.objects import EVSE, Connector, Location
from modules.locations.rules import check_connector, check_evse, check_location, learn, open_key
from modules.owned import OWNER, own_path, own_path_and_body
from modules.shared import PAGING


class _Level(NamedTuple):
    """A Location, or a part of one that has a path of its own."""

    path: tuple[str, ...]
    body: type[BaseModel]
    check: Callable[[Call], list[Problem]]
    must: Callable[[Call], list[Problem]]


_LEVELS = (
    _Level(("location_id",), Location, check_location, own_path_and_body),
    _Level(("location_id", "evse_uid"), EVSE, check_evse, own_path),
    _Level(("location_id", "evse_uid", "connector_id"), Connector, check_connector, own_path),
)


def _sender(level: _Level) -> Endpoint:
    return Endpoint(
        method="GET",
        interface=Interface.SENDER,
        path=level.path,
        routing=Routing.PRIVATE,
        reply=level.body,
        open_key=open_key,
    )


def _receiver_get(level: _Level) -> Endpoint:
    return Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=OWNER + level.path,
        routing=Routing.PRIVATE,
        reply=level.body,
        must=own_path,
    )


def _receiver_push(level: _Level, method: str) -> Endpoint:
    return Endpoint(
        method=method,
        interface=Interface.RECEIVER,
        path=OWNER + level.path,
        routing=Routing.PUSH,
        body=level.body,
        check=level.check,
        must=level.must,
        learn=learn if method == "PUT" else None,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", interface=Interface.SENDER, routing=Routing.LIST, reply=Location, optional_query=PAGING),
    *(_sender(level) for level in _LEVELS),
    *(_receiver_get(level) for level in _LEVELS),
    *(_receiver_push(level, method) for level in _LEVELS for method in ("PUT", "PATCH")),
)
