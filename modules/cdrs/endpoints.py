"""The endpoints of the CDRs chapter. Source: OCPI 2.2.1, mod_cdrs, Interfaces and endpoints."""

from hub.wire.interface import Endpoint, Interface, Routing
from modules.cdrs.objects import CDR
from modules.cdrs.rules import check_cdr, observe, open_key
from modules.owned import own_body
from modules.shared import PAGING

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        method="GET",
        interface=Interface.SENDER,
        routing=Routing.LIST,
        reply=CDR,
        optional_query=PAGING,
        billed_reply=True,
    ),
    Endpoint(
        method="POST",
        interface=Interface.RECEIVER,
        routing=Routing.PRIVATE,
        body=CDR,
        location_header=True,
        check=check_cdr,
        must=own_body,
        billed=True,
        open_key=open_key,
        observe=observe,
    ),
    Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=("opaque",),
        routing=Routing.CALLBACK,
        reply=CDR,
        billed_reply=True,
    ),
)
