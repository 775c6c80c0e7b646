"""REL-10, REL-15, REL-17: what a clock that is moved by hand, a slow name server and any order of events show."""

import asyncio
import random
import time
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from hub.config import Settings
from hub.delivery.item import Outcome, Send
from hub.delivery.lane import Breaker, Lane
from hub.delivery.post import Post
from hub.delivery.schedule import BACKOFF_MAX_S, RETRY_AFTER_MAX_S, Pace, backoff_s, read_retry_after_s
from hub.outbound import Outbound
from tests.faults.open_loop import Timing, due_times_s, open_loop
from tests.faults.partner import FastPartner
from tests.faults.report import Figure, Row
from tests.faults.stage import Stage, receiver_party
from tests.hub.delivery.items import item, missed, stored
from tests.hub.delivery.test_lane_order import STEPS, test_any_interleaving_keeps_the_order_and_forgets_nothing

_LOOPBACK = [(2, "127.0.0.1")]
_DAYS_S = 72 * 3_600.0


async def rel_10(stage: Stage) -> Row:
    """A name that is looked up for seconds, beside others that answer at once."""
    rounds, seconds, chance = stage.size(3, 6), stage.size(2, 10), random.Random(stage.seed)

    def look_up(host: str) -> list[tuple[int, str]]:
        if host.startswith("slow"):
            time.sleep(4 + 6 * chance.random())  # in a thread of the resolver, as a real look-up blocks
        return _LOOPBACK

    well, harmed = Timing(), Timing()
    async with FastPartner(receiver_party(0), "EMSP") as partner:
        site = Settings(_env_file=None, public_url="https://hub.example", allow_private_urls=True)
        async with Post(site, lookup=look_up) as post:
            await _others(post, partner.port, Timing(), 1.0, 1)
            for number in range(rounds):
                await _others(post, partner.port, well, seconds, stage.seed + number)
                async with asyncio.TaskGroup() as tasks:
                    waiting = [tasks.create_task(_call(post, f"slow{number}.example", partner.port)) for _ in range(12)]
                    await _others(post, partner.port, harmed, seconds, stage.seed + number)
                    for one in waiting:
                        one.cancel()
    normal_ms = well.percentile_ms(99)
    return Row(
        "REL-10",
        f"In one process: calls to 50 names, open loop at 200/s, {rounds} times {seconds} s while all names are found at once, "
        "and in between as long with 12 calls to a name that takes 4 to 10 s to look up.",
        [
            Figure("p99 of the others while all are well", normal_ms, "ms"),
            Figure(
                "p99 of the others meanwhile", harmed.percentile_ms(99), "ms", most=max(normal_ms * 1.1, normal_ms + 2)
            ),
            Figure("of them failed", well.failed + harmed.failed, most=0),
        ],
    )


async def _others(post: Post, port: int, timing: Timing, seconds: float, number: int) -> None:
    async def send(n: int, began_s: float) -> None:
        timing.add(began_s, good=await _call(post, f"fast{n % 50}.example", port) == 200)

    await open_loop(due_times_s(200, seconds, number), send)


async def _call(post: Post, host: str, port: int) -> int:
    url = f"http://{host}:{port}/2.2.1/locations/NL/CPO/L"
    outbound = Outbound(platform_id=host, method="PATCH", url=url, body=b"{}", timeout_s=30)
    return (await post.send(outbound)).http_status


async def rel_15(stage: Stage) -> Row:
    """A receiver that is silent for three days, by a clock that is moved by hand."""
    chance = random.Random(stage.seed)
    lane = Lane("p1", Pace(1e9), in_flight_max=4, waiting_max=1_000)
    waits_s, most_at_once, now_s, tries = list[float](), 0, 0.0, 0
    while now_s < _DAYS_S:
        sent = _probes(lane, now_s)
        most_at_once = max(most_at_once, len(sent))
        tries += 1
        lane.finished(sent[0], Outcome.SILENT, now_s=now_s, jitter=chance.random(), retry_after_s=0.0)
        came_s = _due_s(lane, now_s)
        waits_s.append(came_s - now_s)
        now_s = came_s
    lane.wake(now_s + 0.1)
    woken_s = _due_s(lane, now_s) - now_s
    sent = _probes(lane, now_s + woken_s)
    asked_s = read_retry_after_s("7200")
    lane.finished(sent[0], Outcome.UNCLEAR, now_s=now_s, jitter=1.0, retry_after_s=asked_s)
    kept_s = _due_s(lane, now_s, step_s=60) - now_s
    whole = [backoff_s(number, 1.0) for number in range(1, 9)]
    return Row(
        "REL-15",
        "A lane whose receiver never answers, over 72 h of a clock that is moved by hand, waits left to chance; then it calls; "
        "then it asks for two hours with Retry-After. A state has no end of its tries: it goes until it is superseded.",
        [
            Figure("tries", tries, least=_DAYS_S / BACKOFF_MAX_S),
            Figure("longest wait between two", max(waits_s), "s", most=BACKOFF_MAX_S + 1),
            Figure(
                "mean of the later waits, of the whole span", _mean(waits_s[20:]) / BACKOFF_MAX_S, most=0.55, least=0.45
            ),
            Figure("steps of the ladder that are not twice the one before", _not_double(whole), most=0),
            Figure("most on the way at once", most_at_once, most=1),
            Figure("tried again after its own call", woken_s, "s", most=2.0),
            Figure("Retry-After of 2 h kept for", kept_s, "s", least=RETRY_AFTER_MAX_S, most=RETRY_AFTER_MAX_S + 60),
        ],
    )


def _probes(lane: Lane, now_s: float) -> list[Send]:
    """Everything that the lane would send at this instant, with three objects owed."""
    if lane.wants_read(now_s) or lane.unread:
        lane.begin_read()
        lane.end_read(
            missed([stored(1, f"loc{n}", behind=["p1:DE*EMA"]) for n in range(3)]), complete=True, now_s=now_s
        )
    if lane.breaker is Breaker.CLOSED and not lane.waiting:
        lane.push(item())
    sent = []
    while (one := lane.next(now_s)) is not None:
        sent.append(one)
        if lane.breaker is Breaker.CLOSED:
            break
    return sent


def _due_s(lane: Lane, since_s: float, step_s: float = 0.05) -> float:
    """When the lane wants to try again."""
    now_s = since_s
    while not lane.wants_read(now_s):
        now_s += step_s
    return now_s


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _not_double(whole: Sequence[float]) -> int:
    return sum(later != min(2 * earlier, BACKOFF_MAX_S) for earlier, later in pairwise(whole))


async def rel_17(stage: Stage) -> Row:
    """Any order of whole and partial pushes, lost answers, late reads and restarts, beside a model."""
    examples = stage.size(1_000, 10_000)
    inner = test_any_interleaving_keeps_the_order_and_forgets_nothing.hypothesis.inner_test  # type: ignore[attr-defined]
    tried = 0

    @seed(stage.seed)
    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.lists(STEPS, min_size=30, max_size=80))
    def check(steps: list[tuple[object, ...]]) -> None:
        nonlocal tried
        tried += 1
        inner(steps)

    diverged = 0
    try:
        await asyncio.to_thread(check)
    except AssertionError:
        diverged = 1
    return Row(
        "REL-17",
        f"{examples:,} sequences of 30 to 80 steps: PUT and PATCH here and elsewhere, lost answers, late reads of the store, "
        "restarts. Never back in time, nothing forgotten. With real processes: tests/faults/test_machine.py in `make test`.",
        [
            Figure("sequences", tried, least=examples),
            Figure("that diverged from the model", diverged, most=0),
        ],
    )
