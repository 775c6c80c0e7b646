"""REL-02 to REL-07: the database dies, steps down, freezes, and leaves writes without an answer."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from hub.clock import monotonic_s, new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests.faults.history import Heard, Push
from tests.faults.hubs import HUB
from tests.faults.load import Load
from tests.faults.owner import location
from tests.faults.partner import Manner
from tests.faults.proxy import NO_HARM, Cut, Harm, Proxy
from tests.faults.replica_set import ELECTION_MS, ReplicaSet, replica_set
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Wire

RECEIVERS = 3
RATE_PER_S = 60.0


async def rel_02(stage: Stage) -> Row:
    """kill -9 of the primary of three."""
    kills = stage.size(3, 20)

    async def harm(played: World, database: ReplicaSet) -> None:
        member = await database.primary()
        await member.kill()
        await _acknowledged_again(played)
        member.start()
        await database.whole()

    return await _harmed(
        stage,
        "REL-02",
        f"SIGKILL of the primary of three mongods (electionTimeoutMillis {ELECTION_MS}) {kills} times, restarted when another "
        "one is primary",
        harm,
        kills,
        most_gap_s=5.0,
    )


async def rel_03(stage: Stage) -> Row:
    """The primary steps down, as in an upgrade of the database."""
    times = stage.size(2, 20)

    async def harm(played: World, database: ReplicaSet) -> None:
        await database.step_down(force=False)
        await _acknowledged_again(played)
        await database.whole()

    return await _harmed(
        stage,
        "REL-03",
        f"replSetStepDown of the primary {times} times",
        harm,
        times,
        most_gap_s=2.0,
        forced=stage.size(1, 5),
    )


async def rel_04(stage: Stage) -> Row:
    """Everything at once: the hub and all three mongods."""
    times = stage.size(2, 10)

    async def harm(played: World, database: ReplicaSet) -> None:
        await asyncio.gather(played.hub.kill(), *(member.kill() for member in database.members))
        for member in database.members:
            member.start()
        await database.primary()
        played.hub.start()
        await _acknowledged_again(played)
        await database.whole()

    return await _harmed(
        stage,
        "REL-04",
        f"SIGKILL of the hub and of all three mongods together {times} times; the mongods are started at once, the hub when "
        "there is a primary: what a supervisor that restarts it does. The gap is from the kill to the next acknowledgement",
        harm,
        times,
        most_gap_s=15.0,
        most_answer_s=None,
    )


async def rel_05(stage: Stage) -> Row:
    """Frozen, not dead: the primary, a receiver, and the process that delivers, past the end of its lease."""
    frozen_s = stage.size(6, 30)
    async with (
        replica_set(stage.folder / "REL-05") as database,
        world(stage, receivers=RECEIVERS, hubs=2, mongodb_url=database.url) as played,
    ):
        played.owner.wires = lambda: [played.hubs[1].wire]
        load = Load(played.owner, RATE_PER_S, stage.seed)
        member = await database.primary()
        member.send(signal.SIGSTOP)
        await _acknowledged_again(played)
        await asyncio.sleep(frozen_s)
        member.send(signal.SIGCONT)
        await database.whole()
        await played.receivers[0].behave(Manner.BLACK_HOLE)
        await asyncio.sleep(frozen_s / 2)
        await played.receivers[0].behave(Manner.GOOD)
        for _ in range(stage.size(2, 10)):
            played.hubs[0].send(signal.SIGSTOP)
            await asyncio.sleep(4)  # twice its lease: the other process has taken over
            played.hubs[0].send(signal.SIGCONT)
            await asyncio.sleep(1)
        await load.stop()
        drained_s = await played.all_have_all(60)
        return Row(
            "REL-05",
            f"SIGSTOP of the primary for {frozen_s} s, a receiver that stands still for {frozen_s / 2:.0f} s, "
            f"{stage.size(2, 10)} times SIGSTOP of one of two hub processes for 4 s, twice its lease, under "
            f"{RATE_PER_S:.0f} pushes/s.",
            [
                *played.promises(),
                Figure("longest gap of acknowledgements", max(played.owner.gaps_s, default=0), "s"),
                Figure("all delivered after the last push", drained_s, "s", least=0),
                Figure("objects still owed in the database", await played.owed_in_store(), most=0),
            ],
            note="A stale completion would show as lost: settled, and never arrived. How long nothing is kept is MongoDB's: "
            f"until the others replicate from the new primary, no write is on a majority. {played.refusals()}",
        )


async def rel_06(stage: Stage) -> Row:
    """Writes whose outcome nobody tells: fail points of mongod, and connections cut on either side of a request."""
    rounds = stage.size(2, 10)
    writes = ["insert", "findAndModify", "update", "delete", "bulkWrite"]
    points: list[tuple[dict[str, int], dict[str, Any]]] = [
        ({"times": 1}, {"failCommands": writes, "closeConnection": True}),
        ({"times": 2}, {"failCommands": writes, "closeConnection": True}),
        ({"times": 1}, {"failCommands": writes, "writeConcernError": {"code": 64, "errmsg": "waiting timed out"}}),
        ({"times": 3}, {"failCommands": writes, "errorCode": 91, "errorLabels": ["RetryableWriteError"]}),
        ({"times": 2}, {"failCommands": ["find"], "closeConnection": True}),
    ]
    async with (
        replica_set(stage.folder / "REL-06") as database,
        world(stage, receivers=RECEIVERS, mongodb_url=database.url) as played,
    ):
        async with Proxy("127.0.0.1", played.hub.port) as proxy:
            through = Wire(proxy.port)
            played.owner.wires = lambda: [through, played.hub.wire]
            load = Load(played.owner, RATE_PER_S, stage.seed, again=True)
            for _ in range(rounds):
                for mode, data in points:
                    await database.fail_command(mode, **data)
                    await asyncio.sleep(0.5)
                for cut in (Cut.BEFORE_REQUEST, Cut.AFTER_REQUEST, Cut.AT_ONCE):
                    proxy.harm = replace(NO_HARM, cut=cut)
                    await asyncio.sleep(0.5)
                    proxy.harm = NO_HARM
            await load.stop()
            through.close()
        drained_s = await played.all_have_all(60)
        return Row(
            "REL-06",
            f"{rounds} rounds of {len(points)} fail points (connection closed once and twice, write concern error, retryable "
            f"errors, reads cut) and 3 cuts between sender and hub, under {RATE_PER_S:.0f} pushes/s; a sender whose connection "
            "breaks sends the same once more.",
            [
                *played.promises(),
                Figure("of them answered with 503 or not at all", played.history.heard(Heard.INFO)),
                Figure("all delivered after the last push", drained_s, "s", least=0),
                Figure("objects still owed in the database", await played.owed_in_store(), most=0),
            ],
            note=played.refusals(),
        )


async def rel_07(stage: Stage) -> Row:
    """The hub's 1000 is lost on its way, and the sender sends again."""
    pushes = stage.size(50, 500)
    async with (
        world(stage, receivers=RECEIVERS) as played,
        Proxy("127.0.0.1", played.hub.port, Harm(cut=Cut.AFTER_REQUEST)) as proxy,
    ):
        lossy = Wire(proxy.port)
        for number in range(1, 2 * pushes + 1):
            same_ids = number % 2 == 0
            object_id, body = f"ACK{number}", location(f"ACK{number}", number)
            path, ids = f"/ocpi/2.2.1/receiver/locations/NL/CPO/{object_id}", _ids()
            try:
                await lossy.ask("PUT", path, played.owner.partner.headers(HUB) | ids, body)
            except OSError:
                said = await played.hub.wire.ask(
                    "PUT", path, played.owner.partner.headers(HUB) | (ids if same_ids else _ids()), body
                )
            else:
                raise RuntimeError("the proxy let an answer through")
            heard = Heard.OK if said.ocpi_status == 1000 else Heard.FAIL
            played.history.pushes.append(Push(object_id, number, heard))
        drained_s = await played.all_have_all(30)
        await asyncio.sleep(1)
        arrivals = played.history.arrivals
        same = [one for one in arrivals if int(one.object_id[3:]) % 2 == 0]
        ids_of = {(one.receiver, one.object_id): set[str]() for one in arrivals}
        for one in arrivals:
            ids_of[one.receiver, one.object_id].add(one.delivery_id)
        return Row(
            "REL-07",
            f"{2 * pushes} pushes whose answer a proxy drops, each sent again at once: half with the ids that it had, "
            "half with new ones.",
            [
                *played.promises(),
                Figure(
                    "sent again with its ids: deliveries of a push to a receiver",
                    len(same) / pushes / RECEIVERS,
                    most=1,
                ),
                Figure("sent again with new ids: delivery ids of a push", max(map(len, ids_of.values())), most=1),
                Figure("all delivered", drained_s, "s", least=0),
            ],
            note="Tried within seconds. The delivery id is made of the state itself, so it is the same after 7 days too; the "
            "same ids are taken as a repetition for ten minutes.",
        )


async def _harmed(
    stage: Stage,
    name: str,
    how: str,
    harm: Callable[[World, ReplicaSet], Awaitable[None]],
    times: int,
    *,
    most_gap_s: float,
    forced: int = 0,
    most_answer_s: float | None = 5.5,
) -> Row:
    """Do the harm again and again under load on a replica set of three; nothing acknowledged may be lost."""
    forced_gaps_s: list[float] = []
    async with (
        replica_set(stage.folder / name) as database,
        world(stage, receivers=RECEIVERS, mongodb_url=database.url) as played,
    ):
        load = Load(played.owner, RATE_PER_S, stage.seed)
        await asyncio.sleep(1)
        for _ in range(times):
            await harm(played, database)
            await asyncio.sleep(1)
        gaps_s = sorted(played.owner.gaps_s)
        for _ in range(forced):
            played.owner.gaps_s.clear()
            await database.step_down(force=True)
            await asyncio.sleep(1)
            await _acknowledged_again(played)
            await database.whole()
            forced_gaps_s.append(max(played.owner.gaps_s, default=0.0))
        await load.stop()
        drained_s = await played.all_have_all(90)
        figures = [
            *played.promises(),
            Figure("gap of acknowledgements, p50", gaps_s[len(gaps_s) // 2] if gaps_s else 0.0, "s", most=most_gap_s),
            Figure("longest gap", max(gaps_s, default=0.0), "s"),
            Figure(
                "longest wait for any answer", max(played.owner.timing.latencies_ms) / 1000, "s", most=most_answer_s
            ),
            Figure("all delivered after the last push", drained_s, "s", least=0),
            Figure("objects still owed in the database", await played.owed_in_store(), most=0),
        ]
        if forced:
            figures.append(Figure("longest gap when forced", max(forced_gaps_s), "s", most=13.0))
        return Row(
            name, f"{how}, under {RATE_PER_S:.0f} pushes/s to {RECEIVERS} receivers.", figures, note=played.refusals()
        )


async def _acknowledged_again(played: World) -> None:
    """Wait until something is acknowledged that was pushed from now on."""
    before_s, began_s = played.owner.acknowledged_s, monotonic_s()
    while played.owner.acknowledged_s == before_s or monotonic_s() - began_s < 0.3:
        if monotonic_s() - began_s > 60:
            raise RuntimeError("nothing was acknowledged for a minute")
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)


def _ids() -> dict[str, str]:
    return {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
