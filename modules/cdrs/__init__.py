"""The CDRs chapter: what a session costs."""

from hub.wire.interface import Module, ModuleId
from modules.cdrs.endpoints import ENDPOINTS
from modules.cdrs.translation import TRANSLATION
from modules.sides import OPERATORS, PROVIDERS

MODULE = Module(
    identifier=ModuleId("cdrs"),
    endpoints=ENDPOINTS,
    sender_roles=OPERATORS,
    receiver_roles=PROVIDERS,
    translation=TRANSLATION,
    body_limit_bytes=4 * 1024 * 1024,
)
