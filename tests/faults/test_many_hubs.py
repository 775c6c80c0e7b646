"""Several hub processes on one replica set of three: each takes and delivers, and when one dies the others go on."""

import asyncio
from itertools import count
from pathlib import Path

from tests.faults.history import Heard
from tests.faults.load import Load
from tests.faults.replica_set import replica_set
from tests.faults.stage import Stage, world


async def test_three_hubs_on_three_mongods_are_one(tmp_path: Path, mongodb_url: str) -> None:
    """Partners that joined at one are known to all; what any accepts arrives once, in order; one is killed, and the primary."""
    stage = Stage(folder=tmp_path, mongodb_url=mongodb_url, seed=3, full=False)
    async with (
        replica_set(tmp_path / "set") as database,
        world(stage, receivers=3, hubs=3, mongodb_url=database.url) as played,
    ):
        turn, up = count(), list(played.hubs)
        played.owner.wires = lambda: [up[(next(turn) + place) % len(up)].wire for place in range(len(up))]
        load = Load(played.owner, 40.0, stage.seed, again=True)
        await asyncio.sleep(2)
        await up.pop(0).kill()
        await asyncio.sleep(2)
        member = await database.primary()
        await member.kill()
        await asyncio.sleep(5)
        member.start()
        await load.stop()

        assert await played.all_have_all(60) >= 0
        assert await played.owed_in_store() == 0
        assert played.history.heard(Heard.OK) > 40
        assert played.verdict().faults == 0, played.verdict()
