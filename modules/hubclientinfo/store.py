"""How the hub keeps what it tells of a party: one object for each role. Source: OCPI 2.2.1, mod_hub_client_info."""

from hub.wire.interface import Call, Json, Stored, fold
from modules.hubclientinfo.objects import ClientInfo


def role_key(call: Call) -> str:
    """The role, folded: a party has one ClientInfo in each."""
    role: str = call.body["role"]
    return fold(role)


def apply(current: Json | None, call: Call) -> Json:  # noqa: ARG001 (the signature of all apply functions)
    """A PUT replaces; a party that left is SUSPENDED, never gone."""
    return call.body


def put_path(client_info: Json) -> str:
    """`/NL/TNM`: the path has no role, so two roles of a party go to one path and the body tells them apart."""
    return f"/{client_info['country_code']}/{client_info['party_id']}"


STORED = Stored(object_class=ClientInfo, key=role_key, apply=apply, put_path=put_path)
