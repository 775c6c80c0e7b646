"""REL-19: a hub whose clock is an hour wrong, and jumps."""

import asyncio
from pathlib import Path

import orjson

from hub.clock import now_utc
from hub.wire.types import parse_datetime
from tests.faults.keys import authorization
from tests.faults.load import Load
from tests.faults.partner import Manner
from tests.faults.report import CannotRun, Figure, Row
from tests.faults.stage import Stage, World, world

RECEIVERS = 2
RATE_PER_S = 40.0
_AHEAD_S = (3600, -3600, 0)
_LIBRARY = "libfaketime.so.1"
_FOLDERS = ("/usr/lib", "/usr/local/lib", "/lib")


async def rel_19(stage: Stage) -> Row:
    """kill -9, and a start with another clock, under load, while one receiver is away."""
    rounds, seconds = stage.size(1, 5), 2.0
    library = await asyncio.to_thread(_library)
    drained_s: list[float] = []
    wrong_s: list[float] = []
    async with world(stage, receivers=RECEIVERS) as played:
        away = played.receivers[0]
        for ahead_s in _AHEAD_S * rounds:
            load = Load(played.owner, RATE_PER_S, stage.seed + ahead_s)
            await asyncio.sleep(0.5)
            await played.hub.kill()
            played.hub.change(LD_PRELOAD=library, FAKETIME=f"{ahead_s:+d}s", DONT_FAKE_MONOTONIC="1")
            played.hub.start()
            await played.hub.ready()
            wrong_s.append(await _ahead_s(played))
            await away.behave(Manner.REFUSES)
            await asyncio.sleep(seconds)
            await away.behave(Manner.GOOD)
            await load.stop()
            drained_s.append(await played.all_have_all(30))
        verdict = played.verdict()
        figures = [
            *played.promises(),
            Figure("the hub's clock was ahead by at most", max(wrong_s), "s", least=3_500),
            Figure("the hub's clock was ahead by at least", min(wrong_s), "s", most=-3_500),
            Figure("longest until all is delivered, after a change of the clock", max(drained_s), "s", most=30),
            Figure("never delivered", sum(one < 0 for one in drained_s), most=0),
            Figure("deliveries that came again, for each kill", verdict.repeated / len(drained_s), most=64),
            Figure("objects still owed in the database", await played.owed_in_store(), most=0),
        ]
    return Row(
        "REL-19",
        f"SIGKILL of the hub and a start with its clock an hour ahead, an hour behind, and right ({_LIBRARY}), {rounds} times, "
        f"under {RATE_PER_S:.0f} pushes/s to {RECEIVERS} receivers, one of which refuses connections for {seconds:.0f} s each "
        "time. The owner's last_updated is a day of January 2026 throughout.",
        figures,
        note="Under this library the hub's log breaks off: a thread's sleep fails in it.",
    )


def _library() -> str:
    """Raises CannotRun where it is not installed."""
    for folder in _FOLDERS:
        for found in Path(folder).glob(f"**/{_LIBRARY}"):
            return str(found)
    raise CannotRun(f"needs {_LIBRARY} (Debian: libfaketime)")


async def _ahead_s(played: World) -> float:
    """How far the hub's clock is ahead of this one, by an answer of the hub."""
    said = await played.hub.wire.ask("GET", "/ocpi/versions", authorization(played.owner.partner.token))
    return (parse_datetime(orjson.loads(said.body)["timestamp"]) - now_utc()).total_seconds()
