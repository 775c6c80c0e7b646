"""Defects of hubclientinfo: what the hub says of other parties, and what follows from it."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.simulate.defects import Answer, Defect
from hub.simulate.defects.altering import before, is_client_info, is_push, with_members
from hub.simulate.defects.changing import status_code_of
from hub.simulate.messages import Received, Reply, ok
from hub.simulate.platform import Platform
from hub.wire.interface import Interface
from hub.wire.party import Party, PartyRole, Role

if TYPE_CHECKING:
    from hub.simulate.partner import Partner

_PUSHES_MAX = 500
_EVERY_S = 0.02


async def _never_offline(_: "Partner", received: Received, answer: Answer) -> Reply:
    return ok() if _says_offline(received) else await answer(received)


async def _now_more_than_ever(partner: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    if isinstance(partner, Platform) and _says_offline(received):
        party = Party.of(received.json["country_code"], received.json["party_id"])
        partner.tasks.spawn(_push_to(partner, party), "pushing to a party that is offline")
    return reply


async def _push_to(platform: Platform, party: Party) -> None:
    """Until it is said to be back."""
    for _ in range(_PUSHES_MAX):
        known = {info["status"] for about, info in platform.client_infos.items() if about.party == party}
        if "OFFLINE" not in known:
            return
        path = f"/{platform.party.country_code}/{platform.party.party_id}/1"
        await platform.tell("PUT", "tariffs", Interface.RECEIVER, path, {}, to=party)
        await asyncio.sleep(_EVERY_S)


async def _deleting(partner: "Partner", received: Received, answer: Answer) -> Reply:
    if not is_client_info(received) or received.method != "DELETE" or not isinstance(partner, Platform):
        return await answer(received)
    party = Party.of(*received.segments[4:6])
    for about in [about for about in partner.client_infos if about.party == party]:
        del partner.client_infos[about]
    return ok()


async def _any_status(partner: "Partner", received: Received, answer: Answer) -> Reply:
    reply = await answer(received)
    wrong = is_client_info(received) and received.method == "PUT" and status_code_of(reply) == 2001
    if not wrong or not isinstance(partner, Platform):
        return reply
    info: dict[str, Any] = received.json
    party = Party.of(info["country_code"], info["party_id"])
    partner.client_infos[PartyRole(party=party, role=Role(info["role"]))] = info
    return with_members(reply, status_code=1000)


async def _once_deaf(partner: "Partner", received: Received, answer: Answer) -> Reply:
    """Who was offline is not listened to at once: the first PUT of what is known already goes nowhere."""
    if not is_push(received) or is_client_info(received):
        return await answer(received)
    paths: list[str] = []
    for one in before(partner, received):
        if _says_offline(one):
            return await answer(received) if received.path in paths else await _known_before(partner, received, answer)
        paths.append(one.path)
    return await answer(received)


async def _known_before(partner: "Partner", received: Received, answer: Answer) -> Reply:
    known = any(is_push(one) and one.path == received.path for one in before(partner, received))
    return ok() if known else await answer(received)


def _says_offline(received: Received) -> bool:
    put = is_client_info(received) and received.method == "PUT"
    return bool(put and received.json.get("status") == "OFFLINE")


DEFECTS: Mapping[str, Defect] = {
    "HCI-01": Defect(answering=_never_offline),
    "HCI-02": Defect(answering=_now_more_than_ever),
    "HCI-03": Defect(answering=_deleting),
    "HCI-04": Defect(answering=_any_status),
    "OFF-01": Defect(answering=_once_deaf),
}
