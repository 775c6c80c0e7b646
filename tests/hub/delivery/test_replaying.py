"""A failed delivery once more, by hand: the current object, in its place, and only where it may go."""

import pytest

from hub.delivery.replaying import ReplayRefused
from hub.simulate.messages import ok, refused
from hub.simulate.partner import Partner
from tests import words
from tests.hub.delivery.office import Office
from tests.hub.delivery.pushes import put
from tests.words import location


async def test_a_replay_sends_the_current_object_once(office: Office, ema: Partner) -> None:
    """After the receiver was mended, a replay delivers and the record goes; refused again, it stays."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/", refused(2001, "no"))
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        (failed,) = await office.failures()
        again = await deliveries.replay(failed.delivery_id)
        ema.answer("PUT", "/", ok())
        mended = await deliveries.replay(failed.delivery_id)

    assert (again.ok, again.said) == (False, "answered HTTP 200, OCPI 2001")
    assert (mended.ok, mended.http_status, mended.ocpi_status) == (True, 200, 1000)
    assert ema.requests[-1].body == words.body(location())
    assert await office.store.deliveries.find() == []


async def test_a_replay_to_an_offline_platform_needs_force(office: Office, ema: Partner) -> None:
    """H5.08: without --force nothing is sent to a platform that is not CONNECTED; what does not exist says so."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/", refused(2001, "no"))
    async with office.deliveries() as deliveries:
        await put(office, deliveries, [receiver])
        (failed,) = await office.failures()
        office.change("p1", reachable=False)
        with pytest.raises(ReplayRefused, match="OFFLINE"):
            await deliveries.replay(failed.delivery_id)
        forced = await deliveries.replay(failed.delivery_id, force=True)
        with pytest.raises(ReplayRefused, match="no such failed delivery"):
            await deliveries.replay("d-000000000000")

    assert not forced.ok
    assert len(ema.requests) == 2


async def test_a_replay_in_another_process_is_left_to_the_holder(office: Office, ema: Partner) -> None:
    """Only the process that delivers to a platform knows the order: it sends within a second."""
    receiver = office.connect("p1", ema, "DE/EMA/EMSP")
    ema.answer("PUT", "/", refused(2001, "no"))
    async with office.deliveries() as holder, office.deliveries() as other:
        await put(office, holder, [receiver])
        (failed,) = await office.failures()
        ema.answer("PUT", "/", ok())
        replayed = await other.replay(failed.delivery_id)
        await ema.wait_until(lambda: len(ema.requests) == 2)

    assert replayed.ok
    assert "within a second" in replayed.said
    assert await office.store.deliveries.find() == []
