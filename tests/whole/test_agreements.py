"""Agreements say who may talk to whom, in everything alike: forwarding, open routing, broadcasts, GET All, HubClientInfo."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.platform import Effect
from hub.wire.headers import RoutingHeaders, read_routing
from hub.wire.interface import ModuleId
from hub.wire.party import Party
from tests import words
from tests.running import RunningHub
from tests.whole.platforms import R, S, Scripted, joined


@asynccontextmanager
async def _pair(hub: RunningHub, party_id: str) -> AsyncIterator[tuple[Scripted, Scripted]]:
    """An operator NL* and a provider DE* of one party id."""
    async with joined(hub, f"NL/{party_id}/CPO") as operator, joined(hub, f"DE/{party_id}/EMSP") as provider:
        yield operator, provider


async def _locate(provider: Scripted, operator: Scripted) -> int:
    return (await provider.ask("GET", "locations", S, "/LOC1", to=operator.party)).status_code


async def _push(operator: Scripted, provider: Scripted) -> int:
    path = f"/NL/{operator.party.party_id}/LOC1"
    body = words.location(party_id=operator.party.party_id)
    return (await operator.ask("PUT", "locations", R, path, body, to=provider.party)).status_code


async def _broadcast(operator: Scripted, location_id: str) -> None:
    body = words.location(party_id=operator.party.party_id, id=location_id)
    path = f"/NL/{operator.party.party_id}/{location_id}"
    answer = await operator.ask("PUT", "locations", R, path, body, to=words.HUB)
    assert answer.status_code == 1000


async def _listed(provider: Scripted, operator: Scripted) -> bool:
    answer = await provider.ask("GET", "locations", S, to=words.HUB)
    return any(item["party_id"] == operator.party.party_id for item in answer.data)


async def _heard_of(provider: Scripted, party: Party) -> bool:
    answer = await provider.call("GET", provider.registered()[0].endpoint("hubclientinfo", S))
    return any((one["country_code"], one["party_id"]) == (party.country_code, party.party_id) for one in answer.data)


async def test_without_a_rule_all_may(hub: RunningHub) -> None:
    """H3.12, H3.24, H3.52: an open hub connects everyone with everyone."""
    async with _pair(hub, "OPN") as (operator, provider):
        await _broadcast(operator, "LOC1")

        assert await _locate(provider, operator) == 1000
        assert await _push(operator, provider) == 1000
        assert await _listed(provider, operator)
        assert await _heard_of(provider, operator.party)
        assert await _heard_of(operator, provider.party)
        await provider.wait_for(lambda received: received.segments[-1] == "LOC1" and received.from_ == words.HUB)


async def test_a_denied_pair_does_not_know_of_each_other(hub: RunningHub) -> None:
    """H3.12, H3.24, H3.52, H5.04: one rule closes forwarding, broadcasts, GET All and HubClientInfo, and lifting it opens all."""
    async with _pair(hub, "DEN") as (operator, provider), joined(hub, "DE/FRE/EMSP") as free:
        await _broadcast(operator, "BEFORE")
        await provider.wait_for(lambda received: received.segments[-1] == "BEFORE")
        await hub.deny(operator.party, provider.party, None)
        await _broadcast(operator, "MEANWHILE")
        await free.wait_for(lambda received: received.segments[-1] == "MEANWHILE")

        assert await _push(operator, provider) == 4003
        assert not await _listed(provider, operator)
        assert not await _heard_of(provider, operator.party)
        assert not await _heard_of(operator, provider.party)
        assert await _listed(free, operator)
        assert await _heard_of(free, operator.party)

        assert await hub.hub.partners.unset(operator.party, provider.party, None)
        await _broadcast(operator, "AFTER")
        await provider.wait_for(lambda received: received.segments[-1] == "AFTER")

        assert [received.segments[-1] for received in provider.got("locations")] == ["BEFORE", "AFTER"]
        assert await _push(operator, provider) == 1000
        assert await _listed(provider, operator)
        assert await _heard_of(provider, operator.party)


async def test_a_rule_has_a_direction(hub: RunningHub) -> None:
    """H3.12: who may not send may still be sent to; the refusal is the hub's, and names the receiver."""
    async with _pair(hub, "DIR") as (operator, provider):
        await hub.deny(provider.party, operator.party, None)

        refused = await provider.ask("GET", "locations", S, "/LOC1", to=operator.party)

        assert (refused.status, refused.status_code) == (200, 4003)
        assert read_routing(refused.headers) == RoutingHeaders(to=provider.party, sender=words.HUB)
        assert "NL*DIR" in refused.json["status_message"]
        assert operator.got("locations") == []
        assert await _push(operator, provider) == 1000


async def test_a_rule_may_be_for_one_module(hub: RunningHub) -> None:
    """H3.12, H3.52, H5.04: a denied module is closed, the others stay open, and the parties still hear of each other."""
    async with _pair(hub, "MOD") as (operator, provider):
        await _broadcast(operator, "LOC1")
        await hub.deny(provider.party, operator.party, "locations")

        assert await _locate(provider, operator) == 4003
        assert not await _listed(provider, operator)
        assert (await provider.ask("GET", "tariffs", S, to=operator.party)).status_code == 1000
        assert await _heard_of(provider, operator.party)


async def test_a_rule_may_be_for_everyone(hub: RunningHub) -> None:
    """H3.12, H3.24, H3.52: who may send to nobody sends to nobody, of this module; everyone may still send to them."""
    async with _pair(hub, "EVR") as (operator, provider):
        await hub.deny(operator.party, None, "locations")
        await _broadcast(operator, "LOC1")

        assert await _push(operator, provider) == 4003
        assert not await _listed(provider, operator)
        assert provider.got("locations") == []
        assert await _locate(provider, operator) == 1000


async def test_an_exception_from_a_denial(hub: RunningHub) -> None:
    """H3.12, H3.52, H5.04: the more specific rule wins, so a closed operator may open to one provider."""
    async with _pair(hub, "EXC") as (operator, provider), joined(hub, "DE/SHU/EMSP") as shut_out:
        await hub.deny(None, operator.party, None)
        await hub.hub.partners.agree(provider.party, operator.party, None, Effect.ALLOW)
        await _broadcast(operator, "LOC1")

        assert [await _locate(one, operator) for one in (provider, shut_out)] == [1000, 4003]
        assert [await _listed(one, operator) for one in (provider, shut_out)] == [True, False]
        assert [await _heard_of(one, operator.party) for one in (provider, shut_out)] == [True, False]


async def test_a_denied_custom_module(hub: RunningHub) -> None:
    """H1.33, H3.12: agreements hold for modules that the hub does not know as well."""
    async with _pair(hub, "CUS") as (operator, provider):
        await hub.hub.partners.agree(provider.party, operator.party, ModuleId("nltnm-own"), Effect.DENY)

        answer = await provider.call("GET", hub.url("nltnm-own", S), to=operator.party, from_=provider.party)

        assert answer.status_code == 4003


async def test_what_was_begun_may_be_ended(hub: RunningHub) -> None:
    """H4.32: the result of a command reaches whoever sent it, also when a denial came in between."""
    async with _pair(hub, "END") as (operator, provider):
        body = words.stop_session(response_url=f"{provider.url}{provider.path('commands', S)}/1")
        await provider.ask("POST", "commands", R, "/STOP_SESSION", body, to=operator.party)
        await hub.deny(operator.party, provider.party, None)

        url = operator.got("commands")[0].json["response_url"]
        answer = await operator.call("POST", url, {"result": "ACCEPTED"}, to=provider.party, from_=operator.party)

        assert answer.status_code == 1000
        assert len(provider.got("commands")) == 1
