"""Where a message goes: message + directory -> Plan. Pure; this is the place to change a routing rule.

Source: OCPI 2.2.1, transport_and_format, Message Routing; checklist 3.1 (the decision table) and 3.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hub.catalog import Errand, Match, check_suffix
from hub.delivery.receiver import Receiver
from hub.platform import ConnectionStatus, Platform, PlatformState
from hub.registry import Directory, Hosted
from hub.rewriting import PAGE
from hub.standing import Require, carries, complaint, side_of, side_serving, worrying
from hub.wire.errors import ClientError, HubError, InvalidParameters, ReceiverNotConnected, UnknownReceiver
from hub.wire.interface import ByIndex, ByParty, Call, Interface, Module, ModuleId, Routing
from hub.wire.message import Address, Message
from hub.wire.party import Party, Role

_CUSTOM_ROLES: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Forward:
    """Send it to this party, to its endpoint for the same module and interface."""

    target: Hosted
    endpoint_url: str

    def __str__(self) -> str:
        return f"forward to {self.target.party} {self.target.role}"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Keep it and send it to these receivers (written as Receiver writes them)."""

    receivers: frozenset[str]

    def __str__(self) -> str:
        return f"broadcast to {len(self.receivers)} receivers"


@dataclass(frozen=True, slots=True)
class GatherAll:
    """Answer with what these owners keep at the hub."""

    owners: frozenset[Party]

    def __str__(self) -> str:
        return f"all of {len(self.owners)} owners"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Open routing: ask the index for this key, then route to whom it names (`route_found`)."""

    key: ByIndex

    def __str__(self) -> str:
        return f"open routing by {self.key.kind}"


@dataclass(frozen=True, slots=True)
class Callback:
    """The last path segment is an address that the hub gave out: it alone says where to."""

    opaque: str

    def __str__(self) -> str:
        return "callback to an address of this hub"


Plan = Forward | Broadcast | GatherAll | Lookup | Callback


def route(message: Message, match: Match | None, call: Call, directory: Directory) -> Plan:
    """Decide what to do with a functional-module message; `match` is None for a custom module.

    Raises InvalidParameters (2001), UnknownReceiver (4001), ReceiverNotConnected (4003) or HubError (4000).
    """
    to = message.routing.to
    if match is None:
        return _route_custom(message, directory)
    if match.endpoint.routing is Routing.CALLBACK:
        return Callback(list(match.path.values())[-1])
    if match.endpoint.routing is Routing.LIST and PAGE in call.query:
        return Callback(call.query[PAGE])
    if to == directory.hub:
        return _route_to_hub(message, match, call, directory)
    if to is None:
        return _route_open(message, match, call, directory)
    return forward(message.address, call.sender, to, match.module, directory)


def route_found(message: Message, match: Match, call: Call, found: list[Party], directory: Directory) -> Plan:
    """Finish a Lookup with what the index knows; several parties are as good as none (checklist H3.42)."""
    if len(found) != 1:
        said = "several parties fit" if found else "no party is known for it"
        raise UnknownReceiver(
            f"the receiver cannot be derived from this message ({said}): send OCPI-to-country-code and OCPI-to-party-id"
        )
    return forward(message.address, call.sender, found[0], match.module, directory)


def forward(
    address: Address, sender: Party, to: Party, module: Module | None, directory: Directory, *, role: Role | None = None
) -> Forward:
    """Plan the way to one party.

    Raises UnknownReceiver (4001) when no platform hosts it in a fitting role, ReceiverNotConnected (4003) when it is not
    CONNECTED or an agreement forbids it, HubError (4000) when its platform lacks the endpoint. Source: checklist H3.12.
    """
    roles = (role,) if role else module.roles(address.interface) if module else _CUSTOM_ROLES
    question = (sender, to, address.module, address.interface, roles)
    return directory.once(question, lambda: _forward(address, sender, to, roles, directory))


def _forward(address: Address, sender: Party, to: Party, roles: tuple[Role, ...], directory: Directory) -> Forward:
    target = directory.locate(to, roles)
    if target is None:
        fitting = "/".join(roles) or "any role"
        raise UnknownReceiver(f"no platform connected to this hub serves {to} as {fitting}")
    if target.status is not ConnectionStatus.CONNECTED:
        raise ReceiverNotConnected(f"{to} is {target.status}")
    if not directory.may_send(sender, to, address.module).allowed:
        raise ReceiverNotConnected(f"{to} is not connected to {sender} for {address.module}")
    if directory.require is Require.ENFORCE and roles:
        standing = target.platform.standing(side_of(target.role), address.module)
        if not carries(standing):
            raise ReceiverNotConnected(f"{to} carries no {address.module} here: its platform {complaint(standing)}")
    endpoint_url = directory.endpoint(target.platform, address.module, address.interface)
    if endpoint_url is None:
        raise HubError(f"{to} does not offer {address.module} {address.interface}")
    return Forward(target, endpoint_url)


def receivers(sender: Party, module: Module, directory: Directory, platform_id: str) -> frozenset[str]:
    """Who gets a Broadcast Push of `sender`: the opposite side, never the sender's own platform.

    An OFFLINE party is among them when its platform wants to catch up: it gets the object once it is back.
    Raises InvalidParameters (2001) when the sender has no role that may broadcast. Source: checklist H3.23, H3.24, D1.
    """
    own = [one for one in directory.hosted.get(sender, ()) if one.platform.platform_id == platform_id]
    wanted = {role for one in own for role in module.broadcast.get(one.role, ())}
    if not wanted:
        raise InvalidParameters(f"{sender} has no role that broadcasts {module.identifier}")
    return frozenset(
        str(Receiver(one.platform.platform_id, one.party))
        for one in directory.with_roles(wanted)
        if one.platform.platform_id != platform_id and one.party != sender and _gets(one, sender, module, directory)
    )


def visible_owners(asking: Party, module: Module, directory: Directory) -> frozenset[Party]:
    """Whose stored objects a party sees in GET All: its own, and those of every owner that it may exchange this module with.

    Others' objects are for parties of the receiving side alone: what one provider told operators, no other provider reads.
    """
    receives = any(one.role in module.receiver_roles for one in directory.hosted.get(asking, ()))
    return frozenset(
        one.party
        for one in directory.with_roles(module.sender_roles)
        if one.status in {ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE}
        and _verified(one, module, directory)
        and (one.party == asking or (receives and directory.may_exchange(asking, one.party, module.identifier)))
    )


def check_sender(platform: Platform, module: Module, interface: Interface, directory: Directory) -> None:
    """Refuse (2000) what a platform sends of a module that is not verified, where that is enforced; says which checks fail."""
    if directory.require is not Require.ENFORCE:
        return
    other_side = Interface.RECEIVER if interface is Interface.SENDER else Interface.SENDER
    standing = platform.standing(side_serving(module, other_side), module.identifier)
    if not carries(standing):
        raise ClientError(
            f"your platform carries no {module.identifier} here: it {complaint(standing)}; hubctl contract run shows it to you"
        )


def doubts(errand: Errand, plan: Forward, directory: Directory) -> tuple[str, ...]:
    """What a person should know of a forward where verdicts only warn: whose module fails its contract tests."""
    if directory.require is not Require.WARN or errand.match is None:
        return ()
    module, interface = errand.match.module, errand.message.address.interface
    other_side = Interface.RECEIVER if interface is Interface.SENDER else Interface.SENDER
    sender = directory.platforms[errand.message.platform_id]
    ends = (
        (errand.call.sender, sender.standing(side_serving(module, other_side), module.identifier)),
        (plan.target.party, plan.target.platform.standing(side_of(plan.target.role), module.identifier)),
    )
    return tuple(f"{party} {complaint(standing)}" for party, standing in ends if worrying(standing))


def able_to_call(parties: Iterable[Hosted], module: Module | None, interface: Interface) -> list[Party]:
    """Which of a platform's parties can make a call: those with a role of the other side (all, for custom modules)."""
    other_side = Interface.RECEIVER if interface is Interface.SENDER else Interface.SENDER
    roles = set(module.roles(other_side)) if module else set(Role)
    return sorted({one.party for one in parties if one.role in roles})


def _gets(one: Hosted, sender: Party, module: Module, directory: Directory) -> bool:
    platform = one.platform
    reached = platform.state is PlatformState.REGISTERED and (platform.reachable or platform.quirks.catch_up)
    offered = directory.endpoint(platform, module.identifier, Interface.RECEIVER) is not None
    allowed = directory.may_send(sender, one.party, module.identifier).allowed
    return reached and offered and allowed and _verified(one, module, directory)


def _verified(one: Hosted, module: Module, directory: Directory) -> bool:
    """Nothing passes to or from a module that is not verified, where that is enforced."""
    if directory.require is not Require.ENFORCE:
        return True
    return carries(one.platform.standing(side_of(one.role), module.identifier))


def _route_custom(message: Message, directory: Directory) -> Plan:
    to = message.routing.to
    if to is None or to == directory.hub:
        raise UnknownReceiver(f"{message.address.module} is a custom module: it needs the TO headers of a party")
    check_suffix(message.address.suffix)
    sender = message.routing.sender
    if sender is None:
        raise InvalidParameters("OCPI-from-country-code and OCPI-from-party-id are missing")
    return forward(message.address, sender, to, None, directory)


def _route_to_hub(message: Message, match: Match, call: Call, directory: Directory) -> Plan:
    kind, module, interface = match.endpoint.routing, match.module, message.address.interface
    if kind is Routing.LIST:
        return _gather(call.sender, module, directory)
    if interface is Interface.RECEIVER and kind is Routing.PUSH:
        return Broadcast(receivers(call.sender, module, directory, message.platform_id))
    if message.method == "GET" and interface is Interface.RECEIVER:
        raise InvalidParameters("GET cannot be broadcast: address the party whose copy you want in the TO headers")
    if interface is Interface.SENDER and (message.method == "GET" or match.endpoint.path[-1:] == ("=authorize",)):
        return _route_open(message, match, call, directory)
    raise InvalidParameters(
        f"{message.method} {module.identifier} is not allowed as broadcast: it is meant for one party, name it in the TO headers"
    )


def _gather(asking: Party, module: Module, directory: Directory) -> GatherAll:
    if module.stored is None:
        raise InvalidParameters(
            f"this hub keeps no {module.identifier}: address the party that has them in the TO headers"
        )
    return GatherAll(visible_owners(asking, module, directory))


def _route_open(message: Message, match: Match, call: Call, directory: Directory) -> Plan:
    if match.endpoint.routing is Routing.LIST:
        raise InvalidParameters(
            f"a list needs the TO headers: {directory.hub} (this hub) for everyone's, or the party whose list you want"
        )
    key = match.endpoint.open_key(call) if match.endpoint.open_key else None
    if isinstance(key, ByParty):
        return forward(message.address, call.sender, key.party, match.module, directory, role=key.role)
    if isinstance(key, ByIndex):
        return Lookup(key)
    if match.endpoint.routing is Routing.PUSH:
        return Broadcast(receivers(call.sender, match.module, directory, message.platform_id))
    raise UnknownReceiver(
        "the receiver cannot be derived from this message: send OCPI-to-country-code and OCPI-to-party-id"
    )


@lru_cache(maxsize=1024)
def is_custom(module: ModuleId) -> bool:
    """A custom module's id may be routed: letters, digits, `-` and `_`, at most 36 characters."""
    return 0 < len(module) <= 36 and module.isascii() and module.replace("-", "").replace("_", "").isalnum()
