"""The endpoints of the Tokens chapter. Source: OCPI 2.2.1, mod_tokens, Interfaces and endpoints."""

from hub.wire.interface import Endpoint, Interface, Routing, TimeoutClass
from modules.owned import OWNER, own_path, own_path_and_body
from modules.shared import PAGING
from modules.tokens.objects import AuthorizationInfo, LocationReferences, Token
from modules.tokens.rules import check_token, learn, open_key

_TOKEN = (*OWNER, "token_uid")

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(method="GET", interface=Interface.SENDER, routing=Routing.LIST, reply=Token, optional_query=PAGING),
    Endpoint(
        method="POST",
        interface=Interface.SENDER,
        path=("token_uid", "=authorize"),
        routing=Routing.PRIVATE,
        body=LocationReferences,
        body_required=False,
        reply=AuthorizationInfo,
        optional_query=("type",),
        timeout=TimeoutClass.AUTHORIZE,
        open_key=open_key,
    ),
    Endpoint(
        method="GET",
        interface=Interface.RECEIVER,
        path=_TOKEN,
        routing=Routing.PRIVATE,
        reply=Token,
        optional_query=("type",),
        must=own_path,
    ),
    Endpoint(
        method="PUT",
        interface=Interface.RECEIVER,
        path=_TOKEN,
        routing=Routing.PUSH,
        body=Token,
        optional_query=("type",),
        check=check_token,
        must=own_path_and_body,
        learn=learn,
    ),
    Endpoint(
        method="PATCH",
        interface=Interface.RECEIVER,
        path=_TOKEN,
        routing=Routing.PUSH,
        body=Token,
        optional_query=("type",),
        check=check_token,
        must=own_path_and_body,
    ),
)
