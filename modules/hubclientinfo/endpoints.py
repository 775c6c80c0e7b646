"""The endpoints of the HubClientInfo chapter. Source: OCPI 2.2.1, mod_hub_client_info."""

from hub.wire.interface import Endpoint, Interface, Routing
from modules.hubclientinfo.objects import ClientInfo
from modules.hubclientinfo.rules import check_client_info
from modules.owned import OWNER
from modules.shared import PAGING

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", interface=Interface.SENDER, routing=Routing.LIST, reply=ClientInfo, optional_query=PAGING),
    Endpoint(method="GET", interface=Interface.RECEIVER, path=OWNER, routing=Routing.PRIVATE, reply=ClientInfo),
    Endpoint(
        method="PUT",
        interface=Interface.RECEIVER,
        path=OWNER,
        routing=Routing.PRIVATE,
        body=ClientInfo,
        check=check_client_info,
    ),
)
