"""The server keys over the admin API: which there are and what depends on them, a new one, and the end of old ones."""

from typing import Annotated

from pydantic import Field

from hub.admin.errors import Clash, Unknown
from hub.admin.services import AdminServices
from hub.admin.table import AdminCall, AdminRoute, Asked, Json, Nothing
from hub.key_file import SecretKeyUnusable
from hub.partners.rekeying import Dependents

_NONE = Dependents(tokens=0, seals=0)


class Retire(Asked):
    """`force` also when partners still depend on it: those have to be invited again."""

    kid: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    force: bool = False


async def _list(call: AdminCall[Nothing]) -> Json:
    return _view(call.office)


async def _rotate(call: AdminCall[Nothing]) -> Json:
    """A new key where the hub keeps it itself; in any case everything that can be sealed anew is."""
    office = call.office
    office.secrets.refresh()
    if office.secrets.in_file:
        try:
            office.secrets.rotate()
        except SecretKeyUnusable as unusable:
            raise Clash(f"{unusable}.", "hubctl keys list", code="key_unusable") from None
    elif len(office.secrets.kids) == 1:
        raise Clash(
            "HUB_SECRET_KEY holds the only key: put a new one there, and this one into HUB_SECRET_KEYS_OTHER.",
            code="key_in_environment",
        )
    resealed = await office.rekeying.reseal()
    await office.signing_keys.keep()
    return _view(office) | {"resealed": resealed}


async def _retire(call: AdminCall[Retire]) -> Json:
    office, kid = call.office, call.asked.kid
    office.secrets.refresh()
    if kid not in office.secrets.kids:
        raise Unknown(f"There is no key {kid!r}.", "hubctl keys list", code="unknown_key")
    if kid == office.secrets.kid:
        raise Clash(f"{kid} is the key in use.", "hubctl keys rotate", code="key_in_use")
    needs = office.rekeying.dependents().get(kid, _NONE)
    if not call.asked.force and (needs.tokens or needs.seals):
        raise Clash(
            f"{needs.tokens} issued tokens and {needs.seals} tokens of partners depend on {kid}: each issued one moves "
            "with its next use.",
            "hubctl keys rotate, or hubctl partner rotate NAME for a partner that is silent",
            code="key_needed",
        )
    await office.signing_keys.keep()
    try:
        office.secrets.retire([kid])
    except SecretKeyUnusable as unusable:
        raise Clash(f"{unusable}.", "hubctl keys list", code="key_unusable") from None
    return _view(office)


def _view(office: AdminServices) -> dict[str, Json]:
    dependents = office.rekeying.dependents()
    keys = [
        {
            "kid": kid,
            "in_use": kid == office.secrets.kid,
            "issued_tokens": dependents.get(kid, _NONE).tokens,
            "partners_tokens": dependents.get(kid, _NONE).seals,
        }
        for kid in office.secrets.kids
    ]
    return {"from": "file" if office.secrets.in_file else "environment", "keys": keys}


ROUTES = (
    AdminRoute(method="GET", path="/keys", act=_list, asks=Nothing, summary="Server keys, and what depends on each."),
    AdminRoute(
        method="POST",
        path="/keys/rotate",
        act=_rotate,
        asks=Nothing,
        summary="Use a new server key from now on; the older ones stay accepted.",
    ),
    AdminRoute(
        method="POST", path="/keys/retire", act=_retire, asks=Retire, summary="Accept an older server key no longer."
    ),
)
