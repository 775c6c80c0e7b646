"""The endpoints of the Credentials chapter; the hub answers all of them itself. Source: OCPI 2.2.1, credentials."""

from hub.wire.interface import Endpoint, Interface, Routing
from modules.credentials.objects import Credentials
from modules.credentials.rules import check_credentials

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", interface=Interface.SENDER, routing=Routing.PRIVATE, reply=Credentials),
    *(
        Endpoint(
            method=method,
            interface=Interface.SENDER,
            routing=Routing.PRIVATE,
            body=Credentials,
            reply=Credentials,
            check=check_credentials,
        )
        for method in ("POST", "PUT")
    ),
    Endpoint(method="DELETE", interface=Interface.SENDER, routing=Routing.PRIVATE),
)
