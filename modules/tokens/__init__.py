"""The Tokens chapter: what drivers identify with."""

from hub.wire.interface import Module, ModuleId
from modules.sides import BROADCAST_BY_PROVIDERS, OPERATORS, PROVIDERS
from modules.tokens.endpoints import ENDPOINTS
from modules.tokens.store import STORED

MODULE = Module(
    identifier=ModuleId("tokens"),
    endpoints=ENDPOINTS,
    sender_roles=PROVIDERS,
    receiver_roles=OPERATORS,
    broadcast=BROADCAST_BY_PROVIDERS,
    stored=STORED,
)
