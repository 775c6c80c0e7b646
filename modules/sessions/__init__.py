"""The Sessions chapter: charging that goes on."""

from hub.wire.interface import Module, ModuleId
from modules.sessions.endpoints import ENDPOINTS
from modules.sessions.translation import TRANSLATION
from modules.sides import OPERATORS, PROVIDERS

MODULE = Module(
    identifier=ModuleId("sessions"),
    endpoints=ENDPOINTS,
    sender_roles=OPERATORS,
    receiver_roles=PROVIDERS,
    translation=TRANSLATION,
)
