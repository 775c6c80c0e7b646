"""When Python looks for cycles of dead objects: often among new ones, seldom among all, so that no message waits for it.

By itself it looks through everything as soon as a quarter is new: a third of a second with half a million EVSEs, every few
seconds while statuses come. What has lasted is set aside (it still goes as soon as nothing refers to it) and looked through
once in hours.
"""

import asyncio
import gc

EVERY_S = 2.0
ALL_EVERY_S = 6 * 3_600.0
_NEVER = 1_000_000


def set_aside() -> None:
    """What is alive now is not looked through for cycles until all is: for after much was loaded that stays."""
    gc.freeze()


async def collect_forever() -> None:
    """Look every two seconds among what is new; runs until cancelled."""
    new, young, old = gc.get_threshold()
    gc.set_threshold(new, young, _NEVER)
    try:
        while True:
            for _ in range(int(ALL_EVERY_S / EVERY_S)):
                gc.collect()
                set_aside()
                await asyncio.sleep(EVERY_S)
            gc.unfreeze()
    finally:
        gc.set_threshold(new, young, old)
