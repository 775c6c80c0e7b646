"""What came in, read before anything is done: ids, address, body; and whether the hub has sent it itself. Raises OcpiError."""

from hub.catalog import Errand, Match
from hub.clock import new_id
from hub.outbound import VIA, via
from hub.registry import Directory
from hub.routing import is_custom
from hub.wire import json_text
from hub.wire.errors import HubError
from hub.wire.headers import CORRELATION_ID, REQUEST_ID, MessageIds, read_id
from hub.wire.interface import Call, Interface, ModuleId, Version
from hub.wire.message import Address, Inbound, Message
from hub.wire.paging import read_query
from hub.wire.party import Party

_INTERFACES = {"sender": Interface.SENDER, "receiver": Interface.RECEIVER}
_VERSIONS = {version.value: version for version in Version}


def read_address(path: str) -> Address | None:
    """Read `/{version}/{sender|receiver}/{module}{suffix}`; None when it is not of that form."""
    version, _, rest = path.lstrip("/").partition("/")
    side, _, rest = rest.partition("/")
    module, slash, suffix = rest.partition("/")
    if version not in _VERSIONS or side not in _INTERFACES or not is_custom(ModuleId(module)):
        return None
    return Address(
        version=_VERSIONS[version],
        module=ModuleId(module),
        interface=_INTERFACES[side],
        suffix=slash + suffix if suffix.strip("/") else "",
    )


def configuration_module(path: str) -> str:
    """What a message that is not routed is about, for its trace: `versions`, `credentials` or `hubclientinfo`."""
    named = path.strip("/").split("/")[1:2]
    return named[0] if named and is_custom(ModuleId(named[0])) else "versions"


def check_circle(inbound: Inbound, directory: Directory) -> None:
    """A message that this hub has sent must not come back: it would go round until every connection waits for itself."""
    hops = [hop.strip() for value in inbound.headers.getall(VIA, []) for hop in value.split(",")]
    if hops and via(directory.hub) in hops:
        raise HubError("this message was here before: an endpoint of a platform leads back to this hub")


def read_ids(inbound: Inbound) -> MessageIds:
    """Its ids; the hub's own where it has none that can be kept."""
    return MessageIds(
        request_id=read_id(inbound.headers, REQUEST_ID) or new_id(),
        correlation_id=read_id(inbound.headers, CORRELATION_ID) or new_id(),
    )


def read_call(message: Message, match: Match | None, sender: Party) -> Call:
    """What rules see of it; raises InvalidParameters for a body that is no JSON."""
    body = json_text.check(message.body) if message.body else None
    return Call(
        method=message.method,
        path=match.path if match else {},
        query=read_query(message.query),
        body=_unwrapped(body),
        sender=sender,
    )


def exact(errand: Errand) -> Errand:
    """The same with numbers as text, for what is kept; a single object in a list comes out of it."""
    message = errand.message
    if not message.body:
        return errand
    value = json_text.loads(message.body)
    body = _unwrapped(value)
    if body is not value:
        message = message._replace(body=json_text.dumps(body))
    return Errand(message, errand.match, errand.call._replace(body=body))


def _unwrapped(value: object) -> object:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return value
