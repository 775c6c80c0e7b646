"""The Credentials chapter: how two platforms connect."""

from hub.wire.interface import Module, ModuleId
from hub.wire.party import Role
from modules.credentials.endpoints import ENDPOINTS

MODULE = Module(
    identifier=ModuleId("credentials"),
    endpoints=ENDPOINTS,
    functional=False,
    sender_roles=tuple(Role),
)
