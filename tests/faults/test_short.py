"""The short set that every `make test` runs: real processes are killed and frozen, and the checker finds nothing wrong."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults.history import Heard
from tests.faults.load import Load
from tests.faults.partner import ZOO, Manner
from tests.faults.proxy import Cut, Harm, Proxy
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Wire

RATE_PER_S = 40.0


@pytest.fixture
def stage(tmp_path: Path, mongodb_url: str) -> Stage:
    """On the database of all tests."""
    return Stage(folder=tmp_path, mongodb_url=mongodb_url, seed=1, full=False)


async def _holds(played: World) -> None:
    """Everything acknowledged arrives, and the checker finds no fault."""
    assert await played.all_have_all(60) >= 0
    assert await played.owed_in_store() == 0
    assert played.history.heard(Heard.OK) > 10
    assert played.verdict().faults == 0, played.verdict()


async def test_kills_and_a_stop_lose_nothing(stage: Stage) -> None:
    """REL-01, REL-23: kill -9 twice and SIGTERM once under load, with receivers so slow that something is always owed."""
    async with world(stage, receivers=2) as played:
        for receiver in played.receivers:
            await receiver.behave(Manner.SLOW)
        load = Load(played.owner, RATE_PER_S, stage.seed)
        for end in (played.hub.kill, played.hub.stop, played.hub.kill):
            await asyncio.sleep(0.7)
            await end()
            played.hub.start()
            await played.hub.ready()
        await asyncio.sleep(0.5)
        await load.stop()

        await _holds(played)


async def test_a_process_that_stood_still_past_its_lease_sends_nothing_old(stage: Stage) -> None:
    """REL-05: one of two processes is frozen for twice its lease; the other one delivers, and nothing goes back in time."""
    async with world(stage, receivers=2, hubs=2) as played:
        played.owner.wires = lambda: [played.hubs[1].wire]
        load = Load(played.owner, RATE_PER_S, stage.seed)
        await asyncio.sleep(0.7)
        played.hubs[0].send(signal.SIGSTOP)
        await asyncio.sleep(4)
        played.hubs[0].send(signal.SIGCONT)
        await asyncio.sleep(1)
        await load.stop()

        await _holds(played)


async def test_the_whole_zoo_beside_one_that_is_well(stage: Stage) -> None:
    """REL-09: with a partner of every bad kind, the good one gets everything; healed, the bad ones do too."""
    async with world(stage, receivers=len(ZOO) + 1, HUB_FORWARD_TIMEOUT_OTHER_S="2") as played:
        good, bad = played.receivers[0], played.receivers[1:]
        for partner, manner in zip(bad, ZOO, strict=True):
            await partner.behave(manner)
        for number in range(20):
            assert await played.owner.push(f"ZOO{number}") is Heard.OK
        everyone = played.receivers
        played.receivers = [good]
        assert await played.all_have_all(10) >= 0
        played.receivers = everyone
        for partner in bad:
            await partner.behave(Manner.GOOD)

        await _holds(played)


async def test_a_sender_that_repeats_what_broke_is_heard_once(stage: Stage) -> None:
    """REL-06, REL-07: connections are cut before and after the request; the same words again change nothing twice."""
    async with world(stage, receivers=1) as played, Proxy("127.0.0.1", played.hub.port) as proxy:
        through = Wire(proxy.port)
        played.owner.wires = lambda: [through, played.hub.wire]
        for cut in (Cut.BEFORE_REQUEST, Cut.AFTER_REQUEST, Cut.AT_ONCE):
            proxy.harm = Harm(cut=cut)
            for number in range(5):
                assert await played.owner.push(f"{cut.name}{number}", again=True) is Heard.OK
        through.close()

        await _holds(played)
        assert played.verdict().repeated == 0
