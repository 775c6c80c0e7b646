"""The endpoints of the Tariffs chapter. Source: OCPI 2.2.1, mod_tariffs, Interfaces and endpoints."""

from hub.wire.interface import Endpoint, Interface, Routing
from modules.owned import OWNER, own_path, own_path_and_body
from modules.shared import PAGING
from modules.tariffs.objects import Tariff
from modules.tariffs.rules import check_tariff

_TARIFF = (*OWNER, "tariff_id")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", interface=Interface.SENDER, routing=Routing.LIST, reply=Tariff, optional_query=PAGING),
    Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=_TARIFF,
        routing=Routing.PRIVATE,
        reply=Tariff,
        must=own_path,
    ),
    Endpoint(
        method="PUT",
        interface=Interface.RECEIVER,
        path=_TARIFF,
        routing=Routing.PUSH,
        body=Tariff,
        check=check_tariff,
        must=own_path_and_body,
    ),
    Endpoint(method="DELETE", interface=Interface.RECEIVER, path=_TARIFF, routing=Routing.PUSH, must=own_path),
)
