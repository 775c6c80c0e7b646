"""The version endpoints: what a platform speaks, and where; no row of version details names them."""

from hub.wire.interface import Module, ModuleId

MODULE = Module(
    identifier=ModuleId("versions"),
    endpoints=(),
    functional=False,
)
