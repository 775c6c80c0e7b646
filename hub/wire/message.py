"""A message as it came in and a reply as it goes out, before and after anything of HTTP's machinery."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hub.wire.headers import ManyHeaders, MessageIds, RoutingHeaders
from hub.wire.interface import Interface, ModuleId, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What the path of an OCPI URL of this hub says.

    `{ocpi}/{version}/{sender|receiver}/{module}{suffix}` for functional modules; `suffix` is as it came, `/…` or empty.
    """

    version: Version
    module: ModuleId
    interface: Interface
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back; ids and routing headers are added at one place (hub.pipeline)."""

    http_status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    ocpi_status: int = 1000
    repeated: bool = False
    """The receiver was not asked: it is what was replied to this very request before."""
