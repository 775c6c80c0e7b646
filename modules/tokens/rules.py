"""What the shape of a Token cannot say: it is its uid and its type together. Source: OCPI 2.2.1, mod_tokens."""

from hub.wire.interface import ByIndex, Call, Learned, OpenKey, Problem, fold
from hub.wire.party import Party
from hub.wire.types import shown
from modules.content import text
from modules.owned import body_fits_path, path_owner

DEFAULT_TYPE = "RFID"
"""What a request without a `type` in its query means."""


def token_key(call: Call) -> str:
    """Identity of the Token that a path and query name, within its eMSP: `rfid/012345678`."""
    return fold(f"{call.query.get('type') or DEFAULT_TYPE}/{call.path['token_uid']}")


def check_token(call: Call) -> list[Problem]:
    """Rules for a Token, whole or in part: uid and type are those of the URL."""
    problems = body_fits_path(call, uid="token_uid")
    asked, written = call.query.get("type") or DEFAULT_TYPE, text(call.body, "type")
    if written is not None and written != asked:
        problems.append(Problem("/type", f"{shown(written)} is not the type in the query, {shown(asked)}"))
    return problems


def open_key(call: Call) -> OpenKey | None:
    """A real-time authorization goes to the only eMSP that has such a Token."""
    return ByIndex("token", token_key(call))


def learn(call: Call, receiver: Party) -> list[Learned]:  # noqa: ARG001 (the signature of all learn functions)
    """A PUT teaches whose Token this is."""
    owner = path_owner(call)
    return [Learned("token", token_key(call), owner)] if owner else []
