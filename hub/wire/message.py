"""A message as it came in and a reply as it goes out, before and after anything of HTTP's machinery."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hub.wire.headers import ManyHeaders, MessageIds, RoutingHeaders
from hub.wire.interface import Interface, ModuleId, Version


class Inbound(NamedTuple):
    """One HTTP request: `path` and `query` still percent-encoded, `path` after `/ocpi`.

    `read_body(limit_bytes)` is called once the sender is known; it raises BodyTooLarge or, when the body does not arrive in
    time, ClientError.
    """

    method: str
    path: str
    query: str
    headers: ManyHeaders
    read_body: Callable[[int], Awaitable[bytes]]
    remote: str = ""
    """The address that it came from."""
    certificate: str = ""
    """SHA-256 of the TLS certificate that the caller showed, in hex; empty without one."""


class Address(NamedTuple):
    """What the path of an OCPI URL of this hub says.

    `{ocpi}/{version}/{sender|receiver}/{module}{suffix}` for functional modules; `suffix` is as it came, `/…` or empty.
    """

    version: Version
    module: ModuleId
    interface: Interface
    suffix: str = ""


class Message(NamedTuple):
    """A functional-module request whose headers were read and whose sender is known and allowed."""

    method: str
    address: Address
    query: str
    ids: MessageIds
    routing: RoutingHeaders
    """`sender` is always set here: given or inferred."""
    platform_id: str
    """Of the sender."""
    body: bytes = b""
    notes: tuple[str, ...] = ()
    """What the hub had to forgive: for the trace."""


class Reply(NamedTuple):
    """What goes back; ids and routing headers are added at one place (hub.pipeline)."""

    http_status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    ocpi_status: int = 1000
    original: bytes = b""
    """What its author wrote, where `body` is a translation of that."""
    repeated: bool = False
    """The receiver was not asked: it is what was replied to this very request before."""
