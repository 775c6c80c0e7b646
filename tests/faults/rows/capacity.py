"""CAP-02, CAP-05, CAP-06: how much a hub takes, what many idle partners cost, and how it starts with a mountain of debts."""

import asyncio

from hub.clock import monotonic_s
from hub.store.driver import close_client, open_client
from tests.faults.copies import add_copies
from tests.faults.history import Arrival, Heard
from tests.faults.open_loop import due_times_s, open_loop
from tests.faults.owner import OWNER, until
from tests.faults.partner import FastPartner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, join_all, receiver_party, world


async def cap_02(stage: Stage) -> Row:
    """Durable intake with 20 receivers."""
    receivers, seconds, rate_per_s = 20, stage.size(12, 60), 210.0
    pushed_s: dict[int, float] = {}
    async with world(stage, receivers=receivers) as played:

        async def send(number: int, began_s: float) -> None:
            await played.owner.push(f"LOC{number % 400}", began_s)

        def note_push(number: int) -> None:
            pushed_s[number] = monotonic_s()

        lags_ms: list[float] = []

        def note(arrival: Arrival) -> None:
            played.arrived(arrival)
            if (began_s := pushed_s.get(arrival.number)) is not None:
                lags_ms.append((monotonic_s() - began_s) * 1000)

        for one in played.receivers:
            one.arrived = note
        played.owner.pushing = note_push
        began_s = monotonic_s()
        shed = await open_loop(due_times_s(rate_per_s, seconds, stage.seed), send)
        took_s = monotonic_s() - began_s
        drained_s = await played.all_have_all(60)
        lags_ms.sort()
        return Row(
            "CAP-02",
            f"Broadcasts of 1 KB, open loop at {rate_per_s:.0f}/s for {seconds} s, to {receivers} receivers: 400 objects in "
            "turn.",
            [
                *played.promises(),
                Figure("accepted", played.history.heard(Heard.OK) / took_s, "/s", least=200),
                Figure("not accepted", played.owner.timing.failed + shed, most=0),
                Figure("deliveries", len(played.history.arrivals) / (took_s + max(drained_s, 0)), "/s", least=2000),
                Figure("lag from the push to a delivery, p99", lags_ms[int(len(lags_ms) * 0.99)], "ms", most=2000),
                Figure("all delivered after the last push", drained_s, "s", least=0),
            ],
        )


async def cap_05(stage: Stage) -> Row:
    """A thousand partners that say nothing."""
    partners, seconds = stage.size(150, 1_000), stage.size(6, 60)
    async with world(stage, receivers=0, HUB_PROBE_FIRST_S="1", HUB_PROBE_MAX_S="60") as played:
        fresh_mib = played.hub.memory_mib()
        crowd = [FastPartner(receiver_party(number), "EMSP") for number in range(partners)]
        for one in crowd:
            await one.open()
        await join_all(played.hub, crowd)
        await asyncio.sleep(2)
        began_s, processor_s = monotonic_s(), played.hub.processor_s()
        await asyncio.sleep(seconds)
        share = (played.hub.processor_s() - processor_s) / (monotonic_s() - began_s)
        for one in crowd:
            await one.shut()
        return Row(
            "CAP-05",
            f"{partners} registered partners, idle for {seconds} s.",
            [
                Figure("memory of the hub without partners", fresh_mib, "MiB"),
                Figure("memory of the hub", played.hub.memory_mib(), "MiB", most=300),
                Figure("processor", share * 100, "% of one", most=5.0),
            ],
        )


async def cap_06(stage: Stage) -> Row:
    """A start with a mountain of objects that receivers lack."""
    rows, receivers = stage.size(50_000, 1_000_000), stage.size(40, 300)
    async with world(stage, receivers=receivers) as played:
        await played.owner.push("SAMPLE")
        await played.all_have_all(10)
        await played.hub.stop()
        client = open_client(played.mongodb_url)
        platforms = client[played.database]["platforms"]
        known = [(each["_id"], each["parties"][0]["party_role"].split()[0]) async for each in platforms.find()]
        owed = [f"{platform_id}:{party}" for platform_id, party in known if party != str(OWNER)]
        await add_copies(client[played.database], rows, owed)
        plan = await client[played.database].command(
            "explain",
            {"find": "objects", "filter": {"behind": {"$in": owed[:100]}}, "sort": {"seq": 1}, "limit": 500},
            verbosity="executionStats",
        )
        taken, began_s = sum(each.taken for each in played.receivers), monotonic_s()
        played.hub.start()
        await played.hub.ready()
        ready_s = monotonic_s() - began_s
        first = await until(lambda: sum(each.taken for each in played.receivers) > taken, 60)
        first_s = monotonic_s() - began_s
        await close_client(client)
        stats = plan["executionStats"]
        return Row(
            "CAP-06",
            f"A hub starts with {rows:,} objects in its store, each owed to one of {receivers} receivers.",
            [
                Figure("ready after", ready_s, "s"),
                Figure("a delivery after", first_s if first else -1, "s", least=0, most=5.0),
                Figure("documents read for a question of 500", stats["totalDocsExamined"], most=1000),
                Figure("stages that sort in memory", str(plan["queryPlanner"]["winningPlan"]).count("'SORT'"), most=0),
            ],
        )
