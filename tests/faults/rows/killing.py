"""REL-01, REL-22, REL-23: hubs that are killed, replaced and stopped while pushes come in."""

import asyncio
import random

from hub.clock import monotonic_s
from tests.faults.load import HOT, Load
from tests.faults.owner import until
from tests.faults.partner import Manner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, world

RECEIVERS = 3
RATE_PER_S = 150.0
AGAIN_MOST = 8 + 24
"""The places of a receiver, and what comes while a success is on its way to the database: 0.15 s at RATE_PER_S."""


async def rel_01(stage: Stage) -> Row:
    """kill -9 of the hub at random moments, with receivers so slow that something is always owed."""
    kills = stage.size(8, 50)
    chance = random.Random(stage.seed)
    first_ack_s: list[float] = []
    async with world(stage, receivers=RECEIVERS) as played:
        for receiver in played.receivers:
            receiver.slow_s = 0.03
            await receiver.behave(Manner.SLOW)
        load = Load(played.owner, RATE_PER_S, stage.seed)
        for _ in range(kills):
            await asyncio.sleep(0.3 + chance.random())
            await played.hub.kill()
            killed_s = monotonic_s()
            acknowledged_s = played.owner.acknowledged_s
            played.hub.start()
            await until(lambda: played.owner.acknowledged_s != acknowledged_s, 30)  # noqa: B023 - awaited here
            first_ack_s.append(played.owner.acknowledged_s - killed_s)
        await load.stop()
        for receiver in played.receivers:
            await receiver.behave(Manner.GOOD)
        drained_s = await played.all_have_all(90)
        await asyncio.sleep(2)
        return Row(
            "REL-01",
            f"SIGKILL of the hub {kills} times under {RATE_PER_S:.0f} pushes/s (half of them new objects, half states of "
            f"{HOT} that change all the time) to {RECEIVERS} receivers that take 30 ms each; it is started again at once.",
            [
                Figure("kills", kills, least=kills),
                *played.promises(),
                Figure(
                    "deliveries that came again, for each kill and receiver",
                    played.verdict().repeated / kills / RECEIVERS,
                    most=AGAIN_MOST,
                ),
                Figure("p95 from kill to the first acknowledgement", _percentile(first_ack_s, 95), "s", most=2.0),
                Figure("all delivered after the last push", drained_s, "s", least=0),
                Figure("objects still owed in the database", await played.owed_in_store(), most=0),
            ],
            note="The target's list allows one repetition for each kill and receiver, for one delivery on its way at a time; "
            "here eight are, and successes are told to the database in batches. All have the same id and bytes. The "
            "time to the first "
            f"acknowledgement is that of a new Python process; p50 was {_percentile(first_ack_s, 50):.2f} s.",
        )


async def rel_22(stage: Stage) -> Row:
    """Two hub processes on one database, replaced one after the other under load."""
    rounds = stage.size(3, 10)
    async with world(stage, receivers=RECEIVERS, hubs=2) as played:
        up = list(played.hubs)
        played.owner.wires = lambda: [hub.wire for hub in up]
        load = Load(played.owner, 60.0, stage.seed, again=True)
        stops_s = []
        for number in range(rounds):
            await asyncio.sleep(1.0)
            leaving = played.hubs[number % 2]
            up.remove(leaving)
            stops_s.append(await leaving.stop())
            leaving.start()
            await leaving.ready()
            up.append(leaving)
        await load.stop()
        drained_s = await played.all_have_all(60)
        return Row(
            "REL-22",
            f"Two hub processes on one database behind a sender that turns to the other one when a connection breaks, "
            f"SIGTERM and start of each in turn, {rounds} times, under 60 pushes/s to {RECEIVERS} receivers.",
            [
                *played.promises(),
                Figure("requests that failed, one retry allowed", played.owner.timing.failed, most=0),
                Figure("longest stop", max(stops_s), "s", most=10.0),
                Figure("all delivered after the last push", drained_s, "s", least=0),
            ],
        )


async def rel_23(stage: Stage) -> Row:
    """SIGTERM under load: what is on its way is answered, and nothing goes out twice."""
    stops = stage.size(2, 10)
    stopped_s: list[float] = []
    async with world(stage, receivers=RECEIVERS) as played:
        for receiver in played.receivers:
            receiver.slow_s = 0.05
            await receiver.behave(Manner.SLOW)
        load = Load(played.owner, 100.0, stage.seed)
        for _ in range(stops):
            await asyncio.sleep(1)
            stopped_s.append(await played.hub.stop())
            played.hub.start()
            await played.hub.ready()
        await load.stop()
        drained_s = await played.all_have_all(60)
        repeated = played.verdict().repeated
        return Row(
            "REL-23",
            f"SIGTERM {stops} times under 100 pushes/s to {RECEIVERS} receivers that take 50 ms each.",
            [
                *played.promises(),
                Figure("longest stop", max(stopped_s), "s", most=10.0),
                Figure("deliveries in flight that came twice", repeated, most=0),
                Figure("all delivered after the last push", drained_s, "s", least=0),
            ],
        )


def _percentile(values: list[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
