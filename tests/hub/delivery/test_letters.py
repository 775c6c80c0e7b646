"""What a receiver is sent: the right words, at the right address, and only what it may have."""

from dataclasses import replace

import pytest

from hub.simulate.partner import Partner
from hub.wire import json_text
from hub.wire.interface import Interface, ModuleId, Version
from hub.wire.party import Party
from tests import words
from tests.directories import rule
from tests.hub.delivery.office import Office, parties, until
from tests.hub.delivery.pushes import EVSE, LOC1, patch, put
from tests.words import CPO, connector, evse, location, token

EMB = Party(country_code="DE", party_id="EMB")


async def test_a_platform_with_two_parties_gets_two_requests(office: Office, ema: Partner) -> None:
    """H3.25, H1.25: TO names one party, so each party has its own request; all share the correlation id."""
    office.connect("p1", ema, "DE/EMA/EMSP", "DE/EMB/EMSP")
    async with office.deliveries() as deliveries:
        await put(office, deliveries, ["p1:DE*EMA", "p1:DE*EMB"])
        await ema.wait_until(lambda: len(ema.requests) == 2)

    assert {str(party) for party in parties(ema.requests)} == {"DE*EMA", "DE*EMB"}
    assert len({one.headers["X-Request-ID"] for one in ema.requests}) == 2
    assert {one.headers["X-Correlation-ID"] for one in ema.requests} == {"c-1"}


async def test_configuration_modules_carry_no_routing_headers(office: Office, ema: Partner) -> None:
    """H5.04: HubClientInfo goes to the platform, once, without TO and FROM."""
    office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        deliveries.accepted(
            await office.save("PUT", "hubclientinfo", "/NL/CPA", words.client_info(), ["p1:"]),
        )
        received = await ema.wait_for(lambda one: one.path == "/hubclientinfo/NL/CPA")

    assert not [name for name in received.headers if name.lower().startswith("ocpi-")]


async def test_a_platform_of_another_version_gets_its_own_words(office: Office, ema: Partner, emb: Partner) -> None:
    """H8.05: a 2.2 platform is sent what 2.2 has names for; one of the same version the owner's bytes (H3.04)."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    office.change("p2", version=Version.V2_2)
    modern = location(evses=[evse(connectors=[connector(id="1"), connector(id="2", standard="CHAOJI")])])
    async with office.deliveries() as deliveries:
        deliveries.accepted(await office.save("PUT", "locations", LOC1, modern, receivers))
        same = await ema.wait_for(lambda one: one.method == "PUT")
        older = await emb.wait_for(lambda one: one.method == "PUT")

    assert same.body == words.body(modern)
    assert [one["id"] for one in older.json["evses"][0]["connectors"]] == ["1"]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_endpoint_and_path_are_joined_with_one_slash(office: Office, ema: Partner, slash: str) -> None:
    """H2.10: whether the partner's endpoint URL ends in a slash or not, and whether the whole object goes or a part."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    endpoint = (ModuleId("locations"), Interface.RECEIVER)
    office.change("p1", endpoints={endpoint: f"{ema.url}/locations{slash}"})
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await patch(office, deliveries, [receiver], "CHARGING")
        await ema.wait_until(lambda: len(ema.requests) == 2)

    assert [one.target for one in ema.requests] == ["/locations" + LOC1, "/locations" + EVSE]


async def test_who_may_no_longer_have_it_is_not_sent_it(office: Office, ema: Partner, emb: Partner) -> None:
    """A party that left, or that an agreement now shuts out, is taken off the list without a request."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    await office.save("PUT", "locations", LOC1, location(), receivers)
    gone = replace(office.platforms["p1"].parties[0], gone=True)
    office.change("p1", parties=(gone,))
    office.rules.append(rule(CPO, EMB, "locations"))
    async with office.deliveries():
        await until(lambda: office.nobody_is_behind(*receivers))

    assert not ema.requests
    assert not emb.requests


async def test_a_platform_without_the_endpoint_cannot_be_sent_to(office: Office, ema: Partner) -> None:
    """The endpoint that it took back is the reason that people read."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    office.change("p1", endpoints={})
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        (failed,) = await office.failures()

    assert failed.reason == "the platform offers no RECEIVER interface of locations"


async def test_a_body_that_cannot_be_written_stops_nothing(office: Office, ema: Partner) -> None:
    """A stored object that breaks its own chapter is refused by the hub, and the next one goes on."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    accepted = await office.save("PUT", "locations", "/NL/CPA/BAD", location(id="BAD"), [receiver])
    broken = replace(accepted.stored, body=b"[]")
    await office.store.objects.save(broken)
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="GOOD")
        await ema.wait_for(lambda one: one.path.endswith("GOOD"))
        (failed,) = await office.failures()

    assert failed.key.object_id == "bad"


async def test_driver_tokens_are_hidden_in_traces(office: Office, ema: Partner) -> None:
    """The path of a token push is traced without the token's id."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP", "NL/CPB/CPO")
    async with office.deliveries() as deliveries:
        value = token(country_code="NL", party_id="CPA")
        deliveries.accepted(await office.save("PUT", "tokens", "/NL/CPA/012345678", value, [receiver]))
        await ema.wait_until(lambda: len(ema.requests) == 1)

    assert [leg.path for leg in office.traffic.legs] == ["/NL/CPA/…"]
    assert json_text.loads(ema.requests[0].body) == value
