"""Credentials objects: the hub's own, and what a partner's claims. Pure.

Source: OCPI 2.2.1, credentials, Credentials object.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import orjson

from hub.config import Settings
from hub.wire import json_text
from hub.wire.errors import InvalidParameters
from hub.wire.interface import Json, Problem
from hub.wire.party import Party, PartyRole, Role
from hub.wire.types import validate
from modules.credentials.objects import Credentials

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """What a partner's Credentials object says."""

    token: str = field(repr=False)
    versions_url: str
    claimed: Mapping[PartyRole, str]
    """Each party role and its business_details.name."""


def write_own(settings: Settings, token: str) -> bytes:
    """The hub's Credentials as JSON: itself as the only role, HUB; `token` is the one that the partner shall use.

    Source: OCPI 2.2.1, credentials ("A Hub SHALL only reports itself as role: Hub").
    """
    role = {
        "role": Role.HUB.value,
        "party_id": settings.party.party_id,
        "country_code": settings.party.country_code,
        "business_details": {"name": settings.name},
    }
    return orjson.dumps({"token": token, "url": f"{settings.ocpi_url}/versions", "roles": [role]})


def read_theirs(value: Json) -> Theirs:
    """Read a partner's Credentials, already parsed; a single object wrapped in a list is taken out of it.

    Raises InvalidParameters (2001) that names the field.
    """
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    refuse(validate(Credentials, value))
    read = Credentials.model_validate(value)
    claimed: dict[PartyRole, str] = {}
    for index, role in enumerate(read.roles):
        one = PartyRole(party=Party.of(role.country_code, role.party_id), role=role.role)
        if one in claimed:
            refuse([Problem(f"/roles/{index}", f"{one} is listed twice")])
        claimed[one] = role.business_details.name
    return Theirs(token=read.token, versions_url=read.url, claimed=claimed)


def hold_to(claims: Collection[PartyRole], theirs: Theirs) -> None:
    """Raise InvalidParameters (2001) for a role that the operator's invitation does not list (decision D2)."""
    allowed = ", ".join(str(claim) for claim in sorted(claims))
    refuse(
        [
            Problem(f"/roles/{index}", f"{one} is not among what this hub invited you as: {allowed}")
            for index, one in enumerate(theirs.claimed)
            if one not in claims
        ]
    )


def read_body(body: bytes) -> Json:
    """Parse the body of POST or PUT credentials; raises BrokenJson (400), InvalidParameters (2001) when there is none."""
    if not body.strip():
        raise InvalidParameters("credentials: a body is required")
    return json_text.loads(body)


def refuse(problems: list[Problem]) -> None:
    """Raise InvalidParameters (2001) that names the first faults by JSON pointer."""
    if problems:
        raise InvalidParameters("credentials: " + "; ".join(str(problem) for problem in problems[:_SHOWN]))
