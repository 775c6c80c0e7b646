"""Deliveries over real HTTP and a real MongoDB: everyone gets every state, in order, whatever happens."""

from dataclasses import replace

import pytest

from hub.delivery.lane import Breaker
from hub.platform import PlatformState, Quirks
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok, refused
from hub.simulate.partner import Partner
from hub.store.protocols import DeliveryState
from hub.wire import json_text
from hub.wire.interface import Interface, ModuleId, Version
from tests import words
from tests.directories import rule
from tests.hub.delivery.office import Office, killed, parties, sent, until
from tests.hub.delivery.pushes import EVSE, LOC1, patch, put, status
from tests.words import CPO, HUB, connector, evse, location, tariff, token


async def test_pushes_go_out_as_the_owner_wrote_them(office: Office, ema: Partner) -> None:
    """H1.22, H1.25, H3.02, H3.25: the owner's method, path and bytes; TO the party, FROM the hub, ids fresh or kept."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="LOC1")
        await patch(office, deliveries, [receiver], "CHARGING")
        await ema.wait_until(lambda: len(ema.requests) == 2)

    whole, part = ema.requests
    assert sent(ema) == [("PUT", "/locations" + LOC1), ("PATCH", "/locations" + EVSE)]
    assert whole.body == words.body(location())
    assert part.json == {"status": "CHARGING", "last_updated": "2024-03-01T10:00:00Z"}
    assert (str(part.to), part.from_) == ("DE*EMA", HUB)
    assert part.headers["X-Correlation-ID"] == "c-2"
    assert whole.headers["X-Request-ID"] != part.headers["X-Request-ID"]
    assert await office.behind(receiver) == []
    assert {leg.http_status for leg in office.traffic.legs} == {200}
    assert set(office.heard) == {"p1"}


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


async def test_a_slow_partner_delays_nobody_else(office: Office, ema: Partner, emb: Partner) -> None:
    """H3.21, H3.27: acceptance waits for no receiver; while one platform holds its places, another gets everything."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    ema.fail(Fault.SLOW, slow_s=60)
    async with office.deliveries() as deliveries:
        for number in range(30):
            await put(office, deliveries, receivers, name=f"L{number}")
        await emb.wait_until(lambda: len(emb.requests) == 30, timeout_s=5)
        at_once = len(ema.requests)
        ema.fail(Fault.NONE)
        await ema.wait_until(lambda: len(ema.requests) == 30)

    assert at_once == office.settings.deliveries_per_platform_max
    assert await office.behind(*receivers) == []


async def test_many_changes_of_one_object_arrive_in_order(office: Office, ema: Partner) -> None:
    """H3.27: pushes of one object never overtake each other, however fast they come."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="LOC1")
        for number in range(20):
            await patch(office, deliveries, [receiver], f"S{number}")
        await ema.wait_until(lambda: len(ema.requests) == 21)

    assert [one.json["status"] for one in list(ema.requests)[1:]] == [f"S{number}" for number in range(20)]


async def test_what_a_partner_missed_it_gets_once_as_it_is_now(office: Office, ema: Partner, emb: Partner) -> None:
    """D1, H3.28: away, it is reported silent; back, it gets the current object once, by PUT, and nothing stale."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    async with office.deliveries() as deliveries:
        await put(office, deliveries, receivers, name="LOC1")
        await ema.wait_until(lambda: len(ema.requests) == 1)
        await ema.stop()
        for number in range(3):
            await patch(office, deliveries, receivers, f"S{number}")
        await emb.wait_until(lambda: len(emb.requests) == 4)
        await until(lambda: bool(office.missed))
        office.change("p1", reachable=False)
        await patch(office, deliveries, receivers, "LAST")
        await emb.wait_until(lambda: len(emb.requests) == 5)
        assert await office.behind(*receivers) == ["loc1"]
        await ema.start()
        office.change("p1", reachable=True)
        deliveries.woke("p1")
        await ema.wait_until(lambda: len(ema.requests) == 2)
        await patch(office, deliveries, receivers, "NEXT")
        await ema.wait_until(lambda: len(ema.requests) == 3)

    assert office.missed[0] == ("p1", "no connection: Connection refused")
    assert sent(ema)[1:] == [("PUT", "/locations" + LOC1), ("PATCH", "/locations" + EVSE)]
    assert status(ema.requests[1]) == "LAST"
    assert await office.behind(*receivers) == []


async def test_a_withdrawn_tariff_that_was_missed_is_deleted(office: Office, ema: Partner) -> None:
    """D1: who missed the withdrawal of a tariff gets a DELETE; a 404 to it means that it is gone already."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        deliveries.accepted(await office.save("PUT", "tariffs", "/NL/CPA/TARIFF1", tariff(), [receiver]))
        await ema.wait_until(lambda: len(ema.requests) == 1)
        office.change("p1", reachable=False)
        ema.answer("DELETE", "/tariffs", refused(2000, "unknown tariff", status=404))
        deliveries.accepted(await office.save("DELETE", "tariffs", "/NL/CPA/TARIFF1", None, [receiver]))
        office.change("p1", reachable=True)
        await ema.wait_until(lambda: len(ema.requests) == 2)

    assert sent(ema)[1] == ("DELETE", "/tariffs/NL/CPA/TARIFF1")
    assert await office.behind(receiver) == []
    assert await office.store.deliveries.find() == []


async def test_a_refusal_is_kept_for_people_and_blocks_nobody(office: Office, ema: Partner) -> None:
    """A 2xxx is the end of it: settled, recorded with the answer's start and no secret in it; the next object goes on."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/locations/NL/CPA/BAD", refused(2001, "no such thing: token token-of-p1"))
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="BAD")
        await put(office, deliveries, [receiver], name="GOOD")
        await ema.wait_until(lambda: len(ema.requests) == 2)

    (failed,) = await office.store.deliveries.find()
    assert (failed.state, failed.http_status, failed.reason) == (
        DeliveryState.REFUSED,
        200,
        "answered HTTP 200, OCPI 2001",
    )
    assert (failed.receiver, failed.key.object_id, failed.correlation_id) == (receiver, "bad", "c-1")
    assert "no such thing" in failed.answer
    assert "token-of-p1" not in failed.answer
    assert await office.behind(receiver) == []


async def test_a_refused_part_is_followed_by_the_whole_object(office: Office, ema: Partner) -> None:
    """A receiver that does not know the location gets it whole, once, and that is no failure."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="LOC1")
        await ema.wait_until(lambda: len(ema.requests) == 1)
        ema.answer("PATCH", "/locations", refused(2003, "unknown location"))
        await patch(office, deliveries, [receiver], "CHARGING")
        await ema.wait_until(lambda: len(ema.requests) == 3)

    assert sent(ema)[1:] == [("PATCH", "/locations" + EVSE), ("PUT", "/locations" + LOC1)]
    assert status(ema.requests[2]) == "CHARGING"
    assert await office.store.deliveries.find() == []


async def test_one_object_that_fails_does_not_stop_the_others(office: Office, ema: Partner) -> None:
    """A 500 for one object: it stays behind and is recorded, others go on; when it is taken the record goes."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    answers = [Reply(status=500), Reply(status=500)]
    ema.answer("PUT", "/locations/NL/CPA/BAD", lambda _: answers.pop() if answers else ok())
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver], name="BAD")
        await until(lambda: len(answers) == 1)
        await put(office, deliveries, [receiver], name="GOOD")
        await ema.wait_for(lambda one: one.path.endswith("GOOD"))
        await ema.wait_until(lambda: len(sent(ema)) == 4)

    assert sent(ema).count(("PUT", "/locations/NL/CPA/BAD")) == 3
    assert await office.behind(receiver) == []
    assert await office.store.deliveries.find() == []


async def test_a_failure_that_may_pass_is_shown_while_it_lasts(office: Office, ema: Partner) -> None:
    """HTTP 401 to the hub is no refusal of the object: it stays behind, and people can see why."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/", refused(2000, "who are you?", status=401))
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await ema.wait_until(lambda: len(ema.requests) == 1)

    (failed,) = await office.store.deliveries.find(state=DeliveryState.BEHIND)
    assert (failed.http_status, failed.platform_id) == (401, "p1")
    assert await office.behind(receiver) == ["loc1"]


async def test_a_restart_forgets_nothing(office: Office, ema: Partner, emb: Partner) -> None:
    """P1: what was saved and not confirmed when the process was killed goes out from the next one."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    ema.fail(Fault.SLOW, slow_s=60)
    async with killed(office.deliveries()) as first:
        for number in range(12):
            await put(office, first, receivers, name=f"L{number}")
        await office.save("PUT", "locations", "/NL/CPA/UNSENT", location(id="UNSENT"), receivers)
        await emb.wait_until(lambda: len(emb.requests) >= 12)
    ema.fail(Fault.NONE)
    ema.requests.clear()

    async with office.deliveries():
        names = {f"/locations/NL/CPA/L{number}" for number in range(12)} | {"/locations/NL/CPA/UNSENT"}
        await ema.wait_until(lambda: {path for _, path in sent(ema)} == names)
        await emb.wait_for(lambda one: one.path.endswith("UNSENT"))

    assert await office.behind(*receivers) == []


async def test_of_two_processes_one_delivers_to_a_platform(office: Office, ema: Partner) -> None:
    """What the other process accepts goes out from the one that holds the lease; when that ends the other takes over."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as first, office.deliveries() as second:
        assert (first.owns("p1"), second.owns("p1")) == (True, False)
        await put(office, second, [receiver], name="LOC1")
        await ema.wait_until(lambda: len(ema.requests) == 1)
        await patch(office, second, [receiver], "FROM2")
        await patch(office, first, [receiver], "FROM1")
        await ema.wait_until(
            lambda: bool(ema.requests) and ema.requests[-1].method == "PUT" and status(ema.requests[-1]) == "FROM1"
        )
        await first.__aexit__(None, None, None)
        await until(lambda: second.owns("p1"))
        await patch(office, second, [receiver], "AFTER")
        await ema.wait_until(lambda: ema.requests[-1].method == "PUT" and status(ema.requests[-1]) == "AFTER")

    assert await office.behind(receiver) == []


@pytest.mark.parametrize("state", [PlatformState.SUSPENDED, PlatformState.UNREGISTERED])
async def test_a_suspended_platform_keeps_its_marks(office: Office, ema: Partner, state: PlatformState) -> None:
    """H3.24, H5.08: nothing is sent to a platform that is not CONNECTED; when it is again, it gets what it lacks."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    office.change("p1", state=state)
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await until(lambda: "p1" in deliveries._lanes._resting)
        assert not ema.requests
        office.change("p1", state=PlatformState.REGISTERED)
        await ema.wait_until(lambda: len(ema.requests) == 1)

    assert await office.behind(receiver) == []


@pytest.mark.parametrize("away", [True, False])
async def test_a_platform_that_pulls_is_never_behind(office: Office, ema: Partner, away: bool) -> None:
    """D1: who opted out gets live pushes; a failed one is not sent again."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    office.change("p1", quirks=Quirks(catch_up=False), reachable=not away)
    ema.fail(Fault.SERVER_ERROR)
    await office.save("PUT", "locations", "/NL/CPA/OLD", location(id="OLD"), [receiver] if away else [])
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await until(lambda: office.nobody_is_behind(receiver))

    assert len(ema.requests) == (0 if away else 1)
    assert await office.store.deliveries.find() == []


async def test_who_may_no_longer_have_it_is_not_sent_it(office: Office, ema: Partner, emb: Partner) -> None:
    """A party that left, or that an agreement now shuts out, is taken off the list without a request."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    await office.save("PUT", "locations", LOC1, location(), receivers)
    gone = replace(office.platforms["p1"].parties[0], gone=True)
    office.change("p1", parties=(gone,))
    office.rules.append(rule(CPO, None, "locations"))
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


async def test_the_state_of_every_lane_can_be_seen(office: Office, ema: Partner, emb: Partner) -> None:
    """What is on its way, what waits, who is behind, and whether the platform answers."""
    receivers = [office.connect("p1", ema, "DE/EMA/EMSP"), office.connect("p2", emb, "DE/EMB/EMSP")]
    await emb.stop()
    ema.fail(Fault.SLOW, slow_s=60)
    async with office.deliveries() as deliveries:
        for number in range(10):
            await put(office, deliveries, receivers, name=f"L{number}")
        await ema.wait_until(lambda: len(ema.requests) == 8)
        await until(lambda: bool(office.missed))
        one, other = await deliveries.snapshot()
        ema.fail(Fault.NONE)

    assert (one.in_flight, one.waiting, one.behind, one.breaker, one.here) == (8, 2, 10, Breaker.CLOSED, True)
    assert (other.waiting, other.behind, other.breaker) == (0, 10, Breaker.OPEN)


async def test_a_stop_waits_for_answers(office: Office, ema: Partner) -> None:
    """What is on its way when the hub is told to stop is confirmed before it ends: nothing is sent twice."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.fail(Fault.SLOW, slow_s=0.2)
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await ema.wait_until(lambda: len(ema.requests) == 1)

    assert await office.behind(receiver) == []


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
