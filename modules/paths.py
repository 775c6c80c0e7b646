"""The path of a Client Owned Object, for a PUT of the whole of it."""

from urllib.parse import quote

from hub.wire.interface import Json


def owned_path(value: Json, id_name: str) -> str:
    """`/{country_code}/{party_id}/{id}` of an object, percent-encoded, in the owner's own case."""
    return "".join(f"/{quote(value[name], safe='*')}" for name in ("country_code", "party_id", id_name))
