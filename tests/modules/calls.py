"""A Call as the hub makes it from a request, and the row of a table that it is for."""

from collections.abc import Mapping
from typing import Any

from hub.wire.interface import Call, Endpoint, Interface, Module, Problem
from hub.wire.party import Party
from tests import words

NL_CPA = {"country_code": "NL", "party_id": "CPA"}
DE_EMA = {"country_code": "DE", "party_id": "EMA"}


def call(
    method: str = "PUT",
    path: Mapping[str, str] | None = None,
    body: Any = None,
    query: Mapping[str, str] | None = None,
    sender: Party = words.CPO,
) -> Call:
    """A Call of NL*CPA, unless `sender` says otherwise."""
    return Call(method=method, path=path or {}, query=query or {}, body=body, sender=sender)


def row(module: Module, interface: Interface, method: str, *path: str) -> Endpoint:
    """The row of `module` with this path after the owner's segments, if it has those."""
    for endpoint in module.endpoints:
        here = tuple(name for name in endpoint.path if name not in NL_CPA)
        if (endpoint.interface, endpoint.method, here) == (interface, method, path):
            return endpoint
    raise LookupError(f"{module.identifier} has no {interface} {method} {'/'.join(path)}")


def said(problems: list[Problem]) -> list[str]:
    """Problems as text."""
    return [str(problem) for problem in problems]
