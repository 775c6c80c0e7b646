"""Which lanes anybody has to look at."""

from hub.delivery.lane import Breaker
from hub.delivery.worker import Deliveries
from hub.simulate.faults import Fault
from hub.simulate.partner import Partner
from tests.hub.delivery.office import Office, until
from tests.hub.delivery.pushes import put


def busy(deliveries: Deliveries) -> list[str]:
    """The platforms whose lanes are looked at 20 times a second."""
    return [lane.platform_id for lane in deliveries._lanes.busy()]


async def test_lanes_that_are_idle_cost_nothing(office: Office, ema: Partner, emb: Partner) -> None:
    """A thousand content partners are not looked at; one that is owed something is, until it has it."""
    first = office.connect("p1", ema, "DE/EMA/EMSP")
    office.connect("p2", emb, "DE/EMB/EMSP")
    async with office.deliveries() as deliveries:
        await until(lambda: busy(deliveries) == [])
        ema.fail(Fault.SLOW, slow_s=60)
        await put(office, deliveries, [first])
        await ema.wait_until(lambda: len(ema.requests) == 1)
        owed = busy(deliveries)
        ema.fail(Fault.NONE)
        await until(lambda: office.nobody_is_behind(first))
        await until(lambda: busy(deliveries) == [])

    assert owed == ["p1"]
    assert await office.behind(first) == []


async def test_a_lane_is_looked_at_while_its_platform_does_not_answer(office: Office, ema: Partner) -> None:
    """An open breaker waits for its time, also where nobody pushes any more and nobody calls."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    async with office.deliveries() as deliveries:
        await until(lambda: busy(deliveries) == [])
        await ema.stop()
        await put(office, deliveries, [receiver])
        await until(lambda: [lane.breaker for lane in deliveries._lanes.busy()] == [Breaker.OPEN])
        await ema.start()
        await until(lambda: office.nobody_is_behind(receiver))
        await until(lambda: busy(deliveries) == [])

    assert await office.behind(receiver) == []


async def test_a_lane_that_is_no_longer_here_is_not_looked_at(office: Office, ema: Partner) -> None:
    """A platform that was removed has no lane, whatever it was owed."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    await ema.stop()
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        await until(lambda: busy(deliveries) == ["p1"])
        del office.platforms["p1"]
        await deliveries._lanes.hold()

        assert busy(deliveries) == []
