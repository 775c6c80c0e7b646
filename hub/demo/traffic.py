"""Traffic without a script: drivers come and go, messages scroll by, and a summary says how it went."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from hub.clock import Tasks, monotonic_s
from hub.demo.drivers import Drivers
from hub.demo.options import DemoFailed
from hub.demo.reconcile import check
from hub.demo.scroll import TRACED_WITHIN_S, Scroll, Seen, sessions_and_cdrs
from hub.demo.stage import Stage
from hub.demo.tries import Show, show_next_steps


async def let_traffic_pass(stage: Stage, show: Show, by_person: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Go on until the time is up or `by_person` returns, then sum up; raises DemoFailed when a process ended before."""
    scroll, drivers, tasks = Scroll(stage, show), Drivers(stage), Tasks()
    began_s = monotonic_s()
    try:
        ended = tasks.spawn(by_person(), "wait for the person")
        scrolling = tasks.spawn(scroll.run(), "scroll")
        driving = tasks.spawn(drivers.run(), "drivers")
        done, _ = await asyncio.wait(
            {ended, scrolling, driving, stage.processes.failure},
            timeout=stage.options.duration_s,
            return_when=asyncio.FIRST_COMPLETED,
        )
        if stage.processes.failure in done:
            raise DemoFailed(stage.processes.failure.result())
        for task in done:
            task.result()
        if not done:
            driving.cancel()
            await drivers.go_home()
    finally:
        await tasks.close()
    await asyncio.sleep(TRACED_WITHIN_S)
    await scroll.look()
    await _sum_up(stage, scroll.seen, monotonic_s() - began_s, show)


async def _sum_up(stage: Stage, seen: Seen, duration_s: float, show: Show) -> None:
    """Requests, p95, failures, and the CDRs that reconcile."""
    sessions, cdrs = await sessions_and_cdrs(stage.emsps)
    wrong = [f"{cdr['id']}: {complaint}" for cdr in cdrs if (complaint := check(cdr))]
    statuses = ", ".join(f"{count} × {status}" for status, count in seen.failures.most_common())
    parts = (
        f"{duration_s:.0f} s",
        f"{len(seen.durations_ms)} requests",
        f"p95 {seen.p95_ms:.0f} ms",
        f"{seen.failures.total()} faults" + (f" ({statuses})" if statuses else ""),
        f"{len(sessions)} sessions",
        f"{len(cdrs) - len(wrong)} of {len(cdrs)} CDRs reconciled",
    )
    show("")
    show(" · ".join(parts))
    for one in wrong:
        show(f"✗ CDR {one}")
    show_next_steps(show)
