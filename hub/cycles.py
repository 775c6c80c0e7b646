"""When Python looks for cycles of dead objects: often among new ones, seldom among all, so that no message waits for it.

By itself it looks through everything as soon as a quarter is new: a third of a second with half a million EVSEs, every few
seconds while statuses come. Here what has lasted for two seconds is set aside (it still goes as soon as nothing refers to it) and
looked through once a minute, or less often where that takes long.
"""

import asyncio
import gc

import structlog

from hub.clock import monotonic_s

EVERY_S = 2.0
ALL_EVERY_S = 60.0
ALL_SHARE = 1 / 300
"""Of a processor, at most, to look through everything: a second each five minutes."""
WORTH_TELLING_S = 0.2
_NEVER = 1_000_000


def set_aside() -> None:
    """What is alive now is not looked through for cycles until all is: for after much was loaded that stays."""
    gc.freeze()


async def collect_forever() -> None:
    """Look every two seconds among what is new, and through everything from time to time; runs until cancelled."""
    new, young, old = gc.get_threshold()
    gc.set_threshold(new, young, _NEVER)
    try:
        due_s = monotonic_s() + ALL_EVERY_S
        while True:
            if monotonic_s() >= due_s:
                due_s = monotonic_s() + max(ALL_EVERY_S, _look_through_all() / ALL_SHARE)
            else:
                gc.collect()
            set_aside()
            await asyncio.sleep(EVERY_S)
    finally:
        gc.set_threshold(new, young, old)


def _look_through_all() -> float:
    """Returns the seconds that it took."""
    began_s = monotonic_s()
    gc.unfreeze()
    gc.collect()
    took_s = monotonic_s() - began_s
    if took_s > WORTH_TELLING_S:
        structlog.get_logger().info("everything_waited_for_cycles", seconds=round(took_s, 2))
    return took_s
