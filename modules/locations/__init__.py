"""The Locations chapter: where a driver can charge."""

from hub.wire.interface import Module, ModuleId
from hub.wire.party import Role
from modules.locations.endpoints import ENDPOINTS
from modules.locations.store import STORED
from modules.locations.translation import TRANSLATION
from modules.sides import BROADCAST_BY_OPERATORS, OPERATORS, PROVIDERS

MODULE = Module(
    identifier=ModuleId("locations"),
    endpoints=ENDPOINTS,
    sender_roles=OPERATORS,
    receiver_roles=(*PROVIDERS, Role.NAP),
    broadcast=BROADCAST_BY_OPERATORS,
    stored=STORED,
    translation=TRANSLATION,
    body_limit_bytes=4 * 1024 * 1024,
)
