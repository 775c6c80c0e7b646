"""The Tariffs chapter: what charging will cost."""

from hub.wire.interface import Module, ModuleId
from hub.wire.party import Role
from modules.sides import BROADCAST_BY_OPERATORS, OPERATORS, PROVIDERS
from modules.tariffs.endpoints import ENDPOINTS
from modules.tariffs.store import STORED

MODULE = Module(
    identifier=ModuleId("tariffs"),
    endpoints=ENDPOINTS,
    sender_roles=OPERATORS,
    receiver_roles=(*PROVIDERS, Role.NAP),
    broadcast=BROADCAST_BY_OPERATORS,
    stored=STORED,
)
