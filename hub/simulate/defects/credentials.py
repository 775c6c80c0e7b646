"""Defects of the handshake: what POST, PUT and DELETE credentials read, give out and refuse."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hub.simulate import handshake
from hub.simulate.connection import Connection, LookUp
from hub.simulate.defects import Answer, Answering, Defect
from hub.simulate.defects.altering import is_credentials, with_members, with_token
from hub.simulate.defects.changing import data_of, status_code_of, succeeded, with_data
from hub.simulate.handshake import Peer, new_credentials_token
from hub.simulate.messages import Received, Reply, ok, refused
from hub.wire.headers import RoutingHeaders
from hub.wire.party import Party

if TYPE_CHECKING:
    from hub.simulate.partner import Partner
    from hub.wire.interface import Version

_SOMEBODY = Party(country_code="DE", party_id="XXX")


def _giving(made: Callable[[Received], str], *methods: str) -> Answering:
    """The token that is given out is the one that `made` makes of the request, and works."""

    async def answering(partner: "Partner", received: Received, answer: Answer) -> Reply:
        reply = await answer(received)
        if not is_credentials(received, *methods) or not data_of(reply) or not isinstance(partner, Connection):
            return reply
        partner.issued_token = made(received)
        return with_token(reply, partner.issued_token)

    return answering


def _sent(received: Received) -> str:
    return str(received.json["token"])


def _word(received: Received) -> str:
    return f"charging{len(received.method)}"


def _refusing(status: int, *methods: str, unless_status: int) -> Answering:
    """A refusal of credentials has another HTTP status."""

    async def answering(_: "Partner", received: Received, answer: Answer) -> Reply:
        reply = await answer(received)
        refusal = is_credentials(received, *methods) and reply.status == unless_status and not succeeded(reply)
        return replace(reply, status=status) if refusal else reply

    return answering


async def _versions_alone(partner: "Partner", versions_url: str, token: str, version: "Version") -> Peer:
    """What a platform does that has seen one partner's URLs, and takes them for everyone's."""
    answer = await partner.call("GET", versions_url, token=token)
    if answer.status != 200:
        raise handshake.HandshakeFailed(f"versions: HTTP {answer.status}")
    url = next(item["url"] for item in answer.data if item["version"] == version)
    return Peer(versions_url=versions_url, credentials_url=f"{url}/credentials", endpoints={})


async def _guessing(partner: "Partner", received: Received, answer: Answer) -> Reply:
    return await _accepting(partner, received, "POST", _versions_alone) or await answer(received)


async def _as_before(partner: "Partner", versions_url: str, token: str, version: "Version") -> Peer:  # noqa: ARG001
    if not isinstance(partner, Connection) or partner.peer is None:
        raise handshake.HandshakeFailed("nobody is registered")
    return partner.peer


async def _not_looking(partner: "Partner", received: Received, answer: Answer) -> Reply:
    return await _accepting(partner, received, "PUT", _as_before) or await answer(received)


async def _accepting(partner: "Partner", received: Received, method: str, look_up: LookUp) -> Reply | None:
    """POST of a new partner or PUT of a known one, taken with another way to look; None for every other request."""
    if not isinstance(partner, Connection) or await partner.admit(received) is not None:
        return None
    fits = is_credentials(received, method) and (partner.peer is None) == (method == "POST")
    return await partner.accept(received, look_up) if fits else None


async def _another_token_each_time(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    shown = is_credentials(received, "GET") and data_of(reply)
    return with_token(reply, new_credentials_token()) if shown else reply


async def _a_role_twice(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    data = data_of(reply) if is_credentials(received) else None
    return with_data(reply, {**data, "roles": [data["roles"][0], *data["roles"]]}) if data else reply


async def _for_somebody_else(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    data = data_of(reply) if is_credentials(received) else None
    if not data:
        return reply
    foreign = {
        "role": "EMSP",
        "country_code": _SOMEBODY.country_code,
        "party_id": _SOMEBODY.party_id,
        "business_details": {"name": "Somebody else"},
    }
    return with_data(reply, {**data, "roles": [*data["roles"], foreign]})


async def _saying_nothing(_: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    failed = is_credentials(received, "POST") and status_code_of(reply) == 3001
    return with_members(reply, status_code=3000, status_message="something went wrong") if failed else reply


async def _half_registered(partner: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    token_a = partner.token_a if isinstance(partner, Connection) else None
    failed = any(is_credentials(one, "POST") for one in partner.requests) and token_a is not None
    return ok() if failed and is_credentials(received, "PUT") and reply.status == 405 else reply


async def _not_routed(_: "Partner", received: Received, answer: Answer) -> Reply:
    if is_credentials(received, "GET") and received.to is not None:
        return refused(2001, "routing headers are not allowed here")
    return await answer(received)


def _routed(partner: "Partner", headers: dict[str, str]) -> dict[str, str]:
    sender = partner.party if isinstance(partner, Connection) else None
    return RoutingHeaders(to=_SOMEBODY, sender=sender).write() | headers


DEFECTS: Mapping[str, Defect] = {
    "CRE-01": Defect(answering=_giving(_sent, "POST")),
    "CRE-02": Defect(answering=_guessing),
    "CRE-03": Defect(answering=_refusing(200, "POST", unless_status=405)),
    "CRE-04": Defect(answering=_giving(_sent, "PUT")),
    "CRE-05": Defect(answering=_refusing(200, "PUT", "DELETE", unless_status=405)),
    "CRE-06": Defect(answering=_another_token_each_time),
    "CRE-07": Defect(answering=_giving(lambda _: new_credentials_token()[:40] * 2, "POST", "PUT")),
    "CRE-08": Defect(answering=_a_role_twice),
    "CRE-10": Defect(answering=_saying_nothing),
    "CRE-11": Defect(answering=_not_routed),
    "CRE-12": Defect(answering=_giving(_word, "POST", "PUT")),
    "CRE-13": Defect(answering=_half_registered),
    "CRE-14": Defect(answering=_not_looking),
    "CRE-15": Defect(calling=_routed),
    "CRE-16": Defect(answering=_for_somebody_else),
    "CRE-17": Defect(answering=_refusing(422, "POST", unless_status=200)),
}
