"""How a simulated platform reads what it is sent: by the tables and the classes of the specification's chapters.

Source: OCPI 2.2.1, status_codes: HTTP 400 for what is no JSON, HTTP 200 with 2001 for what is no valid object.
"""

from hub.simulate.messages import Received, Reply, refused
from hub.wire import json_text
from hub.wire.errors import BrokenJson
from hub.wire.interface import Call, Endpoint, Interface, Json, Module, Problem, Version
from hub.wire.party import Party
from hub.wire.types import validate, validate_partial
from modules import ALL
from modules.owned import OWNER, body_fits_path

_MODULES = {str(module.identifier): module for module in ALL}
_TOLD = 5


def broken(received: Received) -> Reply | None:
    """HTTP 400 for a body that is no JSON."""
    try:
        json_text.check(received.body or b"null")
    except BrokenJson as error:
        return refused(2000, str(error), status=400)
    return None


def refusal(
    received: Received, module: str, interface: Interface, rest: tuple[str, ...], *, version: Version, party: Party
) -> Reply | None:
    """What is wrong with a request whose body is JSON; None when nothing is, or when no table has such a request.

    `rest` are the decoded path segments after the endpoint URL, `party` is who is asked.
    """
    chapter = _MODULES.get(module)
    row = _row(chapter, received.method, interface, rest) if chapter else None
    if chapter is None or row is None:
        return None
    body = json_text.loads(received.body) if received.body else None
    if not received.body and row.body is not None and row.body_required:
        return refused(2000, "the body is missing", status=400)
    sender = received.from_ or party
    named = {name: value for name, value in zip(row.path, rest, strict=True) if not name.startswith("=")}
    call = Call(method=received.method, path=named, query=received.query, body=body, sender=sender)
    problems = [*_missing(row, call), *_invalid(chapter, row, call, version)]
    return refused(2001, "; ".join(map(str, problems[:_TOLD]))) if problems else None


def _row(chapter: Module, method: str, interface: Interface, rest: tuple[str, ...]) -> Endpoint | None:
    fitting = (row for row in chapter.endpoints if (row.method, row.interface) == (method, interface))
    return next((row for row in fitting if _leads(row.path, rest)), None)


def _leads(path: tuple[str, ...], rest: tuple[str, ...]) -> bool:
    """Whether `rest` is an address of this form; a `=word` in it stands for itself."""
    pairs = zip(path, rest, strict=False)
    return len(path) == len(rest) and all(name == f"={word}" for name, word in pairs if name.startswith("="))


def _missing(row: Endpoint, call: Call) -> list[Problem]:
    return [Problem("", f"{name} is missing in the query") for name in row.required_query if name not in call.query]


def _invalid(chapter: Module, row: Endpoint, call: Call, version: Version) -> list[Problem]:
    if row.body is None or (call.body is None and not row.body_required):
        return []
    check = validate_partial if call.method == "PATCH" else validate
    problems = check(row.body, _as_2_2_1(chapter, call.body, version, call.sender))
    if row.path[: len(OWNER)] == OWNER:
        problems += body_fits_path(call, **{name: name for name in OWNER})
    return problems + (row.check(call) if row.check else [])


def _as_2_2_1(chapter: Module, body: Json, version: Version, sender: Party) -> Json:
    """A body of 2.2 has no owner of its token: for its shape anyone will do."""
    older = version is Version.V2_2 and chapter.translation is not None
    return chapter.translation.to_2_2_1(body, sender) if older and chapter.translation else body
