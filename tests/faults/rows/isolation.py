"""REL-08, REL-09, REL-12, CAP-01: one partner's state is nobody else's latency."""

import asyncio
import random
from collections.abc import Mapping, Sequence

from hub.clock import new_id
from hub.wire.headers import CORRELATION_ID, REQUEST_ID
from tests.faults.keys import authorization
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.owner import location, until
from tests.faults.partner import ZOO, FastPartner, Manner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, World, world
from tests.faults.wire import Wire

PARTNERS = 100
RATE_PER_S = 200.0
SHARE_TO_BAD = 0.1


async def rel_08(stage: Stage) -> Row:
    """One black hole among 100 partners, with a tenth of all traffic."""
    rounds, seconds = _turns(stage)
    async with world(stage, receivers=PARTNERS, HUB_FORWARD_TIMEOUT_OTHER_S=_patience_s(stage)) as played:
        good, bad = played.receivers[1:], played.receivers[:1]
        well, harmed = await _in_turn(stage, played, good, {bad[0]: Manner.BLACK_HOLE})
    return Row(
        "REL-08",
        f"Directed PUTs of 1 KB to {PARTNERS} partners, open loop at {RATE_PER_S:.0f}/s, a tenth of them to one partner: "
        f"{rounds} times {seconds} s while it is well, and in between as long while it takes connections and says nothing; "
        f"HUB_FORWARD_TIMEOUT_OTHER_S={_patience_s(stage)} (30 by default).",
        compared(well, harmed),
    )


async def rel_09(stage: Stage) -> Row:
    """Every fifth of 100 partners misbehaves in a way of its own."""
    async with world(stage, receivers=PARTNERS, HUB_FORWARD_TIMEOUT_OTHER_S=_patience_s(stage)) as played:
        bad, good = played.receivers[::5], [one for n, one in enumerate(played.receivers) if n % 5]
        manners = {one: ZOO[number % len(ZOO)] for number, one in enumerate(bad)}
        memory_mib = played.hub.memory_mib()
        well, harmed = await _in_turn(stage, played, good, manners)
        grown_mib, sockets = played.hub.memory_mib() - memory_mib, played.hub.sockets()
    return Row(
        "REL-09",
        f"As REL-08, with {len(bad)} bad partners of {len(ZOO)} kinds at once ({', '.join(ZOO)}).",
        [
            *compared(well, harmed),
            Figure("growth of the hub's memory", grown_mib, "MiB", most=128),
            Figure("open sockets of the hub", sockets, most=4 * PARTNERS + 64),
        ],
        note="Bad TLS is tested in tests/hub/delivery/test_post.py; slow names are REL-10.",
    )


async def rel_12(stage: Stage) -> Row:
    """All partners come back in the same second."""
    objects = stage.size(5, 20)
    probe_max_s = stage.size(16, 60)
    async with world(stage, receivers=PARTNERS, HUB_PROBE_FIRST_S="1", HUB_PROBE_MAX_S=str(probe_max_s)) as played:
        live = played.receivers[-1]
        away = played.receivers[:-1]
        normal = await directed(played, [live], [live], seconds=stage.size(5, 20), seed=stage.seed, rate_per_s=20)
        for one in away:
            await one.behave(Manner.REFUSES)
        for number in range(objects):
            await played.owner.push(f"BACK{number}")
        await asyncio.sleep(probe_max_s)
        taken = {one.name: one.taken for one in away}
        first_s: dict[str, float] = {}
        loop = asyncio.get_running_loop()
        for one in away:
            await one.behave(Manner.GOOD)
        began_s = loop.time()

        def all_started() -> bool:
            for one in away:
                if one.taken > taken[one.name]:
                    first_s.setdefault(one.name, loop.time() - began_s)
            return len(first_s) == len(away)

        measured = asyncio.gather(
            until(all_started, 2 * probe_max_s),
            directed(played, [live], [live], seconds=stage.size(12, 30), seed=2, rate_per_s=20),
        )
        _, busy = await measured
        drained_s = await played.all_have_all(60)
        promises = played.promises()
    starts = sorted(first_s.values())
    ratio = busy.percentile_ms(99) / normal.percentile_ms(99)
    return Row(
        "REL-12",
        f"99 partners refuse connections for {probe_max_s} s while {objects} objects are pushed, then all listen again at once; "
        f"HUB_PROBE_MAX_S={probe_max_s} (60 by default). A live partner is sent 20 requests/s meanwhile.",
        [
            *promises,
            Figure("partners that began to catch up", len(starts), least=len(away)),
            Figure("from the first start to the last", starts[-1] - starts[0] if starts else 0, "s", least=10.0),
            Figure("p99 of a live partner, times normal", ratio, most=3.0),
            Figure("all delivered after that", drained_s, "s", least=0),
        ],
    )


async def cap_01(stage: Stage) -> Row:
    """What the hub adds to a directed message."""
    seconds = stage.size(6, 60)
    async with world(stage, receivers=2) as played:
        to = played.receivers
        direct = Timing()
        wires = [Wire(one.port) for one in to]

        async def ask(number: int, began_s: float) -> None:
            headers = authorization(to[number % 2].keys.newest)
            said = await wires[number % 2].ask("PUT", "/2.2.1/locations/NL/CPO/D", headers, location("D", number))
            direct.add(began_s, good=said.ocpi_status == 1000)

        await directed(played, to, to, seconds=3, seed=1)
        through = await directed(played, to, to, seconds=seconds, seed=stage.seed)
        await open_loop(due_times_s(RATE_PER_S, seconds, stage.seed), ask)
    return Row(
        "CAP-01",
        f"Directed PUTs of 1 KB, open loop at {RATE_PER_S:.0f}/s, {seconds} s through the hub and {seconds} s straight to the "
        "receiver; the ceiling of requests a second is `make bench`.",
        [
            Figure("the hub adds, p50", through.percentile_ms(50) - direct.percentile_ms(50), "ms", most=5.0),
            Figure("the hub adds, p99", through.percentile_ms(99) - direct.percentile_ms(99), "ms", most=25.0),
            Figure("failed", through.failed, most=0),
        ],
    )


async def directed(
    played: World,
    good: Sequence[FastPartner],
    bad: Sequence[FastPartner],
    *,
    seconds: float,
    seed: int,
    rate_per_s: float = RATE_PER_S,
) -> Timing:
    """Directed PUTs at random times, a tenth of them to `bad`; the timing is that of the good ones alone."""
    chance = random.Random(seed)
    timing = Timing()
    owner = played.owner.partner
    hub = played.hub.wire

    async def send(number: int, began_s: float) -> None:
        is_bad = chance.random() < SHARE_TO_BAD
        receiver = chance.choice(bad if is_bad else good)
        ids = {REQUEST_ID: new_id(), CORRELATION_ID: new_id()}
        path = f"/ocpi/2.2.1/receiver/locations/NL/CPO/D{number % 100}"
        body = location(f"D{number % 100}", number)
        try:
            said = await hub.ask("PUT", path, owner.headers(receiver.party) | ids, body, timeout_s=40)
            well = said.ocpi_status == 1000
        except (OSError, TimeoutError):
            well = False
        if not is_bad:
            timing.add(began_s, good=well)

    timing.shed = await open_loop(due_times_s(rate_per_s, seconds, seed), send)
    return timing


def _patience_s(stage: Stage) -> str:
    """How long the hub waits for a partner: each turn ends when the last request to a bad one has ended."""
    return str(stage.size(3, 30))


def _turns(stage: Stage) -> tuple[int, int]:
    """How often, and how many seconds each."""
    return stage.size(4, 6), stage.size(3, 10)


async def _in_turn(
    stage: Stage, played: World, good: Sequence[FastPartner], manners: Mapping[FastPartner, Manner]
) -> tuple[Timing, Timing]:
    """The latencies of the good ones while all are well, and while the others are not, by turns: noise meets both alike."""
    rounds, seconds = _turns(stage)
    well, harmed = Timing(), Timing()
    bad = list(manners)
    await directed(played, good, bad, seconds=3, seed=stage.seed - 1)
    for number in range(rounds):
        for timing in (well, harmed):
            for one, manner in manners.items():
                await one.behave(manner if timing is harmed else Manner.GOOD)
            if timing is harmed:
                await played.owner.push(f"ALL{number}")
            timing.include(await directed(played, good, bad, seconds=seconds, seed=stage.seed + number))
    return well, harmed


def compared(well: Timing, harmed: Timing) -> list[Figure]:
    """The p99 of those that are well, while others are well and while they are not: at most 10 % or 2 ms more."""
    normal_ms = well.percentile_ms(99)
    return [
        Figure("p99 of the others while all are well", normal_ms, "ms"),
        Figure(
            "p99 of the others meanwhile", harmed.percentile_ms(99), "ms", most=max(normal_ms * 1.1, normal_ms + 2.0)
        ),
        Figure("p50 of the others while all are well", well.percentile_ms(50), "ms"),
        Figure("p50 of the others meanwhile", harmed.percentile_ms(50), "ms"),
        Figure("requests to the others", len(harmed.latencies_ms), least=1),
        Figure("of them failed", harmed.failed + harmed.shed, most=0),
    ]
