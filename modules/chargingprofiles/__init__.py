"""The Charging Profiles chapter: how fast a session may charge."""

from hub.wire.interface import Module, ModuleId
from hub.wire.party import Role
from modules.chargingprofiles.endpoints import ENDPOINTS
from modules.sides import OPERATORS, PROVIDERS

MODULE = Module(
    identifier=ModuleId("chargingprofiles"),
    endpoints=ENDPOINTS,
    sender_roles=PROVIDERS,
    receiver_roles=(*OPERATORS, Role.EMSP),
)
