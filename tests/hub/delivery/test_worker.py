"""Deliveries over real HTTP and a real MongoDB: everyone gets every state, in order, whatever happens."""

import asyncio

import pytest

from hub.clock import monotonic_s
from hub.delivery import leases
from hub.delivery.lane import Breaker
from hub.delivery.leases import LEASE_S
from hub.platform import PlatformState, Quirks
from hub.simulate.faults import Fault
from hub.simulate.messages import Reply, ok, refused
from hub.simulate.partner import Partner
from hub.store.protocols import DeliveryState, FailedDelivery
from tests import words
from tests.hub.delivery.office import Office, killed, sent, until
from tests.hub.delivery.pushes import EVSE, LOC1, patch, put, status
from tests.words import HUB, evse, location, tariff


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


async def test_a_part_of_what_the_receiver_may_not_have_goes_as_the_whole(office: Office, ema: Partner) -> None:
    """A PUT of one EVSE is a part too: after a restart the receiver gets the whole location."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    await office.save("PUT", "locations", LOC1, location(), [])
    async with office.deliveries() as deliveries:
        await until(lambda: deliveries._lanes.busy() == [])
        accepted = await office.save("PUT", "locations", EVSE, evse(status="CHARGING"), [receiver])
        deliveries.accepted(accepted)
        received = await ema.wait_for(lambda one: one.method == "PUT")

    assert received.path == "/locations" + LOC1
    assert status(received) == "CHARGING"


async def test_a_process_whose_lease_has_ended_sends_nothing(
    office: Office, ema: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P2: a process that stood still does not send what another one may have sent by now, until it has the lease again."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await ema.wait_until(lambda: len(ema.requests) == 1)
        asleep = [True]
        monkeypatch.setattr(leases, "monotonic_s", lambda: monotonic_s() + (LEASE_S if asleep[0] else 0))
        assert not deliveries.owns("p1")
        accepted = await office.save("PATCH", "locations", EVSE, {"status": "X"}, [receiver])
        deliveries.accepted(accepted)
        in_flight = deliveries._lanes.busy()[0].in_flight
        asleep[0] = False
        await ema.wait_until(lambda: len(ema.requests) == 2)

    assert in_flight == 0
    assert await office.behind(receiver) == []


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
        await until(lambda: second.owns("p1"), timeout_s=1.5)  # sooner than its lease would have ended
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


async def test_refusals_come_no_faster_than_they_are_taken_down(
    office: Office, ema: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: a platform that refuses everything is sent no more than its places while the database is busy with why."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/", refused(2001, "no", status=400))
    record = office.store.deliveries.record
    go_on = asyncio.Event()

    async def slowly(failed: FailedDelivery) -> None:
        await go_on.wait()
        await record(failed)

    monkeypatch.setattr(office.store.deliveries, "record", slowly)
    most = office.settings.deliveries_per_platform_max
    async with office.deliveries() as deliveries:
        for number in range(3 * most):
            await put(office, deliveries, [receiver], name=f"LOC{number}")
        await ema.wait_until(lambda: len(ema.requests) >= most)
        await asyncio.sleep(0.2)  # four looks of the loop that moves lanes
        held = len(ema.requests)
        go_on.set()
        await ema.wait_until(lambda: len(ema.requests) == 3 * most)

    assert most <= held < 2 * most
