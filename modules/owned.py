"""Client Owned Objects: the owner stands in the path, in the body and in FROM, and all three must agree.

Source: OCPI 2.2.1, transport_and_format, Client Owned Object Push.
"""

from collections.abc import Callable

from hub.wire.interface import Call, Problem, fold
from hub.wire.party import Party
from hub.wire.types import shown
from modules.content import text

OWNER = ("country_code", "party_id")
"""First segments of the path of every Client Owned Object."""


def path_owner(call: Call) -> Party | None:
    """The owner that the path names, or None when it is not a party."""
    try:
        return Party.of(call.path["country_code"], call.path["party_id"])
    except (KeyError, ValueError):
        return None


def own_path(call: Call) -> list[Problem]:
    """The path must name the sending party, for a GET too: nobody reads or writes in another's name."""
    if path_owner(call) == call.sender:
        return []
    written = "*".join(call.path.get(name, "") for name in OWNER)
    return [Problem("", f"the owner in the path, {shown(written)}, is not the sending party {call.sender}")]


def own_path_and_body(call: Call) -> list[Problem]:
    """The path must name the sending party, and the body no other."""
    return own_path(call) + body_fits_path(call, country_code="country_code", party_id="party_id")


def own_body(call: Call) -> list[Problem]:
    """The body, which has no owner in its path (a CDR), must belong to the sending party if it names one."""
    return foreign_owner(call.body, call.sender, "")


def foreign_owner(body: object, owner: Party, pointer: str) -> list[Problem]:
    """Problems of an object at `pointer` that names an owner other than `owner`."""
    expected = {"country_code": owner.country_code, "party_id": owner.party_id}
    return [
        Problem(f"{pointer}/{name}", f"{shown(written)} is not the sending party's ({owner})")
        for name in OWNER
        if (written := text(body, name)) is not None and not _same(written, expected[name])
    ]


def body_fits_path(call: Call, **segments: str) -> list[Problem]:
    """Each field of the body, if given, equals its segment of the path (`field=segment`), case aside."""
    return [
        Problem(f"/{name}", f"{shown(written)} is not the one in the path, {shown(call.path.get(segment))}")
        for name, segment in segments.items()
        if (written := text(call.body, name)) is not None and not _same(written, call.path.get(segment, ""))
    ]


def _same(one: str, other: str) -> bool:
    """Equal as CiStrings are."""
    return one == other or fold(one) == fold(other)


def id_fits_path(name: str, segment: str) -> Callable[[Call], list[Problem]]:
    """A check that the object id in the body is the one in the path."""

    def check(call: Call) -> list[Problem]:
        return body_fits_path(call, **{name: segment})

    return check


def owned_key(owner: Party, object_id: str) -> str:
    """Index key of an object whose id is unique within its owner only."""
    return fold(f"{owner.country_code}/{owner.party_id}/{object_id}")
