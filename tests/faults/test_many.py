"""Three hub processes on one replica set of three, without a word between them: what one knows and owes, all do."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from hub.clock import monotonic_s, new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests.faults.history import Heard
from tests.faults.hubs import HubProcess
from tests.faults.load import Load
from tests.faults.owner import location
from tests.faults.partner import FastPartner, Manner
from tests.faults.replica_set import replica_set
from tests.faults.stage import Stage, World, receiver_party, world
from tests.faults.wire import Wire

HUBS = 3
RECEIVERS = 3
LATE = receiver_party(99)
HEARD_WITHIN_S = 5.0


@pytest.fixture(scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Everyone registered at the first hub."""
    folder: Path = tmp_path_factory.mktemp("many")
    async with replica_set(folder) as members:
        stage = Stage(folder=folder, mongodb_url=members.url, seed=1, full=False)
        async with world(stage, receivers=RECEIVERS, hubs=HUBS) as opened:
            yield opened


def _only(hub: HubProcess) -> list[Wire]:
    return [hub.wire]


async def _versions(hub: HubProcess, partner: FastPartner) -> int:
    """What the hub says to the partner's token: OCPI's status of GET versions."""
    return (await hub.wire.ask("GET", "/ocpi/versions", partner.headers(partner.party))).ocpi_status


async def _directed(played: World, hub: HubProcess, to: FastPartner, number: int) -> int:
    """A Location of the operator for one partner, through one hub that may not have heard of it yet; OCPI's status."""
    path = f"/ocpi/2.2.1/receiver/locations/NL/CPO/DIRECT{number}"
    until_s = monotonic_s() + HEARD_WITHIN_S
    while True:
        headers = played.owner.partner.headers(to.party) | {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        said = (await hub.wire.ask("PUT", path, headers, location(f"DIRECT{number}", number))).ocpi_status
        if said == 1000 or monotonic_s() > until_s:
            return said
        await asyncio.sleep(0.02)


async def test_who_registers_at_one_hub_is_known_to_all(played: World) -> None:
    """Directories agree: a partner that joins at one process is called through every other, and may call it."""
    assert [await _versions(hub, played.owner.partner) for hub in played.hubs] == [1000] * HUBS
    async with FastPartner(LATE, "EMSP") as late:
        await played.hubs[0].join(late)
        reached = [await _directed(played, hub, late, number) for number, hub in enumerate(played.hubs)]
        known = [await _versions(hub, late) for hub in played.hubs]
        removed = await played.hubs[1].admin("DELETE", f"/partners/{late.name.replace('*', '-')}")

    assert reached == [1000] * HUBS
    assert known == [1000] * HUBS
    assert removed.http_status == 200
    assert late.taken >= HUBS


async def test_what_one_hub_accepts_is_delivered_once(played: World) -> None:
    """Each receiver gets each state once, although all three hubs live and any of them may hold its lease."""
    for hub in played.hubs:
        played.owner.wires = partial(_only, hub)
        for number in range(10):
            assert await played.owner.push(f"{hub.port}-{number}") is Heard.OK
    assert await played.all_have_all(30) >= 0
    assert await played.owed_in_store() == 0

    verdict = played.verdict()
    assert verdict.faults == 0, verdict
    assert verdict.repeated == 0


async def test_states_that_come_in_through_all_hubs_go_out_in_order(played: World) -> None:
    """One lane for each destination across processes: receivers that are slow never see an older state after a newer one."""
    turns = itertools.cycle(played.hubs)
    played.owner.wires = lambda: [next(turns).wire]
    for receiver in played.receivers:
        await receiver.behave(Manner.SLOW)
    for _ in range(15):
        heard = await asyncio.gather(*(played.owner.push(f"LANE{number}") for number in range(4)))
        assert heard == [Heard.OK] * 4
    for receiver in played.receivers:
        await receiver.behave(Manner.GOOD)
    assert await played.all_have_all(30) >= 0
    assert await played.owed_in_store() == 0

    verdict = played.verdict()
    assert verdict.faults == 0, verdict


async def test_others_take_over_what_a_killed_hub_held(played: World) -> None:
    """kill -9 of each hub but the last, one after the other under load: who is left delivers everything, also what they owed."""
    played.owner.wires = partial(_only, played.hubs[-1])
    load = Load(played.owner, 40.0, 1)
    for hub in played.hubs[:-1]:
        await asyncio.sleep(0.5)
        await hub.kill()
    await asyncio.sleep(0.5)
    await load.stop()
    assert await played.all_have_all(30) >= 0
    assert await played.owed_in_store() == 0

    verdict = played.verdict()
    assert verdict.faults == 0, verdict
    for hub in played.hubs[:-1]:
        hub.start()
        await hub.ready()
