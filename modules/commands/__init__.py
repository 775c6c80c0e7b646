"""The Commands chapter: starting, stopping and reserving from afar."""

from hub.wire.interface import Module, ModuleId
from modules.commands.endpoints import ENDPOINTS
from modules.commands.translation import TRANSLATION
from modules.sides import OPERATORS, PROVIDERS

MODULE = Module(
    identifier=ModuleId("commands"),
    endpoints=ENDPOINTS,
    sender_roles=PROVIDERS,
    receiver_roles=OPERATORS,
    translation=TRANSLATION,
)
