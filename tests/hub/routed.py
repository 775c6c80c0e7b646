"""A request as routing sees it, made from one line, and what became of it in one word."""

from typing import Any

from hub.catalog import Errand
from hub.registry import Directory
from hub.routing import Broadcast, Callback, Forward, GatherAll, Lookup, Plan, route
from hub.wire.errors import OcpiError
from hub.wire.headers import MessageIds, RoutingHeaders
from hub.wire.interface import Call, Interface, ModuleId, Version
from hub.wire.message import Address, Message
from hub.wire.paging import read_query
from hub.wire.party import Party, Role
from tests.directories import CATALOG
from tests.words import CPO, EMSP

IDS = MessageIds(request_id="r-1", correlation_id="c-1")
OPERATORS = {Role.CPO, Role.NAP}


def request(
    method: str,
    module: str,
    interface: Interface,
    suffix: str = "",
    *,
    to: Party | None = None,
    sender: Party | None = None,
    platform_id: str = "",
    body: Any = None,
    query: str = "",
) -> Errand:
    """A request of `sender` at `platform_id`: by default of NL*CPA on `cpo` or of DE*EMA on `emsp`, whichever may call."""
    chapter = CATALOG.module(ModuleId(module))
    match = CATALOG.match(chapter, interface, method, suffix) if chapter else None
    operators_answer = chapter is not None and bool(OPERATORS.intersection(chapter.roles(interface)[:1]))
    asking = sender or (EMSP if operators_answer else CPO)
    message = Message(
        method=method,
        address=Address(version=Version.V2_2_1, module=ModuleId(module), interface=interface, suffix=suffix),
        query=query,
        ids=IDS,
        routing=RoutingHeaders(to=to, sender=asking),
        platform_id=platform_id or ("emsp" if asking == EMSP else "cpo"),
    )
    path = match.path if match else {}
    return Errand(message, match, Call(method=method, path=path, query=read_query(query), body=body, sender=asking))


def plan(asked: Errand, directory: Directory) -> Plan:
    """What routing decides."""
    return route(asked.message, asked.match, asked.call, directory)


def outcome(asked: Errand, directory: Directory) -> str:
    """The plan or the refusal in one word: `broadcast`, `all`, `forward DE*EMA`, `lookup session`, `callback`, `4001`."""
    try:
        decided = plan(asked, directory)
    except OcpiError as refused:
        return str(refused.status_code)
    match decided:
        case Forward():
            return f"forward {decided.target.party}"
        case Lookup():
            return f"lookup {decided.key.kind}"
        case Broadcast():
            return "broadcast"
        case GatherAll():
            return "all"
        case Callback():
            return "callback"
