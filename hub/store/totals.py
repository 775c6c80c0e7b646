"""How many objects match a list: exact where that is cheap, and never counted anew for every page of a long walk.

Counting costs about half a second for a million objects and nothing to speak of for a few thousand. So a total of at least
REMEMBERED_FROM is remembered for a few seconds, for pages in the middle of a walk alone: the first and the last page count.
A total that took COSTLY_S to count is remembered for every page, and counted again in the background: nobody waits for it but
who asks first.
"""

from collections import OrderedDict
from typing import NamedTuple

import orjson
import structlog
from pymongo.errors import PyMongoError

from hub.clock import Tasks, monotonic_s
from hub.store.driver import Collection, Document
from hub.store.errors import reason

REMEMBERED_FROM = 20_000
REMEMBERED_S = 10.0
COSTLY_S = 0.05
KEPT_S = 600.0
"""The longest that a costly total is given out."""
_COST_SHARE = 20
"""A costly total is counted again after so many times what counting took: a twentieth of the database's time at most."""
_WALKS_MAX = 256


class _Counted(NamedTuple):
    total: int
    at_s: float
    took_s: float

    @property
    def costly(self) -> bool:
        return self.took_s >= COSTLY_S


class Totals:
    """Counts what matches, and knows what it counted a moment ago."""

    def __init__(self, objects: Collection, tasks: Tasks) -> None:
        """`tasks` owns what is counted in the background."""
        self._objects = objects
        self._tasks = tasks
        self._counted: OrderedDict[bytes, _Counted] = OrderedDict()
        self._counting: set[bytes] = set()

    def known(self, matching: Document, *, inside: bool) -> int | None:
        """What this page says of the total without counting, if it may; `inside`: it is not the first page."""
        key = key_of(matching)
        found = self._counted.get(key)
        age_s = monotonic_s() - found.at_s if found else 0.0
        if found is None or age_s > KEPT_S:
            return None
        if not found.costly:
            return found.total if inside and age_s <= REMEMBERED_S else None
        if age_s > max(REMEMBERED_S, _COST_SHARE * found.took_s) and key not in self._counting:
            self._counting.add(key)
            self._tasks.spawn(self._count_again(matching), "count a list")
        return found.total

    def is_costly(self, matching: Document) -> bool:
        """Counting took long, the last time."""
        found = self._counted.get(key_of(matching))
        return found is not None and found.costly

    async def count(self, matching: Document) -> int:
        """Count now, on an index alone."""
        began_s = monotonic_s()
        total = await self._objects.count_documents(matching)
        now_s = monotonic_s()
        key = key_of(matching)
        self._counted.pop(key, None)
        if total >= REMEMBERED_FROM:
            self._counted[key] = _Counted(total, now_s, now_s - began_s)
            if len(self._counted) > _WALKS_MAX:
                self._counted.popitem(last=False)
        return total

    async def _count_again(self, matching: Document) -> None:
        try:
            await self.count(matching)
        except PyMongoError as error:  # the next page that asks tries again
            structlog.get_logger().warning("list_not_counted", reason=reason(error))
        finally:
            self._counting.discard(key_of(matching))


def key_of(matching: Document) -> bytes:
    """What a list is known by: whose objects, of which module, of which time."""
    return orjson.dumps(matching)
