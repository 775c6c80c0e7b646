"""The HubClientInfo chapter: who is connected to the hub."""

from hub.wire.interface import Module, ModuleId
from hub.wire.party import Role
from modules.hubclientinfo.endpoints import ENDPOINTS
from modules.hubclientinfo.store import STORED

MODULE = Module(
    identifier=ModuleId("hubclientinfo"),
    endpoints=ENDPOINTS,
    functional=False,
    sender_roles=(Role.HUB,),
    receiver_roles=tuple(Role),
    stored=STORED,
)
