"""The modules that this hub knows, and which row of whose table a request is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from hub.wire.errors import InvalidParameters, MethodNotAllowed, NotFound
from hub.wire.interface import Call, Endpoint, Interface, Module, ModuleId
from hub.wire.message import Message


class Match(NamedTuple):
    """The row for a request and the named segments of its path, percent-decoded."""

    module: Module
    endpoint: Endpoint
    path: Mapping[str, str]


class Errand(NamedTuple):
    """A message on its way to whoever acts on it, with what was found out about it; `match` is None for a custom module."""

    message: Message
    match: Match | None
    call: Call


class Catalog:
    """Every known module by its identifier; a module it does not know is a custom one and only carried."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules: dict[ModuleId, Module] = {module.identifier: module for module in modules}
        self._rows: dict[tuple[ModuleId, Interface, int], tuple[Endpoint, ...]] = {
            (module.identifier, interface, length): tuple(
                row for row in module.endpoints if row.interface is interface and len(row.path) == length
            )
            for module in self.modules.values()
            for interface in Interface
            for length in {len(row.path) for row in module.endpoints}
        }

    def functional(self) -> list[Module]:
        """Modules whose messages are routed, in the specification's order."""
        return [module for module in self.modules.values() if module.functional]

    def module(self, identifier: ModuleId) -> Module | None:
        """None for a custom module."""
        return self.modules.get(identifier)

    def match(self, module: Module, interface: Interface, method: str, suffix: str) -> Match:
        """Find the row for a request to a known module; `suffix` is the path after the endpoint URL, still encoded.

        Raises NotFound (404) for a path that the module does not have, MethodNotAllowed (405) for a method that the path
        does not have, InvalidParameters (2001) for an identifier that OCPI does not allow.
        """
        check_suffix(suffix)
        path = suffix.strip("/")
        segments = [unquote(part) for part in path.split("/")] if path else []
        rows = self._rows.get((module.identifier, interface, len(segments)), ())
        for row in rows:
            if row.method == method and (named := _named(row, segments)) is not None:
                _check_segments(named)
                return Match(module, row, named)
        methods = {row.method for row in rows if _named(row, segments) is not None}
        if not methods:
            raise NotFound(f"{module.identifier} {interface} has no such path")
        raise MethodNotAllowed(method, tuple(sorted(methods)))


def check_suffix(suffix: str) -> None:
    """Refuse (2001) a path with `.` or `..` in it, also percent-encoded.

    A forwarded path keeps its spelling, and the receiver's server would leave the endpoint that it is meant for; some
    servers read `\\` as `/`, and drop what follows a `;`.
    """
    if "." not in suffix and "%" not in suffix:
        return
    if any(part.partition(";")[0] in {".", ".."} for part in unquote(suffix).replace("\\", "/").split("/")):
        raise InvalidParameters("the path holds a segment of dots alone")


def _named(row: Endpoint, segments: Sequence[str]) -> dict[str, str] | None:
    """The segments by the row's names for them, of which there are as many; None when a literal one differs."""
    named: dict[str, str] = {}
    for name, segment in zip(row.path, segments, strict=True):
        if name.startswith("="):
            if segment != name[1:]:
                return None
        else:
            named[name] = segment
    return named


def _check_segments(named: Mapping[str, str]) -> None:
    for name, value in named.items():
        if not value or len(value) > 255 or not value.isascii() or not value.isprintable():
            raise InvalidParameters(f"{name} in the path is empty, too long or not printable ASCII")
