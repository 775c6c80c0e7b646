"""Defects of Tokens, one for each check of that module."""

from collections.abc import Mapping

from hub.simulate.defects import Defect
from hub.simulate.defects.changing import (
    Asked,
    data_of,
    dated_now,
    filled_in,
    on,
    owner_of_the_address,
    succeeded,
    unknown_is_welcome,
    with_data,
)
from hub.simulate.drivers import tokens_of
from hub.simulate.messages import Reply, ok, refused
from hub.wire.interface import Interface, fold

_DEFAULT_TYPE = "RFID"


async def _without_contracts(asked: Asked) -> Reply:
    reply = await asked.answered()
    listed = [{name: token[name] for name in token if name != "contract_id"} for token in data_of(reply) or []]
    return with_data(reply, listed)


async def _one_type_for_all(asked: Asked) -> Reply:
    """Whatever type the query names, the Token is stored and found as RFID."""
    if asked.received.method == "PUT" and asked.body["type"] == asked.received.query.get("type"):
        key = asked.owner, asked.rest[2]
        replaced = asked.cpo.tokens.get(*key)
        if replaced is not None:
            replaced |= asked.body
            return ok()
    return await asked.answered()


async def _validity_unchanged(asked: Asked) -> Reply:
    return await asked.with_whole_body({name: member for name, member in asked.body.items() if name != "valid"})


async def _without_the_token(asked: Asked) -> Reply:
    reply = await asked.answered()
    if not succeeded(reply):
        return reply
    return with_data(reply, {name: member for name, member in data_of(reply).items() if name != "token"})


async def _not_allowed_if_unknown(asked: Asked) -> Reply:
    reply = await asked.answered()
    if reply.status != 404:
        return reply
    (token,) = tokens_of(asked.emsp.party, "nobody", 1)
    return ok({"allowed": "NOT_ALLOWED", "token": token | {"uid": asked.rest[0]}})


async def _needs_a_body(asked: Asked) -> Reply:
    return await asked.answered() if asked.received.body else refused(2000, "the body is not JSON", status=400)


async def _deleted(asked: Asked) -> Reply:
    asked.cpo.tokens.remove(asked.owner, asked.rest[2])
    return ok()


async def _type_of_the_address(asked: Asked) -> Reply:
    return await asked.with_body(type=asked.received.query.get("type", _DEFAULT_TYPE))


async def _blocked_is_allowed(asked: Asked) -> Reply:
    reply = await asked.answered()
    blocked = succeeded(reply) and data_of(reply)["allowed"] == "BLOCKED"
    return with_data(reply, {**data_of(reply), "allowed": "ALLOWED"}) if blocked else reply


async def _type_not_looked_at(asked: Asked) -> Reply:
    known = (token for token in asked.emsp.tokens.values() if fold(token["uid"]) == fold(asked.rest[0]))
    token = next(known, None)
    return await (asked.at(*asked.rest, type=token["type"]) if token else asked.answered())


async def _last_wins(asked: Asked) -> Reply:
    """A card is forgotten before a new one is stored, so that nothing is older."""
    if "type" not in asked.received.query:
        asked.cpo.tokens.remove(asked.owner, asked.rest[2])
    return await asked.answered()


_SENDER, _RECEIVER = Interface.SENDER, Interface.RECEIVER
DEFECTS: Mapping[str, Defect] = {
    "TOK-01": on("GET", "tokens", _SENDER, _without_contracts),
    "TOK-02": on("PUT", "tokens", _RECEIVER, _one_type_for_all),
    "TOK-03": on("PATCH", "tokens", _RECEIVER, _validity_unchanged),
    "TOK-04": on("POST", "tokens", _SENDER, _without_the_token),
    "TOK-05": on("POST", "tokens", _SENDER, _not_allowed_if_unknown),
    "TOK-06": on("POST", "tokens", _SENDER, _needs_a_body),
    "TOK-07": on("PUT", "tokens", _RECEIVER, owner_of_the_address),
    "TOK-08": on("PATCH", "tokens", _RECEIVER, dated_now),
    "TOK-09": on("PATCH", "tokens", _RECEIVER, unknown_is_welcome),
    "TOK-10": on("DELETE", "tokens", _RECEIVER, _deleted),
    "TOK-11": on("PUT", "tokens", _RECEIVER, _type_of_the_address),
    "TOK-12": on("POST", "tokens", _SENDER, _blocked_is_allowed),
    "TOK-13": on("POST", "tokens", _SENDER, _type_not_looked_at),
    "TOK-14": on("PUT", "tokens", _RECEIVER, filled_in(contract_id="#NA")),
    "TOK-15": on("PUT", "tokens", _RECEIVER, _last_wins),
}
