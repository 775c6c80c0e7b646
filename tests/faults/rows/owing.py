"""REL-11, REL-13, REL-14, REL-16: what is owed to receivers: caught up, bounded, refused for good, spread to many."""

import asyncio

import orjson

from hub.clock import monotonic_s
from tests.faults.history import Arrival, Heard
from tests.faults.owner import until
from tests.faults.partner import Manner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world

CATCH_UP_PER_S = 50


async def rel_11(stage: Stage) -> Row:
    """A partner that was away gets the newest state of each object, once, at the configured rate."""
    objects, updates = stage.size(150, 500), stage.size(1_000, 10_000)
    async with world(stage, receivers=2, HUB_CATCH_UP_PER_S=str(CATCH_UP_PER_S)) as played:
        away = played.receivers[0]
        await away.behave(Manner.REFUSES)
        waiting = iter(range(updates))

        async def push_some() -> None:
            for number in waiting:
                await played.owner.push(f"LOC{number % objects}")

        await asyncio.gather(*(push_some() for _ in range(8)))
        times_s: list[float] = []
        began_s = monotonic_s()
        await away.behave(Manner.GOOD)

        def all_there() -> bool:
            missing = away.taken - len(times_s)
            times_s.extend([monotonic_s() - began_s] * missing)
            return len({one.object_id for one in _got(played, away.name)}) == objects

        drained = await until(lambda: bool(all_there()), 90)
        drained_s = monotonic_s() - began_s
        await asyncio.sleep(2)
        puts = len(_got(played, away.name))
        most_in_a_second = max(sum(at <= one < at + 1 for one in times_s) for at in times_s) if times_s else 0
        return Row(
            "REL-11",
            f"A receiver refuses connections while {updates:,} updates of {objects} objects are pushed, then listens again; "
            f"HUB_CATCH_UP_PER_S={CATCH_UP_PER_S}.",
            [
                *played.promises(),
                Figure("state PUTs for each object that it missed", puts / objects, most=1, least=1),
                Figure("most of them in one second", most_in_a_second, most=CATCH_UP_PER_S * 1.2 + 5),
                Figure("caught up after", drained_s if drained else -1, "s", least=0, most=60),
            ],
            note="This hub keeps no CDRs: one is carried to its receiver, whose answer the sender gets.",
        )


async def rel_13(stage: Stage) -> Row:
    """More pushes at once than there are places, to a hub whose receiver takes nothing."""
    workers, seconds = 600, stage.size(4, 30)
    async with world(stage, receivers=2, HUB_CATCH_UP_PER_S="300") as played:
        await played.receivers[0].behave(Manner.BLACK_HOLE)
        for number in range(50):
            await played.owner.push(f"WARM{number}")
        memory_mib = played.hub.memory_mib()
        until_s = monotonic_s() + seconds

        async def flood(worker: int) -> None:
            while monotonic_s() < until_s:
                await played.owner.push(f"FLOOD{worker}")

        await asyncio.gather(*(flood(worker) for worker in range(workers)))
        grown_mib = played.hub.memory_mib() - memory_mib
        refused = sum(
            count for said, count in played.owner.refusals.items() if said.startswith(("HTTP 503", "HTTP 429"))
        )
        other = sum(played.owner.refusals.values()) - refused
        await played.receivers[0].behave(Manner.GOOD)
        drained_s = await played.all_have_all(90)
        return Row(
            "REL-13",
            f"{workers} connections push without a pause for {seconds} s, each an object of its own, while one of two "
            "receivers is "
            "a black hole; then it heals; HUB_CATCH_UP_PER_S=300.",
            [
                *played.promises(),
                Figure("refused before acceptance (503 or 429, Retry-After)", refused, least=1),
                Figure("refused in any other way", other, most=0),
                Figure("growth of the hub's memory", grown_mib, "MiB", most=64),
                Figure("longest wait for any answer", max(played.owner.timing.latencies_ms) / 1000, "s", most=5.5),
                Figure("all delivered after the flood", drained_s, "s", least=0),
            ],
        )


async def rel_14(stage: Stage) -> Row:
    """One object of many that its receiver will not take."""
    objects = stage.size(200, 1_000)
    async with world(stage, receivers=1) as played:
        receiver = played.receivers[0]
        await receiver.behave(Manner.POISONED)
        for number in range(objects):
            await played.owner.push("POISON" if number == objects // 2 else f"GOOD{number}")
        pushed_s = monotonic_s()
        listed = await _dead_letters(played, 1)
        dead_s = monotonic_s() - pushed_s
        good = await until(lambda: len(_got(played, receiver.name)) == objects - 1, 10)
        tried = receiver.taken
        await receiver.behave(Manner.GOOD)
        replayed = await played.hub.admin("POST", f"/deliveries/{listed[0]['delivery_id']}/replay", {"force": False})
        drained_s = await played.all_have_all(10)
        left = await _dead_letters(played, 0)
        return Row(
            "REL-14",
            f"{objects} objects, one of which its receiver answers with 2001; then that is mended, and it is replayed.",
            [
                *played.promises(),
                Figure(
                    "delivered beside it", objects - 1 if good else len(_got(played, receiver.name)), least=objects - 1
                ),
                Figure("dead letters", len(listed), most=1, least=1),
                Figure("known as such after", dead_s, "s", most=5.0),
                Figure("times that it was tried", tried - (objects - 1), most=1),
                Figure("replayed and taken", float(orjson.loads(replayed.body)["ok"]), least=1),
                Figure("dead letters left", len(left), most=0),
                Figure("all delivered", drained_s, "s", least=0),
            ],
        )


async def rel_16(stage: Stage) -> Row:
    """One push to many receivers, with the hub killed in the middle of it."""
    receivers, kills = stage.size(100, 500), stage.size(2, 20)
    spreads_s: list[float] = []
    async with world(stage, receivers=receivers) as played:
        names = [one.name for one in played.receivers]
        for number in range(5):
            began_s = monotonic_s()
            await played.owner.push(f"SPREAD{number}")
            await until(lambda: all((name, f"SPREAD{number}") in played.latest for name in names), 60)  # noqa: B023
            spreads_s.append(monotonic_s() - began_s)
        for number in range(kills):
            heard = await played.owner.push(f"CUT{number}")
            if heard is not Heard.OK:
                raise RuntimeError("the push in the middle was not acknowledged")
            await until(lambda: sum((name, f"CUT{number}") in played.latest for name in names) > receivers // 4, 10)  # noqa: B023
            await played.hub.kill()
            played.hub.start()
            await played.hub.ready()
        drained_s = await played.all_have_all(90)
        return Row(
            "REL-16",
            f"Pushes to {receivers} receivers: 5 timed, then {kills} with SIGKILL of the hub once a quarter has the object.",
            [
                *played.promises(),
                Figure(f"a push at all {receivers} receivers, p50", sorted(spreads_s)[2], "s", most=3.0),
                Figure("all delivered after the last start", drained_s, "s", least=0),
            ],
        )


async def _dead_letters(played: World, count: int) -> list[dict[str, str]]:
    """What was refused for good, as soon as it is so many, or after ten seconds."""
    until_s = monotonic_s() + 10
    while True:
        listed: list[dict[str, str]] = orjson.loads((await played.hub.admin("GET", "/deliveries?state=refused")).body)
        if len(listed) == count or monotonic_s() > until_s:
            return listed


def _got(played: World, name: str) -> list[Arrival]:
    return [one for one in played.history.arrivals if one.receiver == name]
