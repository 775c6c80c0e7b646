"""Would a message get from one party to another now, by which plan and rule, and what is missing. Pure.

It asks hub.routing itself for the plan, so that the answer is what a real message would meet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.catalog import Catalog
from hub.platform import ConnectionStatus
from hub.registry import Directory, Hosted
from hub.routing import Broadcast, GatherAll, forward, receivers, visible_owners
from hub.wire.errors import OcpiError
from hub.wire.interface import Interface, Module, ModuleId, Routing, Version
from hub.wire.message import Address
from hub.wire.party import Party, Role

_MENDS = {
    ConnectionStatus.OFFLINE: "hubctl partner show {}",
    ConnectionStatus.PLANNED: "hubctl partner show {}",
    ConnectionStatus.SUSPENDED: "hubctl partner resume {}",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition, whether it holds, and the command or advice that mends it when it does not."""

    ok: bool
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way that messages between two parties can go: calls to `interface` of the receiver."""

    interface: Interface
    ok: bool
    plan: str
    """What routing decides, or its refusal with the OCPI number."""
    rule: str
    """The agreement that counts, `default` without one."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTest:
    """Every way between two parties for one module; `ok` when there is one that works."""

    ok: bool
    ways: tuple[Way, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What stands against it before any way is looked at."""


def explain_route(
    directory: Directory, catalog: Catalog, sender: Party, receiver: Party, module_id: ModuleId
) -> RouteTest:
    """Look at every way from `sender` to `receiver`, which may be the hub itself (Broadcast Push, GET All)."""
    module = catalog.module(module_id)
    obstacles = _obstacles(directory, module, sender, receiver, module_id)
    if obstacles:
        return RouteTest(ok=False, findings=tuple(obstacles))
    if receiver == directory.hub:
        ways = _ways_to_hub(directory, module, sender) if module else []
    else:
        ways = [
            _way(directory, module, sender, receiver, Address(version=Version.V2_2_1, module=module_id, interface=side))
            for side in _sides(directory, module, sender, receiver, module_id)
        ]
    if not ways:
        return RouteTest(ok=False, findings=(_no_way(directory, module_id, sender, receiver),))
    return RouteTest(ok=any(way.ok for way in ways), ways=tuple(ways))


def _obstacles(
    directory: Directory, module: Module | None, sender: Party, receiver: Party, module_id: ModuleId
) -> Iterable[Finding]:
    found = []
    if module is not None and not module.functional:
        found.append(Finding(False, f"{module_id} is never routed: the hub answers it itself"))
    if sender == directory.hub:
        found.append(Finding(False, f"{sender} is this hub itself: name the party whose message it carries"))
    elif sender not in directory.hosted:
        found.append(Finding(False, f"{sender} is not a party at this hub", "hubctl parties list"))
    if receiver != directory.hub and receiver not in directory.hosted:
        found.append(Finding(False, f"{receiver} is not a party at this hub", "hubctl parties list"))
    return found


def _sides(
    directory: Directory, module: Module | None, sender: Party, receiver: Party, module_id: ModuleId
) -> list[Interface]:
    """Interfaces that the receiver's roles serve and the sender's roles call; of a custom module, those on offer."""
    both = (Interface.RECEIVER, Interface.SENDER)
    if module is None:
        platforms = [one.platform for one in directory.hosted[receiver]]
        on_offer = [side for side in both if any(directory.endpoint(one, module_id, side) for one in platforms)]
        return on_offer or [Interface.RECEIVER]
    return [
        side
        for side in both
        if _plays(directory, receiver, module.roles(side)) and _plays(directory, sender, module.roles(_opposite(side)))
    ]


def _way(directory: Directory, module: Module | None, sender: Party, receiver: Party, address: Address) -> Way:
    roles = module.roles(address.interface) if module else ()
    caller_roles = module.roles(_opposite(address.interface)) if module else ()
    target, caller = directory.locate(receiver, roles), directory.locate(sender, caller_roles)
    verdict = directory.may_send(sender, receiver, address.module)
    allow = f"hubctl routes allow --from {_word(sender)} --to {_word(receiver)} --module {address.module}"
    findings = [
        *(_connected(one) for one in (caller, target) if one is not None),
        Finding(verdict.allowed, f"agreement: {verdict.rule_id}", "" if verdict.allowed else allow),
    ]
    if _only_callbacks(module, address.interface):
        plan = "callback to an address of this hub"
    else:
        plan = _plan(directory, module, sender, receiver, address)
        if target is None or target.status is not ConnectionStatus.PLANNED:
            findings.append(_offered(directory, target, address))
    return Way(
        interface=address.interface,
        ok=all(finding.ok for finding in findings),
        plan=plan,
        rule=verdict.rule_id,
        findings=tuple(findings),
    )


def _plan(directory: Directory, module: Module | None, sender: Party, receiver: Party, address: Address) -> str:
    try:
        return str(forward(address, sender, receiver, module, directory))
    except OcpiError as refusal:
        return f"refused with {refusal.status_code}: {refusal.message}"


def _offered(directory: Directory, target: Hosted | None, address: Address) -> Finding:
    offered = target is not None and directory.endpoint(target.platform, address.module, address.interface)
    who = target.party if target else "nobody"
    if offered:
        return Finding(True, f"{who} offers {address.module} {address.interface}")
    advice = f"ask {who} to offer it and to send PUT credentials"
    return Finding(False, f"{who} does not offer {address.module} {address.interface}", advice)


def _connected(one: Hosted) -> Finding:
    mend = _MENDS.get(one.status, "").format(_word(one.party))
    return Finding(one.status is ConnectionStatus.CONNECTED, f"{one.party} {one.role} is {one.status}", mend)


def _ways_to_hub(directory: Directory, module: Module, sender: Party) -> list[Way]:
    found = []
    for one in directory.hosted[sender]:
        if one.role in module.broadcast:
            reached = receivers(sender, module, directory, one.platform.platform_id)
            named = ", ".join(sorted(written.rpartition(":")[2] for written in reached)) or "nobody"
            plan = Broadcast(reached)
            found.append(_way_to_hub(one, Interface.RECEIVER, str(plan), Finding(bool(reached), f"reaches {named}")))
        if one.role in module.receiver_roles and module.stored is not None:
            owners = visible_owners(sender, module, directory)
            named = ", ".join(str(owner) for owner in sorted(owners)) or "nobody"
            plan_all = GatherAll(owners)
            found.append(_way_to_hub(one, Interface.SENDER, str(plan_all), Finding(bool(owners), f"shows {named}")))
    return found


def _way_to_hub(one: Hosted, interface: Interface, plan: str, finding: Finding) -> Way:
    findings = (_connected(one), finding)
    return Way(
        interface=interface, ok=all(f.ok for f in findings), plan=plan, rule="each party's own", findings=findings
    )


def _no_way(directory: Directory, module_id: ModuleId, sender: Party, receiver: Party) -> Finding:
    own = "/".join(sorted({one.role for one in directory.hosted.get(sender, ())}))
    if receiver == directory.hub:
        return Finding(False, f"{sender} ({own}) can neither broadcast {module_id} nor GET all of it")
    theirs = "/".join(sorted({one.role for one in directory.hosted.get(receiver, ())}))
    return Finding(False, f"{module_id} does not go from {sender} ({own}) to {receiver} ({theirs})")


def _only_callbacks(module: Module | None, interface: Interface) -> bool:
    rows = [row for row in module.endpoints if row.interface is interface] if module else []
    return bool(rows) and all(row.routing is Routing.CALLBACK for row in rows)


def _plays(directory: Directory, party: Party, roles: Iterable[Role]) -> bool:
    wanted = set(roles)
    return any(one.role in wanted for one in directory.hosted.get(party, ()))


def _opposite(side: Interface) -> Interface:
    return Interface.RECEIVER if side is Interface.SENDER else Interface.SENDER


def _word(party: Party) -> str:
    """As a person types it: the shell leaves it alone."""
    return f"{party.country_code}-{party.party_id}"
