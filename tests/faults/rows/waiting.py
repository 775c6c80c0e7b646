"""REL-15: when what failed is tried again: three days by a clock that is moved by hand, and a hub that is woken."""

import asyncio
import statistics

from hub.clock import monotonic_s
from tests.faults.clocked import TICK_S, ClockedLane
from tests.faults.keys import authorization
from tests.faults.owner import until
from tests.faults.partner import Manner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, world

_HOURS = 72
_AWAY_S = 4.0


async def rel_15(stage: Stage) -> Row:
    """The ladder, its chance, its patience and its end."""
    lanes = stage.size(1, 10)
    measured = [ClockedLane(stage.seed + number).run(_HOURS) for number in range(lanes)]
    shares = [share for one in measured for share in one.shares]
    top = [share for one in measured for share in one.top_shares]
    late_s = [late for one in measured for late in one.late_after_s]
    woken_s = [woken for one in measured for woken in one.woken_s]
    wakings, really_woken_s = stage.size(2, 10), []
    async with world(stage, receivers=1, HUB_PROBE_FIRST_S="60", HUB_PROBE_MAX_S="60") as played:
        away = played.receivers[0]
        for number in range(wakings):
            await away.behave(Manner.REFUSES)
            await played.owner.push(f"WAKE{number}")
            await asyncio.sleep(_AWAY_S)
            await away.behave(Manner.GOOD)
            began_s, taken = monotonic_s(), away.taken
            await played.hub.wire.ask("GET", "/ocpi/versions", authorization(away.token))
            if not await until(lambda: away.taken > taken, 60):  # noqa: B023 - awaited here
                raise RuntimeError("nothing was sent to the partner that had called")
            really_woken_s.append(monotonic_s() - began_s)
    return Row(
        "REL-15",
        f"{lanes} times {_HOURS} h of a lane by a clock that is moved by hand in steps of {TICK_S} s; its partner is well, "
        "silent, or asks for patience (Retry-After from 5 s to 2 h) for half an hour each on average, and calls the hub every "
        f"ten minutes. And a hub whose partner, away for {_AWAY_S:.0f} s, calls it {wakings} times; it would probe after 60 s.",
        [
            Figure("attempts", sum(one.attempts for one in measured), least=1000),
            Figure("waits on the ladder", len(shares), least=1000),
            Figure("longest wait, as a share of its place on the ladder", max(shares), most=1.0),
            Figure("mean wait at its top, as a share of it", statistics.mean(top), least=0.45, most=0.55),
            Figure("shortest of these", min(top), most=0.05),
            Figure("probes beside another one while half-open", sum(one.probes_beside for one in measured), most=0),
            Figure("times that the partner had asked for", len(late_s), least=10),
            Figure("sent before that time (an hour at most)", sum(one.too_early for one in measured), most=0),
            Figure("longest after that time", max(late_s), "s", most=60.0 + TICK_S),
            Figure("calls of the partner while it was waited for", len(woken_s), least=10),
            Figure("longest from a call of the partner to an attempt", max(woken_s), "s", most=2.0),
            Figure("the same of a hub, over HTTP", max(really_woken_s), "s", most=2.0),
        ],
    )
