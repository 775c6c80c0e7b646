"""How pushed Tokens are kept: PUT replaces, PATCH changes members; none is ever deleted. Source: OCPI 2.2.1, mod_tokens."""

from hub.wire.interface import Call, Json, NotStored, Stored
from modules.paths import owned_path
from modules.tokens.objects import Token
from modules.tokens.rules import DEFAULT_TYPE, token_key

_UNKNOWN_TOKEN = 2004


def apply(current: Json | None, call: Call) -> Json:
    """The Token after this push; raises NotStored (2004) for a PATCH of one that this hub does not have."""
    if call.method == "PUT":
        return call.body
    if current is None:
        raise NotStored("this hub does not have this Token: PUT the whole Token", _UNKNOWN_TOKEN)
    return {**current, **call.body}


def put_path(token: Json) -> str:
    """`/DE/TNM/012345678`, with its type unless it is the one that no type means."""
    query = "" if token["type"] == DEFAULT_TYPE else f"?type={token['type']}"
    return owned_path(token, "uid") + query


STORED = Stored(object_class=Token, key=token_key, apply=apply, put_path=put_path)
